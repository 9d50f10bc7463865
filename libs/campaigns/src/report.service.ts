import type { Clock } from '@warmshift/config';
import { at, given, type Database } from '@warmshift/db';
import { slotMs, type Instant, type PowerSample, type Quality } from '@warmshift/domain';
import type { CampaignsRepository } from './campaigns.repository';
import { reportOf, type ReportedAction } from './report';

type ActionRow = Omit<ReportedAction, 'span' | 'samples'> & {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly zoneId: string;
};

/** Writes the report of an occurrence whose actions have all ended. */
export class ReportService {
  constructor(
    private readonly db: Database,
    private readonly campaigns: CampaignsRepository,
    private readonly clock: Clock,
  ) {}

  async finish(occurrenceId: string): Promise<void> {
    const found = await this.campaigns.orderOf(occurrenceId);
    if (!found || found.occurrence.status !== 'RESTORING') return;
    const { occurrence } = found;
    const actions = await this.actionsOf(occurrenceId, occurrence.startsAt, occurrence.endsAt);
    await this.campaigns.finish(
      occurrenceId,
      reportOf(occurrence, occurrence.plan?.slots ?? [], actions),
      this.clock.now(),
    );
  }

  private async actionsOf(
    occurrenceId: string,
    startsAt: Instant,
    endsAt: Instant,
  ): Promise<ReportedAction[]> {
    const rows = await this.db.rows<ActionRow>(
      `SELECT id AS "actionId", zone_id AS "zoneId", vendor, state, code, direction, starts_at AS "startsAt",
         ends_at AS "endsAt", sent_at AS "sentAt", active_at AS "activeAt", expected_yield_w AS "expectedYieldW",
         baseline_w AS "baselineW"
       FROM actions WHERE occurrence_id = $1 ORDER BY id`,
      [occurrenceId],
    );
    const samples = await this.samplesOf(
      rows.map(({ zoneId }) => zoneId),
      startsAt - slotMs,
      endsAt + slotMs,
    );
    return rows.map(({ zoneId, startsAt: from, endsAt: to, ...row }) => ({
      ...row,
      code: given(row.code),
      sentAt: given(row.sentAt),
      activeAt: given(row.activeAt),
      span: { startsAt: from, endsAt: to },
      samples: samples.get(zoneId) ?? [],
    }));
  }

  private async samplesOf(
    zoneIds: readonly string[],
    from: Instant,
    to: Instant,
  ): Promise<Map<string, PowerSample[]>> {
    const rows = await this.db.rows<{ zoneId: string; at: Instant; powerW: number; quality: Quality }>(
      `SELECT zone_id AS "zoneId", measured_at AS at, power_w AS "powerW", power_quality AS quality
       FROM readings WHERE zone_id = ANY($1::uuid[]) AND measured_at BETWEEN $2 AND $3 AND power_w IS NOT NULL
       ORDER BY zone_id, measured_at`,
      [zoneIds, at(from), at(to)],
    );
    const samples = new Map<string, PowerSample[]>();
    for (const { zoneId, ...sample } of rows) {
      const known = samples.get(zoneId);
      if (known) known.push(sample);
      else samples.set(zoneId, [sample]);
    }
    return samples;
  }
}
