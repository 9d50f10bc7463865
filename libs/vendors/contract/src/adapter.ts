import type { Direction, Instant, Span, ZoneKind } from '@warmshift/domain';
import type { z } from 'zod';
import type { DeviceReadResult, DeviceRef, Listing } from './listing';
import type { VendorManifest } from './manifest';
import type { VendorContext } from './context';

/**
 * One connection at one vendor. The required part is small; `steering` is there only where the vendor's
 * documents say how. Adapters keep nothing between calls and queue nothing, and no write is ever repeated for
 * them (reads may be, by the kit): the caller knows what is due. They throw `VendorError`s, and `VendorAuthExpired` is the only way to say "a person must act".
 */
export interface VendorAdapter {
  /** A harmless call that proves the credentials; `account` is shown to operators (no secret). */
  verifyCredentials(): Promise<{ readonly account: string }>;
  /** Everything the vendor lists for these credentials. One malformed entry becomes a problem, not an error. */
  list(): Promise<Listing>;
  /** Current readings; yields as they come, one result per device, errors as values. */
  read(devices: readonly DeviceRef[]): AsyncIterable<DeviceReadResult>;
  readonly steering?: Steering;
}

/** What an action wants from one zone. */
export interface SteeringIntent {
  readonly actionId: string;
  readonly zone: ZoneKind;
  readonly direction: Direction;
  readonly span: Span;
  /** Lowest (decrease) or highest (increase) temperature the rules allow this action to set, °C. */
  readonly limitC: number;
  /** All live spans of the device, this action's among them: for vendors whose command is one whole schedule. */
  readonly deviceSpans: readonly {
    readonly zone: ZoneKind;
    readonly direction: Direction;
    readonly span: Span;
  }[];
  /**
   * What is known of the restores of this action so far, for vendors whose state does not show what was written; absent: none has
   * gone out, for certain. `sent`: one has left us, and no answer said that it was not taken. `in_doubt`: one was about to leave when
   * everything broke off, and may or may not have arrived.
   */
  readonly lastRestore?: 'in_doubt' | 'sent' | undefined;
}

/** Vendor-specific, JSON, without secrets. Saved as it is; `stateSchema`/`commandSchema` parse it back. */
export type VendorState = Record<string, unknown>;
export type VendorCommand = Record<string, unknown>;

export interface SendReceipt {
  /** `accepted`: taken, effect unknown. `applied`: the vendor says it is done; still read back. */
  readonly outcome: 'accepted' | 'applied';
  /** The vendor's own words, redacted, for the action's history. */
  readonly words?: string | undefined;
}

/** `pending`: cannot be told yet (the vendor's own time table has not reached the start). */
export type Comparison = 'applied' | 'not_applied' | 'changed' | 'pending';

export type CommandDecision =
  | { readonly kind: 'command'; readonly command: VendorCommand }
  /** Steering would have no effect or no way back: say why in a sentence. */
  | { readonly kind: 'refuse'; readonly reason: string };

export type RestoreDecision =
  | { readonly kind: 'write'; readonly command: VendorCommand }
  /** Nothing of ours is on the device any more. */
  | { readonly kind: 'restored' }
  /** The device shows neither ours nor the snapshot: the customer chose. */
  | { readonly kind: 'overridden'; readonly what: string };

/**
 * Steering in small steps: the I/O (`readState`, `send`) is apart from the decisions, which are pure functions of
 * saved values. The order (snapshot before the first write, read-back, compare before restore) is the caller's.
 */
export interface Steering {
  readonly stateSchema: z.ZodType<VendorState>;
  readonly commandSchema: z.ZodType<VendorCommand>;
  /** What the device holds now. The one taken before the first write is the snapshot. */
  readState(device: DeviceRef, purpose: 'steer' | 'restore'): Promise<VendorState>;
  commandFor(intent: SteeringIntent, state: VendorState, now: Instant): CommandDecision;
  /** Absolute, so sending again what was not applied is safe. */
  send(device: DeviceRef, command: VendorCommand, purpose: 'steer' | 'restore'): Promise<SendReceipt>;
  /** Whether `state` shows `command`. `snapshot` is what was there before it. */
  compare(command: VendorCommand, snapshot: VendorState, state: VendorState, now: Instant): Comparison;
  /**
   * How to give back what `command` took. `deviceSpans` of the intent no longer hold this action's span.
   * Asked again with a fresh `state` after the write, it answers `restored`. After a restore in doubt, what the device shows
   * decides; where that cannot tell, the answer is `write`: a home is rather given back twice than not at all.
   */
  restoreFor(
    intent: SteeringIntent,
    command: VendorCommand,
    snapshot: VendorState,
    state: VendorState,
    now: Instant,
  ): RestoreDecision;
}

/** What a vendor package exports: one value, registered in `libs/vendors/src`. */
export interface VendorModule {
  readonly manifest: VendorManifest;
  /** What an operator must give to connect; secret fields are marked by `.meta({ secret: true })`. */
  readonly credentialsSchema: z.ZodObject;
  /** Optional, non-secret settings of a connection (ratings per room, switches). Must parse `{}`. */
  readonly settingsSchema: z.ZodObject;
  create(context: VendorContext): VendorAdapter;
}
