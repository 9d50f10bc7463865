import type { Instant, ZoneKind } from '@warmshift/domain';
import type { VendorClock } from '../src';

/**
 * What a double can be told to get wrong. The suite knows what an adapter owes under each; a harness says with
 * `supports` which its double can play. Without options a fault hits every request (or device, or write) it applies to.
 */
export const conformanceFaults = [
  /** 500 before anything happens. */
  'http-500',
  /** 429 with `Retry-After: 5`. */
  'rate-limited',
  /** Answers come late, but within the time-out. */
  'slow',
  /** The connection is cut before anything happens. */
  'connection-reset',
  /** A write takes effect, then the connection is cut. */
  'lost-response',
  /** A write is answered as a success and has no effect. */
  'not-applied',
  /** A write takes effect only some time after its answer (within the manifest's `readBackUntilMs`). */
  'applied-late',
  /** Neither the credentials nor what was got with them work any more. */
  'expired-credentials',
  /** Sessions and tokens given out so far stop working; new ones can be had. */
  'revoked-sessions',
  /** Devices are cut off from the vendor's cloud. */
  'offline-devices',
  /** One entry of every listing lacks its documented shape. */
  'malformed-device',
  /** A field of a wrong type in every reading of a device. */
  'malformed-reading',
  /** A share of the fields in every answer is of a wrong type. */
  'malformed-fields',
  /** Listings stop half way and do not say where they go on. */
  'paging-without-cursor',
  /** The cursor of the next page leads back. */
  'paging-repeats',
  /** One entry is missing on the second page although the vendor counts it. */
  'vanishing-device',
  /** JSON, but called text/html. */
  'html-content-type',
  /** A page of HTML with status 200. */
  'html-body',
  /** The token endpoint insists on HTTP Basic. */
  'token-wants-basic',
  /** Fields and words nobody has documented, in every answer. */
  'unknown-words',
  /** A successful write is answered with an empty body. */
  'empty-reply',
] as const;
export type ConformanceFault = (typeof conformanceFaults)[number];

/** One device as it really is at the double. */
export interface TrueDevice {
  readonly vendorDeviceId: string;
  readonly zones: readonly ZoneKind[];
  /** The double's own °C per zone; absent: not known. */
  readonly temperatureC?: Readonly<Partial<Record<ZoneKind, number>>> | undefined;
  /** Largest power it can draw, W; absent: not known. */
  readonly ratedPowerW?: number | undefined;
  /** Why every command must be refused (switched off, read-only, steering not allowed); absent: need not. */
  readonly mustRefuse?: string | undefined;
}

/** A running double of a vendor's cloud, with the truth about it. */
export interface VendorDouble {
  /** As an operator would type it in for a connection. */
  readonly baseUrl: string;
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Of the right shape, and not accepted. */
  readonly wrongCredentials: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The double's own clock. */
  readonly clock: VendorClock;
  /** Lets this much time pass at the double and on `clock`. Resolves when it has. */
  advance(ms: number): Promise<void>;
  /** Everything the vendor ought to list, gateways and the like included. */
  devices(): Promise<readonly TrueDevice[]>;
  /** Whether a device does, or will do, otherwise than its customer set. */
  isSteered(vendorDeviceId: string): Promise<boolean>;
  /** The customer turns the dial to `setpointC`; what they set counts as theirs from then on. */
  customerSets(vendorDeviceId: string, setpointC: number): Promise<void>;
  /** `share`: of requests, writes or devices hit, default 1. `seed` repeats the same draws. */
  switchOn(fault: ConformanceFault, options?: FaultOptions): Promise<void>;
  /** All faults off. */
  reset(): Promise<void>;
  /** Requests that this vendor's part of the double has got so far, refused ones included. */
  requests(): Promise<number>;
  stop(): Promise<void>;
}

export interface FaultOptions {
  readonly share?: number | undefined;
  readonly seed?: number | undefined;
}

/** How the suite gets its double: started once before the first test, stopped after the last. */
export interface ConformanceHarness {
  start(): Promise<VendorDouble>;
  /** Whether the double can play a fault; tests of the others are not made. */
  supports(fault: ConformanceFault): boolean;
  /** The vendor keeps temperatures within limits of its own and takes none: `limitC` says nothing to it. */
  readonly takesNoLimit?: boolean | undefined;
  /** Real ms a single test may take; default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/** When the suite's actions run, from the double's `now`: long enough for a vendor that works in quarter hours. */
export const conformanceSpanMs = 2 * 3_600_000;

export function spanFrom(now: Instant): { readonly startsAt: Instant; readonly endsAt: Instant } {
  return { startsAt: now, endsAt: now + conformanceSpanMs };
}
