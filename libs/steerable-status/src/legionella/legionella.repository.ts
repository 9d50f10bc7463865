import { at, type Database, type Sql } from '@warmshift/db';
import { hourMs, type Instant, type RecordedRun, type RunTry, type Span } from '@warmshift/domain';
import { plannedRunSql } from '../facts-row';
import type { LegionellaRow } from './legionella-facts';

/** One tank with what its disinfection depends on. */
export interface TankRow extends LegionellaRow {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly supplierId: string;
  readonly vendor: string;
  readonly deviceName: string;
  readonly siteTimeZone: string | null;
  readonly quietHours: unknown;
  readonly plannedActionId: string | null;
  /** [starts, ends] of actions of the device that have not ended. */
  readonly actions: readonly (readonly [number, number])[] | null;
  /** Runs of ours that were planned since the last completed one and have ended. */
  readonly tries: readonly RunTry[] | null;
}

/** Windows in which a supplier would rather have the consumption of its runs. */
export interface WantedWindow extends Span {
  readonly supplierId: string;
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;
const live = `('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')`;
/** The shortest interval that a device's frequency can mean; which reading holds, the domain says. */
const shortestInterval = `interval '1 day' * CASE WHEN device.legionella_frequency_per_weeks > 0
  THEN least(28, greatest(1, least(7 / device.legionella_frequency_per_weeks, 7 * device.legionella_frequency_per_weeks)))
  ELSE 7 END`;
/** A run before a decrease: so long before it at most, and so long at least, for the tank rests after an action. */
const beforeDecrease = { fromMs: 4 * hourMs, toMs: hourMs } as const;

/** `$1` instant, `$2` only tanks that may be due by then, or null, `$3` supplier or null, `$4` device or null. */
const tanksSql = `
  SELECT ledger.zone_id AS "zoneId", device.id AS "deviceId", device.supplier_id AS "supplierId", connection.vendor,
    device.name AS "deviceName", site.time_zone AS "siteTimeZone", coalesce(site.country, device.country) AS country,
    coalesce(site.quiet_hours, '[]'::jsonb) AS "quietHours",
    device.legionella_frequency_per_weeks AS "legionellaFrequencyPerWeeks",
    device.legionella_duration_minutes AS "legionellaDurationMinutes",
    supplier.rule_settings AS "supplierRules", device.rule_settings AS "deviceRules",
    ledger.enrolled_at AS "enrolledAt", ledger.last_completed_at AS "lastCompletedAt", ledger.running_since AS "runningSince",
    run.starts_at AS "plannedStartsAt", run.ends_at AS "plannedEndsAt",
    CASE WHEN run.starts_at IS NOT NULL THEN ledger.planned_action_id END AS "plannedActionId",
    (SELECT jsonb_agg(jsonb_build_array(${ms('run.started_at')}, ${ms('run.completed_at')})) FROM legionella_runs run
       WHERE run.zone_id = ledger.zone_id AND run.completed_at > $1::timestamptz - interval '29 days') AS "recentRuns",
    (SELECT jsonb_agg(jsonb_build_array(${ms('action.starts_at')}, ${ms('action.ends_at')})) FROM actions action
       WHERE action.device_id = device.id AND action.state IN ${live}) AS actions,
    (SELECT jsonb_agg(jsonb_build_object('startsAt', ${ms('action.starts_at')}, 'sent', action.sent_at IS NOT NULL))
       FROM actions action WHERE action.zone_id = ledger.zone_id AND action.purpose = 'disinfection'
         AND action.state NOT IN ${live} AND action.code IS DISTINCT FROM 'NOT_NEEDED'
         AND action.starts_at > coalesce(ledger.last_completed_at, ledger.enrolled_at)) AS tries
  FROM legionella_ledger ledger
  JOIN zones zone ON zone.id = ledger.zone_id
  JOIN devices device ON device.id = zone.device_id AND device.retired_at IS NULL
  JOIN connections connection ON connection.id = device.connection_id AND connection.retired_at IS NULL
  JOIN suppliers supplier ON supplier.id = device.supplier_id
  LEFT JOIN sites site ON site.id = device.site_id
  LEFT JOIN LATERAL ${plannedRunSql('ledger')} run ON true
  WHERE ($2::timestamptz IS NULL OR coalesce(ledger.last_completed_at, ledger.enrolled_at) + ${shortestInterval} <= $2)
    AND ($3::uuid IS NULL OR device.supplier_id = $3) AND ($4::uuid IS NULL OR device.id = $4)
  ORDER BY ledger.zone_id`;

/** The legionella calendar in Postgres. */
export class LegionellaRepository {
  constructor(private readonly db: Database) {}

  /** Tanks of devices in the fleet whose next run may be due by `dueBy`, by the shortest reading of their frequency. */
  tanks(now: Instant, dueBy: Instant, supplierId?: string): Promise<TankRow[]> {
    return this.db.rows<TankRow>(tanksSql, [at(now), at(dueBy), supplierId ?? null, null]);
  }

  async tankOf(supplierId: string, deviceId: string, now: Instant): Promise<TankRow | undefined> {
    const [row] = await this.db.rows<TankRow>(tanksSql, [at(now), null, supplierId, deviceId]);
    return row;
  }

  /** Windows of increase campaigns that are still to come, where consumption is wanted, and the hours before those of decreases. */
  async wanted(now: Instant, until: Instant): Promise<Map<string, Span[]>> {
    const rows = await this.db.rows<WantedWindow & { direction: string }>(
      `SELECT occurrence.supplier_id AS "supplierId", campaign.direction, occurrence.starts_at AS "startsAt", occurrence.ends_at AS "endsAt"
       FROM occurrences occurrence JOIN campaigns campaign ON campaign.id = occurrence.campaign_id
       WHERE occurrence.status IN ('SCHEDULED', 'PLANNED') AND occurrence.ends_at > $1 AND occurrence.starts_at < $2`,
      [at(now), at(until)],
    );
    const spans = new Map<string, Span[]>();
    for (const { supplierId, direction, startsAt, endsAt } of rows) {
      const { fromMs, toMs } = beforeDecrease;
      const span =
        direction === 'increase'
          ? { startsAt, endsAt }
          : { startsAt: startsAt - fromMs, endsAt: startsAt - toMs };
      spans.set(supplierId, [...(spans.get(supplierId) ?? []), span]);
    }
    return spans;
  }

  /**
   * Writes a planned run with its action, where none is planned that is alive and none goes on. To be called behind the supplier's
   * planning lock, so that what another worker planned is seen.
   * @returns whether it was written.
   */
  async claim(
    sql: Sql,
    run: { readonly zoneId: string; readonly span: Span; readonly actionId: string },
    now: Instant,
  ): Promise<boolean> {
    const written = await sql.run(
      `UPDATE legionella_ledger ledger SET planned_starts_at = $2, planned_ends_at = $3, planned_action_id = $4
       WHERE ledger.zone_id = $1 AND ledger.running_since IS NULL
         AND NOT EXISTS (SELECT 1 FROM ${plannedRunSql('ledger')} run WHERE run.ends_at > $5)`,
      [run.zoneId, at(run.span.startsAt), at(run.span.endsAt), run.actionId, at(now)],
    );
    return written > 0;
  }

  /** Plans whose time is over, whose run is done, or whose action came to nothing, are taken away. @returns the zones. */
  async clearPassed(now: Instant): Promise<string[]> {
    const cleared = await this.db.rows<{ zoneId: string }>(
      `UPDATE legionella_ledger ledger SET planned_starts_at = NULL, planned_ends_at = NULL, planned_action_id = NULL
       WHERE planned_starts_at IS NOT NULL
         AND (planned_ends_at <= $1 OR last_completed_at >= planned_starts_at
           OR NOT EXISTS (SELECT 1 FROM ${plannedRunSql('ledger')} run WHERE run.ends_at IS NOT NULL))
       RETURNING zone_id AS "zoneId"`,
      [at(now)],
    );
    return cleared.map(({ zoneId }) => zoneId);
  }

  runs(zoneId: string, since: Instant): Promise<RecordedRun[]> {
    return this.db.rows<RecordedRun>(
      `SELECT started_at AS "startedAt", completed_at AS "completedAt", profile AS "profileId" FROM legionella_runs
       WHERE zone_id = $1 AND completed_at >= $2 ORDER BY completed_at`,
      [zoneId, at(since)],
    );
  }
}
