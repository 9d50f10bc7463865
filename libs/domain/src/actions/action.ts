import type { StatusCode } from '../status/codes';

/**
 * The life of an action. `RESTORED`, `OVERRIDDEN`, `SKIPPED`, `FAILED` and `CANCELLED` are ends.
 *
 * ```
 *  PLANNED ─► DISPATCHING ─► SENT ─► ACTIVE ─► RESTORING ─► RESTORED
 *     │            │           │        │           └─────► OVERRIDDEN
 *     ├► SKIPPED   └► FAILED   └► …     └► OVERRIDDEN
 *     └► CANCELLED
 * ```
 */
export const actionStates = [
  'PLANNED',
  'DISPATCHING',
  'SENT',
  'ACTIVE',
  'RESTORING',
  'RESTORED',
  'OVERRIDDEN',
  'SKIPPED',
  'FAILED',
  'CANCELLED',
] as const;
export type ActionState = (typeof actionStates)[number];

/** States in which the device may hold something of ours: it has a snapshot and must be given back. */
export const holdingStates = ['DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING'] as const satisfies readonly ActionState[];
export const finalStates = ['RESTORED', 'OVERRIDDEN', 'SKIPPED', 'FAILED', 'CANCELLED'] as const satisfies readonly ActionState[];

/** Why an action was not carried out, beside the status codes of the zone. */
export type OutcomeCode =
  | StatusCode
  | 'WINDOW_PASSED'
  | 'CAMPAIGN_CANCELLED'
  | 'EMERGENCY_STOP'
  | 'VENDOR_REJECTED'
  | 'VENDOR_UNAVAILABLE'
  | 'NOT_APPLIED'
  | 'DEVICE_GONE'
  | 'QUOTA';

/** What happened to an action; `transition(state, event)` says what follows. */
export type ActionEvent =
  /** The snapshot is committed; the first write may go out. */
  | { readonly kind: 'dispatch_started' }
  /** The vendor took the command, or we cannot know (timeout after sending). */
  | { readonly kind: 'command_sent' }
  /** A read-back shows what we asked for. */
  | { readonly kind: 'confirmed' }
  /** Read-back shows the old state and the time to wait is over. */
  | { readonly kind: 'not_applied' }
  /** The vendor refused the command. */
  | { readonly kind: 'rejected'; readonly code: OutcomeCode }
  /** A rule, the window or the vendor says no before anything was sent. */
  | { readonly kind: 'skipped'; readonly code: OutcomeCode }
  | { readonly kind: 'cancelled'; readonly code: OutcomeCode }
  /** The window is over, the campaign was cancelled, or an emergency stop was ordered. */
  | { readonly kind: 'restore_started' }
  /** The device shows what it had before. */
  | { readonly kind: 'restored' }
  /** The customer changed the device meanwhile: hands off. */
  | { readonly kind: 'overridden' };
