import type { OutboxJob } from '@warmshift/db';
import type { StoredAction } from './stored-action';

type Due = Pick<StoredAction, 'connectionId' | 'vendor' | 'state' | 'endsAt' | 'endRequestedAt'>;

/** What becomes due within so many ms of the injected clock is done by one job, at the end of them. */
const togetherMs = 100;

/**
 * The job that does what is due of a connection when the next step of this action is. Actions that are due together have the
 * same job: the outbox keeps it once. Doing it twice, or not at all, is harmless: Postgres knows what is due.
 */
export function advanceJob(action: Due & { readonly dueAt?: number | undefined }): OutboxJob {
  const dueAt = action.dueAt ?? action.endsAt;
  const restores =
    action.state === 'RESTORING' || action.endRequestedAt !== undefined || dueAt >= action.endsAt;
  const runAt = Math.ceil(dueAt / togetherMs) * togetherMs;
  return {
    name: 'connection.advance',
    payload: {
      v: 1,
      connectionId: action.connectionId,
      vendor: action.vendor,
      priority: restores ? 'restore' : 'steer',
      dueAt: runAt,
    },
    runAt,
  };
}
