import { at, iso, recordset, type Database } from '@warmshift/db';
import type { Instant, PlannedRun, RecordedRun, Span } from '@warmshift/domain';

/** One tank with what its disinfection depends on. */
export interface TankRow {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly supplierId: string;
  readonly vendor: string;
  readonly deviceName: string;
  readonly siteTimeZone: string | null;
  readonly country: string | null;
  readonly quietHours: unknown;
  readonly frequencyPerWeeks: number | null;
  readonly durationMinutes: number | null;
  /** It may be told to heat: the vendor can, nobody switched steering off, nobody opted out. */
  readonly mayIncrease: boolean;
  readonly enrolledAt: Instant;
  readonly lastCompletedAt: Instant | null;
  readonly runningSince: Instant | null;
  readonly plannedStartsAt: Instant | null;
  readonly plannedEndsAt: Instant | null;
  readonly recentRuns: readonly (readonly [number, number])[] | null;
  /** Actions of the device that have not ended. */
  readonly actions: readonly (readonly [number, number])[] | null;
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

/** `$1` instant, `$2` only tanks without a run since then, `$3` supplier or null, `$4` device or null. */
const tanksSql = `
  SELECT ledger.zone_id AS "zoneId", device.id AS "deviceId", device.supplier_id AS "supplierId", connection.vendor,
    device.name AS "deviceName", site.time_zone AS "siteTimeZone", coalesce(site.country, device.country) AS country,
    coalesce(site.quiet_hours, '[]'::jsonb) AS "quietHours",
    device.legionella_frequency_per_weeks AS "frequencyPerWeeks", device.legionella_duration_minutes AS "durationMinutes",
    (device.vendor_control AND device.steering_enabled IS NOT FALSE AND device.disabled_at IS NULL
      AND device.opted_out_at IS NULL AND site.opted_out_at IS NULL AND device.held_at IS NULL) AS "mayIncrease",
    ledger.enrolled_at AS "enrolledAt", ledger.last_completed_at AS "lastCompletedAt", ledger.running_since AS "runningSince",
    ledger.planned_starts_at AS "plannedStartsAt", ledger.planned_ends_at AS "plannedEndsAt",
    (SELECT jsonb_agg(jsonb_build_array(${ms('run.started_at')}, ${ms('run.completed_at')})) FROM legionella_runs run
       WHERE run.zone_id = ledger.zone_id AND run.completed_at > $1::timestamptz - interval '29 days') AS "recentRuns",
    (SELECT jsonb_agg(jsonb_build_array(${ms('action.starts_at')}, ${ms('action.ends_at')})) FROM actions action
       WHERE action.device_id = device.id
         AND action.state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')) AS actions
  FROM legionella_ledger ledger
  JOIN zones zone ON zone.id = ledger.zone_id
  JOIN devices device ON device.id = zone.device_id AND device.retired_at IS NULL
  JOIN connections connection ON connection.id = device.connection_id AND connection.retired_at IS NULL
  LEFT JOIN sites site ON site.id = device.site_id
  WHERE coalesce(ledger.last_completed_at, ledger.enrolled_at) <= $2
    AND ($3::uuid IS NULL OR device.supplier_id = $3) AND ($4::uuid IS NULL OR device.id = $4)
  ORDER BY ledger.zone_id`;

/** The legionella calendar in Postgres. */
export class LegionellaRepository {
  constructor(private readonly db: Database) {}

  /** Tanks of devices in the fleet that saw no run after `quietSince`. */
  tanks(now: Instant, quietSince: Instant, supplierId?: string): Promise<TankRow[]> {
    return this.db.rows<TankRow>(tanksSql, [at(now), at(quietSince), supplierId ?? null, null]);
  }

  async tankOf(supplierId: string, deviceId: string, now: Instant): Promise<TankRow | undefined> {
    const [row] = await this.db.rows<TankRow>(tanksSql, [at(now), at(now), supplierId, deviceId]);
    return row;
  }

  /** Windows of increase campaigns that are still to come, per supplier: there consumption is wanted. */
  async wanted(now: Instant, until: Instant): Promise<Map<string, Span[]>> {
    const rows = await this.db.rows<{ supplierId: string } & Span>(
      `SELECT occurrence.supplier_id AS "supplierId", occurrence.starts_at AS "startsAt", occurrence.ends_at AS "endsAt"
       FROM occurrences occurrence JOIN campaigns campaign ON campaign.id = occurrence.campaign_id
       WHERE campaign.direction = 'increase' AND occurrence.status IN ('SCHEDULED', 'PLANNED')
         AND occurrence.ends_at > $1 AND occurrence.starts_at < $2`,
      [at(now), at(until)],
    );
    const spans = new Map<string, Span[]>();
    for (const { supplierId, startsAt, endsAt } of rows)
      spans.set(supplierId, [...(spans.get(supplierId) ?? []), { startsAt, endsAt }]);
    return spans;
  }

  /** Writes planned runs where none is planned meanwhile and none goes on. @returns the zones that were written. */
  async writePlans(runs: readonly PlannedRun[], now: Instant): Promise<string[]> {
    if (runs.length === 0) return [];
    const rows = runs
      .map(({ zoneId, span }) => ({ zoneId, startsAt: iso(span.startsAt), endsAt: iso(span.endsAt) }))
      .sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1));
    const written = await this.db.rows<{ zoneId: string }>(
      `UPDATE legionella_ledger ledger SET planned_starts_at = run."startsAt", planned_ends_at = run."endsAt"
       FROM jsonb_to_recordset($1::jsonb) AS run("zoneId" uuid, "startsAt" timestamptz, "endsAt" timestamptz)
       WHERE ledger.zone_id = run."zoneId" AND ledger.running_since IS NULL
         AND (ledger.planned_ends_at IS NULL OR ledger.planned_ends_at <= $2)
       RETURNING ledger.zone_id AS "zoneId"`,
      [recordset(rows), at(now)],
    );
    return written.map(({ zoneId }) => zoneId);
  }

  /** Plans whose time is over, or whose run is done, are taken away. @returns the zones. */
  async clearPassed(now: Instant): Promise<string[]> {
    const cleared = await this.db.rows<{ zoneId: string }>(
      `UPDATE legionella_ledger SET planned_starts_at = NULL, planned_ends_at = NULL
       WHERE planned_ends_at <= $1 OR last_completed_at >= planned_starts_at
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
