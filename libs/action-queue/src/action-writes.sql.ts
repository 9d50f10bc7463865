/** Rows are locked in the order of their ids, as everybody does who changes many of them at once. */
const changed = `
  incoming AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS change("actionId" uuid, version int, "supplierId" uuid, "from" text,
      "to" text, code text, reason text, snapshot jsonb, command jsonb, "restoreCommand" jsonb,
      "restoreSentAt" timestamptz, "sentAt" timestamptz, "activeAt" timestamptz, attempts int, "dueAt" timestamptz,
      "limitC" float8, at timestamptz, ended boolean, event text, cause text, words text, job jsonb,
      "deviceId" uuid, "zoneId" uuid, "cycleDay" text, "cyclesBack" int, "restsFrom" timestamptz,
      "quietUntil" timestamptz)),
  locked AS (
    SELECT action.id FROM actions action
    JOIN incoming ON action.id = incoming."actionId" AND action.version = incoming.version
    ORDER BY action.id FOR UPDATE OF action),
  changed AS (
    UPDATE actions action SET state = incoming."to", code = incoming.code,
      reason = coalesce(incoming.reason, action.reason), snapshot = incoming.snapshot, command = incoming.command,
      restore_command = incoming."restoreCommand", restore_sent_at = incoming."restoreSentAt",
      sent_at = incoming."sentAt", active_at = incoming."activeAt", attempts = incoming.attempts,
      due_at = incoming."dueAt", ended_at = CASE WHEN incoming.ended THEN incoming.at ELSE action.ended_at END,
      limit_c = incoming."limitC", version = action.version + 1
    FROM incoming
    WHERE action.id = incoming."actionId" AND action.version = incoming.version
      AND action.id IN (SELECT id FROM locked)
    RETURNING action.id),
  done AS (SELECT incoming.* FROM incoming JOIN changed ON changed.id = incoming."actionId")`;

/** A try that was put off for the same reason as the one before is not told again: outages last for hours. */
const told = `
  told AS (
    INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, code, cause, words)
    SELECT "actionId", "supplierId", at, "from", "to", event, code, cause, words FROM done
    WHERE event <> 'put_off' OR NOT EXISTS (
      SELECT 1 FROM (SELECT history.event, history.cause FROM action_history history
                     WHERE history.action_id = done."actionId" ORDER BY history.id DESC LIMIT 1) last
      WHERE last.event = 'put_off' AND last.cause IS NOT DISTINCT FROM done.cause)),
  queued AS (
    INSERT INTO outbox (name, payload, run_at, created_at)
    SELECT 'action.advance', job, "dueAt", at FROM done WHERE job IS NOT NULL)`;

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

/** `$1` changes; @returns the ids of those whose version was still the stored one. */
export const writeSql = `WITH ${changed}, ${told} SELECT id FROM changed`;

/** The same, where some of the actions end. */
export const settlingWriteSql = `WITH ${changed}, ${told}, ${settled} SELECT id FROM changed`;

/** Nothing was tried, so nothing is recorded and the version stays. */
export const rescheduleSql = `
  WITH incoming AS (
    SELECT DISTINCT ON ("actionId") * FROM jsonb_to_recordset($1::jsonb)
      AS change("actionId" uuid, version int, "dueAt" timestamptz, at timestamptz, job jsonb)
    ORDER BY "actionId", "dueAt"),
  locked AS (
    SELECT action.id FROM actions action
    JOIN incoming ON action.id = incoming."actionId" AND action.version = incoming.version
    ORDER BY action.id FOR UPDATE OF action),
  moved AS (
    UPDATE actions action SET due_at = incoming."dueAt" FROM incoming
    WHERE action.id = incoming."actionId" AND action.version = incoming.version
      AND action.id IN (SELECT id FROM locked)
    RETURNING action.id)
  INSERT INTO outbox (name, payload, run_at, created_at)
  SELECT 'action.advance', incoming.job, incoming."dueAt", incoming.at
  FROM incoming JOIN moved ON moved.id = incoming."actionId"`;
