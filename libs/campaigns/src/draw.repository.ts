import { at, type Database } from '@warmshift/db';
import { expectedDraw, hourMs, type ExpectedDraw, type Instant } from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { CampaignOrder } from './campaign-order';

interface RecentRow {
  readonly zoneId: string;
  readonly readings: readonly { readonly at: Instant; readonly powerW: number }[];
}

/** What zones would draw without us. */
export class DrawRepository {
  constructor(private readonly db: Database) {}

  async expected(
    contexts: readonly ZoneContext[],
    order: CampaignOrder,
    now: Instant,
  ): Promise<Map<string, ExpectedDraw>> {
    const recent = await this.recent(
      contexts.map(({ zoneId }) => zoneId),
      now,
    );
    const window = { startsAt: order.startsAt, endsAt: order.endsAt };
    return new Map(
      contexts.map(({ zoneId, facts, power }) => [
        zoneId,
        expectedDraw(
          {
            recentPowers: recent.get(zoneId) ?? [],
            vendorExpectedPowerW: power.expectedW,
            heating: facts.heating,
            maxPowerW: power.maxW,
            setpointC: facts.setpointC,
            temperatureC: facts.temperatureC,
          },
          window,
        ),
      ]),
    );
  }

  private async recent(
    zoneIds: readonly string[],
    now: Instant,
  ): Promise<Map<string, RecentRow['readings']>> {
    const rows = await this.db.rows<RecentRow>(
      `SELECT zone_id AS "zoneId",
         jsonb_agg(jsonb_build_object('at', (extract(epoch FROM measured_at) * 1000)::bigint, 'powerW', power_w)
           ORDER BY measured_at) AS readings
       FROM readings
       WHERE zone_id = ANY($1::uuid[]) AND measured_at > $2 AND measured_at <= $3 AND power_w IS NOT NULL
         AND power_quality IN ('reported', 'estimated')
       GROUP BY zone_id`,
      [zoneIds, at(now - hourMs), at(now)],
    );
    return new Map(rows.map((row) => [row.zoneId, row.readings]));
  }
}
