import { columns, unnestColumns } from './write-columns';

/**
 * Rows are locked in the order of their ids, as everybody does who changes many of them at once. What was changed is returned
 * by the change itself: a join of two sets whose sizes Postgres cannot know would compare each with each.
 */
const changed = `
  incoming AS (SELECT ${unnestColumns}),
  locked AS (
    SELECT action.id FROM actions action
    JOIN incoming ON action.id = incoming."actionId" AND action.version = incoming.version
    ORDER BY action.id FOR UPDATE OF action),
  done AS (
    UPDATE actions action SET state = incoming."to", code = incoming.code,
      reason = coalesce(incoming.reason, action.reason), snapshot = coalesce(incoming.snapshot, action.snapshot),
      command = coalesce(incoming.command, action.command),
      restore_command = coalesce(incoming."restoreCommand", action.restore_command),
      restore_sent_at = coalesce(incoming."restoreSentAt", action.restore_sent_at),
      restore_tried_at = incoming."restoreTriedAt",
      sent_at = coalesce(incoming."sentAt", action.sent_at), active_at = coalesce(incoming."activeAt", action.active_at),
      limit_c = coalesce(incoming."limitC", action.limit_c), attempts = incoming.attempts, due_at = incoming."dueAt",
      ended_at = CASE WHEN incoming.ended THEN incoming.at ELSE action.ended_at END, version = action.version + 1
    FROM incoming
    WHERE action.id = incoming."actionId" AND action.version = incoming.version
      AND action.id IN (SELECT id FROM locked)
    RETURNING incoming.*)`;

/** Jobs of the next steps, as `outboxRecordset` makes them, are harmless where a change was not made. */
const queued = (parameter: number): string => `
    INSERT INTO outbox (name, payload, run_at, created_at)
    SELECT name, payload, "runAt", "createdAt"
    FROM jsonb_to_recordset($${parameter}::jsonb) AS job(name text, payload jsonb, "runAt" timestamptz, "createdAt" timestamptz)`;

/**
 * A try that was put off for the same reason as the one before is not told again: outages last for hours. What came of an attempt
 * to give back is told, the attempt is not.
 */
const told = `
  told AS (
    INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, code, cause, words)
    SELECT "actionId", "supplierId", at, "from", "to", event, code, cause, words FROM done
    WHERE event NOT IN ('put_off', 'restore_tried') OR event = 'put_off' AND NOT EXISTS (
      SELECT 1 FROM (SELECT history.event, history.cause FROM action_history history
                     WHERE history.action_id = done."actionId" ORDER BY history.id DESC LIMIT 1) last
      WHERE last.event = 'put_off' AND last.cause IS NOT DISTINCT FROM done.cause)),
  queued AS (${queued(columns.length + 1)})`;

const settled = `
  cycles AS (
    UPDATE cycle_ledger ledger SET reserved_starts = greatest(0, ledger.reserved_starts - back.starts)
    FROM (SELECT "deviceId", "cycleDay", sum("cyclesBack")::int AS starts FROM done
          WHERE ended AND "cyclesBack" > 0 GROUP BY 1, 2) back
    WHERE ledger.device_id = back."deviceId" AND ledger.local_day = back."cycleDay"),
  zones_locked AS (
    SELECT zone.id FROM zones zone
    WHERE zone.id IN (SELECT "zoneId" FROM done WHERE "restsFrom" IS NOT NULL OR "quietUntil" IS NOT NULL)
    ORDER BY zone.id FOR UPDATE),
  rested AS (
    UPDATE zones zone SET last_action_ended_at = coalesce(rest."from", zone.last_action_ended_at),
      override_quiet_until = coalesce(rest.quiet, zone.override_quiet_until)
    FROM (SELECT "zoneId", max("restsFrom") AS "from", max("quietUntil") AS quiet FROM done GROUP BY 1) rest
    WHERE zone.id = rest."zoneId" AND zone.id IN (SELECT id FROM zones_locked))`;

/** Takes `columns`, then the jobs; @returns the ids of those whose version was still the stored one. */
export const writeSql = `WITH ${changed}, ${told} SELECT "actionId" AS id FROM done`;

/** The same, where some of the actions end. */
export const settlingWriteSql = `WITH ${changed}, ${told}, ${settled} SELECT "actionId" AS id FROM done`;

/** Nothing was tried, so nothing is recorded and the version stays. `$1` the new times, `$2` the jobs. */
export const rescheduleSql = `
  WITH incoming AS (
    SELECT DISTINCT ON ("actionId") * FROM jsonb_to_recordset($1::jsonb)
      AS change("actionId" uuid, version int, "dueAt" timestamptz)
    ORDER BY "actionId", "dueAt"),
  locked AS (
    SELECT action.id FROM actions action
    JOIN incoming ON action.id = incoming."actionId" AND action.version = incoming.version
    ORDER BY action.id FOR UPDATE OF action),
  moved AS (
    UPDATE actions action SET due_at = incoming."dueAt" FROM incoming
    WHERE action.id = incoming."actionId" AND action.version = incoming.version
      AND action.id IN (SELECT id FROM locked))
  ${queued(2)}`;
