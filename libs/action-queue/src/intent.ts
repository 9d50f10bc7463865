import type { SteeringIntent } from '@warmshift/vendors/contract';
import type { LiveSpan } from '@warmshift/steerable-status';
import type { StoredAction } from './stored-action';

/** What a vendor is told of an action. `spans` are all that the device's schedule must hold. */
export function intentOf(action: StoredAction, spans: readonly LiveSpan[]): SteeringIntent {
  if (action.limitC === undefined) throw new Error(`Action ${action.actionId} has no temperature limit yet.`);
  return {
    actionId: action.actionId,
    zone: action.zone,
    direction: action.direction,
    span: { startsAt: action.startsAt, endsAt: action.endsAt },
    limitC: action.limitC,
    deviceSpans: spans.map(({ zone, direction, span }) => ({ zone, direction, span })),
    lastRestore: lastRestoreOf(action),
  };
}

/** One that the vendor has, or may have, counts also while another attempt is open. */
function lastRestoreOf({ restoreSentAt, restoreTriedAt }: StoredAction): SteeringIntent['lastRestore'] {
  if (restoreSentAt !== undefined) return 'sent';
  return restoreTriedAt === undefined ? undefined : 'in_doubt';
}

export function liveSpanOf(action: StoredAction): LiveSpan {
  return {
    actionId: action.actionId,
    zone: action.zone,
    direction: action.direction,
    span: { startsAt: action.startsAt, endsAt: action.endsAt },
  };
}
