import { at, iso, recordset, type Database } from '@warmshift/db';
import type { Assessment, Instant } from '@warmshift/domain';
import { factsSql, type FactsRow } from './facts-row';

export interface AssessedZone {
  readonly zoneId: string;
  readonly supplierId: string;
  readonly assessment: Assessment;
}

/** Facts in, statuses out: the only place that reads what `assess()` needs and stores what it said. */
export class StatusRepository {
  constructor(private readonly db: Database) {}

  /** As known at `now`, for an action that would start at `startsAt`. */
  facts(zoneIds: readonly string[], now: Instant, startsAt = now): Promise<FactsRow[]> {
    return this.db.rows<FactsRow>(factsSql, [zoneIds, at(now), at(startsAt)]);
  }

  /**
   * Stores statuses; each change of code becomes a row of the history. An older assessment never replaces a newer one.
   * `before` is what this statement saw when it began; `since` tells when another process made the same change first.
   */
  async store(zones: readonly AssessedZone[], now: Instant): Promise<number> {
    if (zones.length === 0) return 0;
    const rows = zones
      .map(({ zoneId, supplierId, assessment }) => ({
        zoneId,
        supplierId,
        ...assessment,
        nextEligibleAt: iso(assessment.nextEligibleAt),
      }))
      .sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1));
    const [counted] = await this.db.rows<{ changed: number }>(
      `WITH incoming AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS status("zoneId" uuid, "supplierId" uuid, code text, reason text,
           "canActivate" boolean, "inActive" boolean, "nextEligibleAt" timestamptz)),
       before AS (
         SELECT zone_id, code FROM zone_statuses WHERE zone_id IN (SELECT "zoneId" FROM incoming)),
       written AS (
         INSERT INTO zone_statuses (zone_id, supplier_id, code, reason, can_activate, in_active, since, next_eligible_at, assessed_at)
         SELECT "zoneId", "supplierId", code, reason, "canActivate", "inActive", $2, "nextEligibleAt", $2 FROM incoming
         ON CONFLICT (zone_id) DO UPDATE SET
           code = excluded.code, reason = excluded.reason, can_activate = excluded.can_activate,
           in_active = excluded.in_active, next_eligible_at = excluded.next_eligible_at, assessed_at = excluded.assessed_at,
           since = CASE WHEN zone_statuses.code = excluded.code THEN zone_statuses.since ELSE excluded.since END
         WHERE zone_statuses.assessed_at <= excluded.assessed_at
         RETURNING zone_id, supplier_id, code, reason, since),
       changed AS (
         INSERT INTO status_history (zone_id, supplier_id, at, code, reason)
         SELECT written.zone_id, written.supplier_id, $2, written.code, written.reason
         FROM written LEFT JOIN before ON before.zone_id = written.zone_id
         WHERE before.code IS DISTINCT FROM written.code AND written.since = $2
         RETURNING 1)
       SELECT count(*) AS changed FROM changed`,
      [recordset(rows), at(now)],
    );
    return counted?.changed ?? 0;
  }

  /** Zones whose status is older than `maxAgeMs`, or whose reason was to go away by now. */
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
}
