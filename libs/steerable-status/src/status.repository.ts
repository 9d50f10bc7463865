import { at, iso, type Database } from '@warmshift/db';
import type { Assessment, Instant } from '@warmshift/domain';
import { factsSql, type FactsRow } from './facts-row';

export interface AssessedZone {
  readonly zoneId: string;
  readonly supplierId: string;
  readonly assessment: Assessment;
}

/** From so many zones on, a plan of its own is worth its time: making it costs as much as reading 75 zones. */
const many = 250;

/** Facts in, statuses out: the only place that reads what `assess()` needs and stores what it said. */
export class StatusRepository {
  constructor(private readonly db: Database) {}

  /**
   * As known at `now`, for actions that would start at `startsAt`. A plan for many zones is made anew for each batch: one
   * kept from when the ledgers were small would read them whole for every zone.
   */
  facts(zoneIds: readonly string[], now: Instant, startsAt = now): Promise<FactsRow[]> {
    const values = [zoneIds, at(now), at(startsAt)];
    if (zoneIds.length < many) return this.db.rows<FactsRow>(factsSql, values);
    return this.db.transaction(async (sql) => {
      await sql.run(`SET LOCAL plan_cache_mode = force_custom_plan`);
      return sql.rows<FactsRow>(factsSql, values);
    });
  }

  /**
   * Stores statuses; each change of code becomes a row of the history. An older assessment never replaces a newer one.
   * `before` is what this statement saw when it began; `since` tells when another process made the same change first.
   *
   * @returns how many codes changed.
   */
  async store(zones: readonly AssessedZone[], now: Instant): Promise<number> {
    if (zones.length === 0) return 0;
    const sorted = [...zones].sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1));
    const [counted] = await this.db.rows<{ changed: number }>(storeSql, [
      sorted.map(({ zoneId }) => zoneId),
      sorted.map(({ supplierId }) => supplierId),
      sorted.map(({ assessment }) => assessment.code),
      sorted.map(({ assessment }) => assessment.reason),
      sorted.map(({ assessment }) => assessment.canActivate),
      sorted.map(({ assessment }) => assessment.inActive),
      sorted.map(({ assessment }) => iso(assessment.nextEligibleAt) ?? null),
      at(now),
    ]);
    return counted?.changed ?? 0;
  }

  /**
   * Zones whose status is older than `maxAgeMs`, or whose reason was to go away by now, or that have none. Reads the whole
   * table: an index on the age would cost more than that, since every assessment would write to it.
   */
  async outdated(now: Instant, maxAgeMs: number, limit: number): Promise<string[]> {
    const rows = await this.db.rows<{ id: string }>(
      `SELECT zone.id FROM zones zone
       JOIN devices device ON device.id = zone.device_id AND device.retired_at IS NULL
       LEFT JOIN zone_statuses status ON status.zone_id = zone.id
       WHERE status.zone_id IS NULL OR status.assessed_at < $1
          OR (status.next_eligible_at <= $2 AND status.assessed_at < status.next_eligible_at)
       ORDER BY status.assessed_at NULLS FIRST LIMIT $3`,
      [at(now - maxAgeMs), at(now), limit],
    );
    return rows.map((row) => row.id);
  }

  /** Zones whose reason was to go away by now; found by an index. */
  async eligibleAgain(now: Instant, limit: number): Promise<string[]> {
    const rows = await this.db.rows<{ id: string }>(
      `SELECT status.zone_id AS id FROM zone_statuses status
       JOIN zones zone ON zone.id = status.zone_id
       JOIN devices device ON device.id = zone.device_id AND device.retired_at IS NULL
       WHERE status.next_eligible_at <= $1 AND status.assessed_at < status.next_eligible_at
       ORDER BY status.next_eligible_at LIMIT $2`,
      [at(now), limit],
    );
    return rows.map((row) => row.id);
  }
}

const storeSql = `
  WITH before AS (SELECT zone_id, code FROM zone_statuses WHERE zone_id = ANY($1::uuid[])),
  written AS (
    INSERT INTO zone_statuses (zone_id, supplier_id, code, reason, can_activate, in_active, since, next_eligible_at, assessed_at)
    SELECT zone_id, supplier_id, code, reason, can_activate, in_active, $8, next_eligible_at, $8
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::timestamptz[])
      AS status(zone_id, supplier_id, code, reason, can_activate, in_active, next_eligible_at)
    ON CONFLICT (zone_id) DO UPDATE SET
      code = excluded.code, reason = excluded.reason, can_activate = excluded.can_activate,
      in_active = excluded.in_active, next_eligible_at = excluded.next_eligible_at, assessed_at = excluded.assessed_at,
      since = CASE WHEN zone_statuses.code = excluded.code THEN zone_statuses.since ELSE excluded.since END
    WHERE zone_statuses.assessed_at <= excluded.assessed_at
    RETURNING zone_id, supplier_id, code, reason, since),
  changed AS (
    INSERT INTO status_history (zone_id, supplier_id, at, code, reason)
    SELECT written.zone_id, written.supplier_id, $8, written.code, written.reason
    FROM written LEFT JOIN before ON before.zone_id = written.zone_id
    WHERE before.code IS DISTINCT FROM written.code AND written.since = $8
    RETURNING 1)
  SELECT count(*) AS changed FROM changed`;
