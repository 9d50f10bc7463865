import { addToOutbox, at, type Sql } from '@warmshift/db';
import { isFinal, type ActionEvent, type Instant } from '@warmshift/domain';
import { advanceJob } from './advance-job';
import { StaleAction, type ActionPatch, type StoredAction } from './stored-action';

export interface Change {
  readonly event: ActionEvent;
  readonly patch?: ActionPatch;
  /** Why, in a sentence, for the action's history. */
  readonly cause?: string;
  /** The vendor's own words, redacted. */
  readonly words?: string | undefined;
}

/** What may happen to an action without moving it. */
export type NoteEvent = 'put_off' | 'sent_again' | 'restore_sent' | 'device_missing';

export type HistoryChange = Omit<Change, 'event'> & { readonly event: { readonly kind: string } };

/** Hands off for the rest of the day and the night after a customer changed something. */
const overrideQuietMs = 12 * 3_600_000;

/** @throws StaleAction when `before` is no longer what is stored; then nothing is written. */
export async function write(
  sql: Sql,
  before: StoredAction,
  after: StoredAction,
  change: HistoryChange,
  now: Instant,
): Promise<void> {
  const changed = await sql.run(
    `UPDATE actions SET state = $3, code = $4, reason = coalesce($5, reason), snapshot = $6, command = $7,
       restore_command = $8, restore_sent_at = $9, sent_at = $10, active_at = $11, attempts = $12, due_at = $13,
       ended_at = CASE WHEN $14 THEN $15::timestamptz ELSE ended_at END, limit_c = $16, version = version + 1
     WHERE id = $1 AND version = $2`,
    [
      before.actionId,
      before.version,
      after.state,
      after.code ?? null,
      change.patch?.reason ?? null,
      json(after.snapshot),
      json(after.command),
      json(after.restoreCommand),
      at(after.restoreSentAt),
      at(after.sentAt),
      at(after.activeAt),
      after.attempts,
      at(after.dueAt),
      isFinal(after.state),
      at(now),
      after.limitC ?? null,
    ],
  );
  if (changed === 0) throw new StaleAction(before.actionId);
  await addToHistory(sql, before, after, change, now);
  if (after.dueAt !== undefined) await addToOutbox(sql, [advanceJob(after)], now);
}

/** A try that was put off for the same reason as the one before is not told again: outages last for hours. */
async function addToHistory(
  sql: Sql,
  before: StoredAction,
  after: StoredAction,
  change: HistoryChange,
  now: Instant,
): Promise<void> {
  await sql.run(
    `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, code, cause, words)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
     WHERE $6 <> 'put_off' OR NOT EXISTS (
       SELECT 1 FROM (SELECT event, cause FROM action_history WHERE action_id = $1 ORDER BY id DESC LIMIT 1) last
       WHERE last.event = 'put_off' AND last.cause IS NOT DISTINCT FROM $8)`,
    [
      before.actionId,
      before.supplierId,
      at(now),
      before.state,
      after.state,
      change.event.kind,
      after.code ?? null,
      change.cause ?? null,
      change.words ?? null,
    ],
  );
}

/** What the end of an action gives back: unused cycles, the rest period's start, hands off after an override. */
export async function settle(sql: Sql, action: StoredAction, now: Instant): Promise<void> {
  const nothingOnDevice = action.activeAt === undefined && action.restoreSentAt === undefined;
  if (action.cyclesReserved > 0 && nothingOnDevice) {
    await sql.run(
      `UPDATE cycle_ledger SET reserved_starts = greatest(0, reserved_starts - $3) WHERE device_id = $1 AND local_day = $2`,
      [action.deviceId, action.cycleDay, action.cyclesReserved],
    );
  }
  if (action.sentAt !== undefined || !nothingOnDevice) {
    await sql.run('UPDATE zones SET last_action_ended_at = $2 WHERE id = $1', [action.zoneId, at(now)]);
  }
  if (action.state === 'OVERRIDDEN' || action.code === 'USER_OVERRIDE') {
    await sql.run('UPDATE zones SET override_quiet_until = $2 WHERE id = $1', [
      action.zoneId,
      at(now + overrideQuietMs),
    ]);
  }
}

function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
