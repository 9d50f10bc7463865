import type { StatusCode } from '../status/codes';

/**
 * The life of an action. `RESTORED`, `OVERRIDDEN`, `SKIPPED`, `FAILED` and `CANCELLED` are ends.
 *
 * ```
 *             dispatch_started      command_sent       confirmed        restore_started        restored
 *  PLANNED ──────────► DISPATCHING ───────────► SENT ───────────► ACTIVE ───────────► RESTORING ───► RESTORED
 *    │ │                 │  │  │                │ │                 │ │ cancelled      ▲  │  │
 *    │ └► CANCELLED      │  │  └► SKIPPED       │ └─────────────────│─┴────────────────┘  │  └► FAILED
 *    └──► SKIPPED        │  └───► FAILED        │  not_applied, rejected, cancelled,      │  not_applied
 *                        │                      │  restore_started                        │
 *                        └──────────────────────┴───────────────────┴─ overridden ────────┴──► OVERRIDDEN
 * ```
 *
 * Once something may have reached the device, the only way to an end leads through a comparison with what it shows.
 * So a command that was never seen applied is not `FAILED` at once, for the device might still apply it late: it goes to
 * `RESTORING`, and only when nothing of ours is left there it ends as `FAILED(NOT_APPLIED)`. `FAILED` straight from
 * `DISPATCHING` is for a refusal of the first and only write.
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
export const holdingStates = [
  'DISPATCHING',
  'SENT',
  'ACTIVE',
  'RESTORING',
] as const satisfies readonly ActionState[];
export const finalStates = [
  'RESTORED',
  'OVERRIDDEN',
  'SKIPPED',
  'FAILED',
  'CANCELLED',
] as const satisfies readonly ActionState[];

/** Why an action was not carried out, beside the status codes of the zone. */
export type OutcomeCode =
  | StatusCode
  | 'WINDOW_PASSED'
  | 'CAMPAIGN_CANCELLED'
  | 'EMERGENCY_STOP'
  | 'PREEMPTED'
  | 'OVER_TARGET'
  | 'VENDOR_REJECTED'
  | 'VENDOR_UNAVAILABLE'
  | 'NOT_APPLIED'
  | 'DEVICE_GONE'
  | 'QUOTA'
  /** A planned disinfection run that the tank has meanwhile made by itself. */
  | 'NOT_NEEDED';

/**
 * Codes of an end that we asked for ourselves before its time. `PREEMPTED`: a campaign of higher priority took the device.
 * `OVER_TARGET`: more was delivered than asked.
 */
export const endedEarlyCodes = [
  'CAMPAIGN_CANCELLED',
  'EMERGENCY_STOP',
  'PREEMPTED',
  'OVER_TARGET',
] as const satisfies readonly OutcomeCode[];
export type EndedEarlyCode = (typeof endedEarlyCodes)[number];

/** What happened to an action; `transition(state, event)` says what follows. */
export type ActionEvent =
  /** The snapshot is committed; the first write may go out. */
  | { readonly kind: 'dispatch_started' }
  /** The vendor took the command, or we cannot know (timeout after sending). Again in `SENT`: it was sent once more. */
  | { readonly kind: 'command_sent' }
  /** A read-back shows what we asked for. */
  | { readonly kind: 'confirmed' }
  /**
   * Read-back shows the old state and the time to wait is over. In `RESTORING`: nothing of ours is on the device and
   * nothing ever was; then it ends, with the code. Without one the code is `NOT_APPLIED`.
   */
  | { readonly kind: 'not_applied'; readonly code?: OutcomeCode | undefined }
  /** The vendor refused the command and nothing of it was written. In `RESTORING` only `DEVICE_GONE` ends the action. */
  | { readonly kind: 'rejected'; readonly code: OutcomeCode }
  /** A rule, the window or the vendor says no before anything was sent. */
  | { readonly kind: 'skipped'; readonly code: OutcomeCode }
  /** Campaign cancelled or emergency stop: never sent ends at once, everything else is given back. */
  | { readonly kind: 'cancelled'; readonly code: OutcomeCode }
  /** The window is over: give back. In `RESTORING`: one more try. */
  | { readonly kind: 'restore_started' }
  /** The device shows what it had before. */
  | { readonly kind: 'restored' }
  /**
   * The customer changed the device meanwhile: hands off. In `SENT` only once the time to wait for read-back is
   * over, else a command that is still on its way would land on top of the customer's choice with nobody to take it back.
   */
  | { readonly kind: 'overridden' };

export const actionEventKinds = [
  'dispatch_started',
  'command_sent',
  'confirmed',
  'not_applied',
  'rejected',
  'skipped',
  'cancelled',
  'restore_started',
  'restored',
  'overridden',
] as const satisfies readonly ActionEvent['kind'][];
