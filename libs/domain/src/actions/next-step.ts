import { minuteMs, type Instant, type Span } from '../fleet';
import type { ActionState } from './action';

/** What must be known of an action to say what is due. Durations in ms. */
export interface ActionTiming extends Span {
  readonly state: ActionState;
  /** The command goes out this long before the start (lag of vendor and pacing). */
  readonly leadMs: number;
  readonly sentAt?: Instant | undefined;
  /** First read-back this long after sending or after the start, whichever is later. */
  readonly readBackAfterMs: number;
  /** Last read-back this long after it. */
  readonly readBackUntilMs: number;
  /** Campaign cancelled or emergency stop. */
  readonly cancelRequestedAt?: Instant | undefined;
  /** Not before this instant: set after each try or watch of the present state, cleared by a transition. */
  readonly nextTryAt?: Instant | undefined;
}

export type NextStep =
  | { readonly kind: 'wait'; readonly until: Instant }
  /** Ask the rules again, save the snapshot, send. */
  | { readonly kind: 'dispatch' }
  /** The snapshot is there, the sending is in doubt: read back first, then maybe send. */
  | { readonly kind: 'resume' }
  /** Read back. `last`: if it still shows the old state, that is `not_applied`. In `ACTIVE`: look for an override. */
  | { readonly kind: 'verify'; readonly last: boolean }
  | { readonly kind: 'restore' }
  | { readonly kind: 'skip'; readonly code: 'WINDOW_PASSED' }
  /** Was never sent and is not wanted any more. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'done' };

/** How often an active action is looked at for a change by the customer. */
export const overrideWatchMs = 5 * minuteMs;

const dispatch: NextStep = { kind: 'dispatch' };
const restore: NextStep = { kind: 'restore' };
const done: NextStep = { kind: 'done' };

/**
 * What is due for an action at `now`. Total and deterministic; `wait.until` is always later than `now`.
 *
 * ```
 *     startsAt − leadMs        sentAt or startsAt          + readBackAfterMs … UntilMs        endsAt
 *  wait ─────┼─ dispatch ─────────────┼───────── wait ────────────┼── verify ──┼── wait, verify ───┼─ restore
 *            └─ late is fine, until endsAt; then skip(WINDOW_PASSED) if nothing was ever sent
 * ```
 *
 * A cancelled action is restored at once where anything may be on the device. The end of the window does not wait for
 * `nextTryAt`, except in `RESTORING`, where it spaces the tries.
 */
export function nextStep(action: ActionTiming, now: Instant): NextStep {
  switch (action.state) {
    case 'PLANNED':
      return whilePlanned(action, now);
    case 'DISPATCHING':
      if (isOver(action, now)) return restore;
      return waitUntil(action.nextTryAt, now, action) ?? { kind: 'resume' };
    case 'SENT':
      return whileSent(action, now);
    case 'ACTIVE':
      if (isOver(action, now)) return restore;
      return (
        waitUntil(action.nextTryAt ?? (action.sentAt ?? action.startsAt) + overrideWatchMs, now, action) ?? {
          kind: 'verify',
          last: false,
        }
      );
    case 'RESTORING':
      return action.nextTryAt !== undefined && action.nextTryAt > now
        ? { kind: 'wait', until: action.nextTryAt }
        : restore;
    default:
      return done;
  }
}

function whilePlanned(action: ActionTiming, now: Instant): NextStep {
  if (action.cancelRequestedAt !== undefined) return { kind: 'cancel' };
  if (!(now < action.endsAt)) return { kind: 'skip', code: 'WINDOW_PASSED' };
  const sendAt = Math.max(action.startsAt - action.leadMs, action.nextTryAt ?? Number.NEGATIVE_INFINITY);
  return waitUntil(sendAt, now, action) ?? dispatch;
}

function whileSent(action: ActionTiming, now: Instant): NextStep {
  if (isOver(action, now)) return restore;
  const effectiveAt = Math.max(action.sentAt ?? action.startsAt, action.startsAt);
  const firstAt = effectiveAt + action.readBackAfterMs;
  const dueAt = Math.max(firstAt, action.nextTryAt ?? firstAt);
  return (
    waitUntil(dueAt, now, action) ?? { kind: 'verify', last: now >= effectiveAt + action.readBackUntilMs }
  );
}

function isOver(action: ActionTiming, now: Instant): boolean {
  return action.cancelRequestedAt !== undefined || !(now < action.endsAt);
}

/** Waits for `dueAt`, but never past the end of the window. Absent: it is due. */
function waitUntil(dueAt: Instant | undefined, now: Instant, window: Span): NextStep | undefined {
  if (dueAt === undefined || !(dueAt > now)) return undefined;
  return { kind: 'wait', until: Math.min(dueAt, window.endsAt) };
}

/**
 * Pause after the `attempts`-th try (from 1), ms: `firstMs`, doubled each time, at most `maxMs`. The default suits
 * read-backs (5 s to 120 s); restores use a lower `maxMs`, so that they end within a minute of recovery.
 */
export function backOffMs(attempts: number, firstMs = 5_000, maxMs = 120_000): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, attempts - 1)));
}
