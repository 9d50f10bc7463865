import { at, iso, recordset, type Database } from '@warmshift/db';
import { sameHourOnDaysBefore, type ExpectedDraw, type Instant, type Span } from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { PowerCourse } from '@warmshift/vendors/contract';
import { expectedDraws, seriesMs, type RecentSeries } from './expected-draws';
import { reboundMs } from './rebound';

interface SeriesRow extends RecentSeries {
  readonly zoneId: string;
}

/** As many days ago at most: a week has every weekday once. */
const daysBefore = 7;

/** What zones would draw without us. */
export class DrawRepository {
  constructor(private readonly db: Database) {}

  async expected(
    contexts: readonly ZoneContext[],
    window: Span,
    now: Instant,
  ): Promise<Map<string, ExpectedDraw>> {
    const zoneIds = contexts.map(({ zoneId }) => zoneId);
    const [series, courses, days] = await Promise.all([
      this.recentSeries(zoneIds, now),
      this.courses(zoneIds),
      this.sameHourOfRecentDays(contexts, window, now),
    ]);
    for (const [zoneId, course] of courses) {
      series.set(zoneId, { powers: [], temperatures: [], ...series.get(zoneId), course });
    }
    return expectedDraws(contexts, series, days, window, now);
  }

  /** What vendors forecast of them. */
  private async courses(zoneIds: readonly string[]): Promise<Map<string, PowerCourse>> {
    const rows = await this.db.rows<PowerCourse & { readonly zoneId: string }>(
      `SELECT zone_id AS "zoneId", starts_at AS "startsAt", powers_w AS "powersW"
       FROM zone_forecasts WHERE zone_id = ANY($1::uuid[])`,
      [zoneIds],
    );
    return new Map(rows.map(({ powersW, startsAt, zoneId }) => [zoneId, { powersW, startsAt }]));
  }

  /** Mean W of the window's hours on the days before, in local time, of days on which nobody steered the zone then. */
  private async sameHourOfRecentDays(
    contexts: readonly ZoneContext[],
    window: Span,
    now: Instant,
  ): Promise<Map<string, number[]>> {
    const timeZones = [...new Set(contexts.map(({ facts }) => facts.timeZone))];
    const spans = timeZones.flatMap((timeZone) =>
      sameHourOnDaysBefore(window, timeZone, daysBefore)
        .filter(({ endsAt }) => endsAt <= now)
        .map(({ startsAt, endsAt }) => ({ timeZone, startsAt: iso(startsAt), endsAt: iso(endsAt) })),
    );
    if (spans.length === 0) return new Map();
    const rows = await this.db.rows<{ readonly zoneId: string; readonly powersW: number[] }>(
      `SELECT day."zoneId", array_agg(day.power_w ORDER BY day.starts_at DESC) AS "powersW"
       FROM (
         SELECT zone."zoneId", span."startsAt" AS starts_at, avg(reading.power_w)::float8 AS power_w
         FROM jsonb_to_recordset($1::jsonb) AS zone("zoneId" uuid, "timeZone" text)
         JOIN jsonb_to_recordset($2::jsonb) AS span("timeZone" text, "startsAt" timestamptz, "endsAt" timestamptz)
           ON span."timeZone" = zone."timeZone"
         JOIN readings reading ON reading.zone_id = zone."zoneId" AND reading.measured_at >= span."startsAt"
           AND reading.measured_at < span."endsAt" AND reading.power_w IS NOT NULL
           AND reading.power_quality IN ('reported', 'estimated')
         WHERE NOT EXISTS (
           SELECT 1 FROM actions action WHERE action.zone_id = zone."zoneId" AND action.sent_at IS NOT NULL
             AND action.starts_at < span."endsAt"
             AND coalesce(action.ended_at, action.ends_at) + make_interval(secs => $3) > span."startsAt")
         GROUP BY 1, 2 HAVING count(*) >= 3) day
       GROUP BY 1`,
      [
        recordset(contexts.map(({ zoneId, facts }) => ({ zoneId, timeZone: facts.timeZone }))),
        recordset(spans),
        reboundMs / 1000,
      ],
    );
    return new Map(rows.map(({ zoneId, powersW }) => [zoneId, powersW]));
  }

  /** Without what was read while the zone was steered. */
  private async recentSeries(zoneIds: readonly string[], now: Instant): Promise<Map<string, RecentSeries>> {
    const rows = await this.db.rows<SeriesRow>(
      `SELECT reading.zone_id AS "zoneId",
         coalesce(jsonb_agg(jsonb_build_object('at', ${epochMs}, 'powerW', power_w,
             'reported', power_quality = 'reported') ORDER BY measured_at)
           FILTER (WHERE power_w IS NOT NULL AND power_quality IN ('reported', 'estimated')), '[]') AS powers,
         coalesce(jsonb_agg(jsonb_build_object('at', ${epochMs}, 'temperatureC', temperature_c) ORDER BY measured_at)
           FILTER (WHERE temperature_c IS NOT NULL), '[]') AS temperatures
       FROM readings reading
       WHERE reading.zone_id = ANY($1::uuid[]) AND measured_at > $2 AND measured_at <= $3
         AND NOT EXISTS (
           SELECT 1 FROM actions action WHERE action.zone_id = reading.zone_id AND action.sent_at IS NOT NULL
             AND greatest(action.sent_at, action.starts_at) <= reading.measured_at
             AND coalesce(action.ended_at, 'infinity') >= reading.measured_at)
       GROUP BY 1`,
      [zoneIds, at(now - seriesMs), at(now)],
    );
    return new Map(rows.map(({ powers, temperatures, zoneId }) => [zoneId, { powers, temperatures }]));
  }
}

const epochMs = '(extract(epoch FROM measured_at) * 1000)::bigint';
