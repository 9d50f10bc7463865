import { iso, recordset, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';

/** A start that was not known before. */
export interface FreshStart {
  readonly deviceId: string;
  readonly startedAt: Instant;
  /** Time of the reading that shows it, which is later where the start is dated between two readings. */
  readonly seenAt: Instant;
}

/**
 * The first start after a decrease was given back, or after an increase went out, is the one for which that action reserved
 * a cycle: it counts as observed now, so the reservation ends and the device is not charged twice. One start, one
 * reservation; the oldest first. An action that is being written to at this moment is passed over (its writer waits for
 * the zones that this transaction holds), and then its reservation stays until the next start.
 */
export async function endReservationsOf(sql: Sql, starts: readonly FreshStart[]): Promise<void> {
  if (starts.length === 0) return;
  const rows = starts.map(({ deviceId, startedAt, seenAt }) => ({
    deviceId,
    startedAt: iso(startedAt),
    seenAt: iso(seenAt),
  }));
  await sql.run(endSql, [recordset(rows)]);
}

const endSql = `
  WITH start AS (
    SELECT "deviceId" AS device_id, min("startedAt") AS started_at, min("seenAt") AS seen_at
    FROM jsonb_to_recordset($1::jsonb) AS start("deviceId" uuid, "startedAt" timestamptz, "seenAt" timestamptz)
    GROUP BY "deviceId"),
  cause AS (
    SELECT action.id FROM start CROSS JOIN LATERAL (
      SELECT id FROM actions
      WHERE device_id = start.device_id AND cycles_reserved > 0
        AND ends_at > start.started_at - interval '1 day'
        AND ((direction = 'decrease' AND state IN ('RESTORING', 'RESTORED', 'OVERRIDDEN')
              AND coalesce(restore_sent_at, ended_at) <= start.seen_at)
          OR (direction = 'increase' AND state IN ('SENT', 'ACTIVE', 'RESTORING', 'RESTORED', 'OVERRIDDEN')
              AND sent_at <= start.seen_at))
      ORDER BY ends_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) action),
  ended AS (
    UPDATE actions SET cycles_reserved = cycles_reserved - 1 WHERE id IN (SELECT id FROM cause)
    RETURNING device_id, cycle_day)
  UPDATE cycle_ledger ledger SET reserved_starts = greatest(0, ledger.reserved_starts - 1)
  FROM ended WHERE ledger.device_id = ended.device_id AND ledger.local_day = ended.cycle_day`;
