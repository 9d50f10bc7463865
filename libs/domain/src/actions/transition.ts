import { endedEarlyCodes, finalStates, type ActionEvent, type ActionState, type OutcomeCode } from './action';

export type Transition =
  | {
      readonly ok: true;
      readonly to: ActionState;
      /** To be kept with the action: why it did not run its course. */
      readonly code?: OutcomeCode | undefined;
    }
  | { readonly ok: false; readonly reason: string };

type EventKind = ActionEvent['kind'];

/** What follows from which event; everything that is not listed is refused. The drawing is in `actions/action.ts`. */
const next: Readonly<Record<ActionState, Partial<Readonly<Record<EventKind, ActionState>>>>> = {
  PLANNED: { dispatch_started: 'DISPATCHING', skipped: 'SKIPPED', cancelled: 'CANCELLED' },
  DISPATCHING: {
    command_sent: 'SENT',
    confirmed: 'ACTIVE',
    skipped: 'SKIPPED',
    rejected: 'FAILED',
    not_applied: 'RESTORING',
    cancelled: 'RESTORING',
    restore_started: 'RESTORING',
    overridden: 'OVERRIDDEN',
  },
  SENT: {
    command_sent: 'SENT',
    confirmed: 'ACTIVE',
    rejected: 'RESTORING',
    not_applied: 'RESTORING',
    cancelled: 'RESTORING',
    restore_started: 'RESTORING',
    overridden: 'OVERRIDDEN',
  },
  ACTIVE: { cancelled: 'RESTORING', restore_started: 'RESTORING', overridden: 'OVERRIDDEN' },
  RESTORING: {
    restore_started: 'RESTORING',
    restored: 'RESTORED',
    overridden: 'OVERRIDDEN',
    not_applied: 'FAILED',
    rejected: 'FAILED',
  },
  RESTORED: {},
  OVERRIDDEN: {},
  SKIPPED: {},
  FAILED: {},
  CANCELLED: {},
};

export function isFinal(state: ActionState): boolean {
  return (finalStates as readonly ActionState[]).includes(state);
}

/** What becomes of an action in `state` when `event` happens, or why it cannot have happened. Total; never throws. */
export function transition(state: ActionState, event: ActionEvent): Transition {
  if (isFinal(state)) return { ok: false, reason: `The action has ended (${state}).` };
  const to = next[state][event.kind];
  if (to === undefined) return { ok: false, reason: `${event.kind} cannot follow ${state}.` };
  if (state === 'RESTORING' && event.kind === 'rejected' && event.code !== 'DEVICE_GONE') {
    return { ok: false, reason: 'A restore is tried until the device shows what it had, or is gone.' };
  }
  const code = codeOf(event);
  return code === undefined ? { ok: true, to } : { ok: true, to, code };
}

/**
 * The event with which a restore ends once the device shows nothing of ours. `sawOurs`: a read-back or the
 * restore's own comparison found our command on the device at some time. `code`: what `transition` gave on the
 * way to `RESTORING`. An action that was sent and proven not applied failed; every other one was restored.
 */
export function eventAfterRestore(outcome: {
  readonly sawOurs: boolean;
  readonly code?: OutcomeCode | undefined;
}): ActionEvent {
  const { sawOurs, code } = outcome;
  const endedEarly = code === undefined || endedEarlyCodes.some((early) => early === code);
  return sawOurs || endedEarly ? { kind: 'restored' } : { kind: 'not_applied', code };
}

function codeOf(event: ActionEvent): OutcomeCode | undefined {
  switch (event.kind) {
    case 'not_applied':
      return event.code ?? 'NOT_APPLIED';
    case 'rejected':
    case 'skipped':
    case 'cancelled':
      return event.code;
    default:
      return undefined;
  }
}
