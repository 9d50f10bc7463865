import type { OutboxJob } from '@warmshift/db';
import type { StoredAction } from './stored-action';

type Due = Pick<StoredAction, 'actionId' | 'vendor' | 'state' | 'dueAt' | 'endsAt' | 'endRequestedAt'>;

/** The job that takes an action's next step. Doing it twice, or not at all, is harmless: Postgres knows what is due. */
export function advanceJob(action: Due & { readonly dueAt?: number | undefined }): OutboxJob {
  const dueAt = action.dueAt ?? action.endsAt;
  const restores =
    action.state === 'RESTORING' || action.endRequestedAt !== undefined || dueAt >= action.endsAt;
  return {
    name: 'action.advance',
    payload: {
      v: 1,
      actionId: action.actionId,
      vendor: action.vendor,
      priority: restores ? 'restore' : 'steer',
    },
    runAt: dueAt,
  };
}
