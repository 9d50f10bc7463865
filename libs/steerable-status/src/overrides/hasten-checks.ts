import { at, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';

/**
 * Readings have come in: where a zone in an active action shows a setpoint or mode that is neither what it showed before the
 * action nor what it showed right after (nor the setpoint we chose), somebody turned the dial. The action's next look at the device is
 * then due at once; whether it is an override, the read-back decides, and only that ends the action and begins the quiet time.
 * Called in the transaction of the readings.
 *
 * @returns ids of the actions to be looked at.
 */
export async function hastenChecks(sql: Sql, zoneIds: readonly string[], now: Instant): Promise<string[]> {
  if (zoneIds.length === 0) return [];
  const hastened = await sql.rows<{ id: string }>(hastenSql, [zoneIds, at(now)]);
  return hastened.map(({ id }) => id);
}

/** Setpoints closer than this are the same one: devices round. */
const sameSetpointK = 0.26;

const hastenSql = `
  WITH suspect AS (
    SELECT action.id
    FROM actions action
    JOIN zones zone ON zone.id = action.zone_id
    JOIN LATERAL (
      SELECT setpoint_c, mode FROM readings
      WHERE zone_id = action.zone_id AND measured_at <= action.sent_at AND measured_at > action.sent_at - interval '1 day'
      ORDER BY measured_at DESC LIMIT 1) before ON true
    JOIN LATERAL (
      SELECT measured_at, setpoint_c, mode FROM readings
      WHERE zone_id = action.zone_id AND measured_at >= action.active_at AND measured_at < action.active_at + interval '1 day'
      ORDER BY measured_at LIMIT 1) ours ON ours.measured_at < zone.measured_at
    WHERE action.zone_id = ANY($1::uuid[]) AND action.state = 'ACTIVE' AND action.due_at > $2
      AND (
        (abs(zone.setpoint_c - before.setpoint_c) > ${sameSetpointK}
          AND abs(zone.setpoint_c - coalesce(ours.setpoint_c, before.setpoint_c)) > ${sameSetpointK}
          AND abs(zone.setpoint_c - coalesce(action.limit_c, before.setpoint_c)) > ${sameSetpointK})
        OR (zone.mode <> before.mode AND zone.mode <> ours.mode)))
  UPDATE actions action SET due_at = $2 FROM suspect
  WHERE action.id = suspect.id AND action.state = 'ACTIVE' AND action.due_at > $2
  RETURNING action.id`;
