import type { LookupFunction } from 'node:net';
import type { Instant } from '@warmshift/domain';

/** What an adapter is given. Everything that remembers or waits across processes is behind a port. */
export interface VendorContext {
  readonly connectionId: string;
  /** Without a trailing slash; may contain a path. Checked against the host rules before it comes here. */
  readonly baseUrl: string;
  /** The host is local (a sandbox or a vendor double), not a vendor's real cloud. */
  readonly localHost: boolean;
  /** Parsed by the module's `credentialsSchema`. Never logged. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Parsed by the module's `settingsSchema`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly clock: VendorClock;
  readonly pacer: Pacer;
  readonly tokens: TokenStore;
  readonly memory: VendorMemory;
  readonly log: VendorLog;
  /** How host names become addresses, asked at every new connection; it may refuse. Absent: the system's way. */
  readonly lookup?: LookupFunction | undefined;
  /** Told of every request, for metrics. */
  readonly onRequest?: ((request: VendorRequestOutcome) => void) | undefined;
}

/** How one request to a vendor ended. */
export interface VendorRequestOutcome {
  readonly purpose: 'read' | 'steer' | 'restore';
  /** By HTTP status; `no_answer`: there was none; `circuit_open`: not sent, because the vendor is away. */
  readonly outcome: 'ok' | 'client_error' | 'server_error' | 'rate_limited' | 'no_answer' | 'circuit_open';
  /** Real seconds, the waiting for the pacer not counted. */
  readonly seconds: number;
}

/** The injected clock, as far as a vendor needs it. */
export interface VendorClock {
  now(): Instant;
  /** Real ms that pass while `virtualMs` of the injected clock do: time-outs on the wire stay real. */
  realMs(virtualMs: number): number;
}

/**
 * Keeps one connection below its vendor's limits, across all processes. `restore` calls may use the share of
 * the quota that is kept back for them.
 */
export interface Pacer {
  /** Resolves when the next request may go out; throws `VendorRateLimited` when the daily quota is used up. */
  take(purpose: 'read' | 'steer' | 'restore'): Promise<void>;
  /** The vendor said 429: nothing goes out for so long (ms of the injected clock). */
  backOff(ms: number): Promise<void>;
}

export interface StoredToken {
  readonly value: string;
  /** Absent: no statement. */
  readonly expiresAt?: Instant | undefined;
}

/** One token per connection, encrypted at rest, shared by all processes. */
export interface TokenStore {
  read(): Promise<StoredToken | undefined>;
  /**
   * Gets a new token under a lock that holds across processes. If somebody else stored one that differs from
   * `rejected` meanwhile, that one is returned and `fetch` is not called.
   */
  renew(rejected: string | undefined, fetch: () => Promise<StoredToken>): Promise<StoredToken>;
}

/** Small non-secret facts worth remembering about a connection (which auth style worked, ETags). */
export interface VendorMemory {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}

export interface VendorLog {
  /** False: what `debug` is given goes nowhere, so it need not be made. */
  readonly debugs?: boolean | undefined;
  debug(event: string, facts?: Record<string, unknown>): void;
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
}
