import type { Clock } from '@warmshift/config';
import { at, given, type Database } from '@warmshift/db';
import { hourMs, slotMeans, slotMs, type Instant, type PowerSample, type Quality } from '@warmshift/domain';
import type { Occurrence } from './campaign';
import type { CampaignsRepository } from './campaigns.repository';
import { compareHoldOut, referenceMs, type HoldOutComparison } from './hold-out';
import { reboundMs } from './rebound';
import { reportOf, type ReportedAction } from './report';

type ActionRow = Omit<ReportedAction, 'span' | 'samples'> & {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
};

/** What came back after the window, as far as it is over. Power in W. */
export interface Rebound {
  readonly slots: readonly { readonly startsAt: Instant; readonly reboundW?: number | undefined }[];
  /** Of the slots that were measured. */
  readonly reboundWh: number;
}

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
    const holdOut = await this.holdOutOf(occurrence, actions);
    const preempted = await this.preemptedBy(occurrenceId);
    const report = reportOf(occurrence, occurrence.plan?.slots ?? [], actions, { preempted, holdOut });
    await this.campaigns.finish(occurrenceId, report, this.clock.now());
  }

  /** Of acknowledged actions: what their zones drew on top of their baselines since the window ended, up to two hours. */
  async rebound(occurrence: Occurrence): Promise<Rebound> {
    const now = this.clock.now();
    const over = Math.min(reboundMs, Math.floor((now - occurrence.endsAt) / slotMs) * slotMs);
    if (over <= 0) return { slots: [], reboundWh: 0 };
    const window = { startsAt: occurrence.endsAt, endsAt: occurrence.endsAt + over };
    const actions = await this.actionsOf(occurrence.occurrenceId, window.startsAt, window.endsAt);
    const shown = actions.filter(({ activeAt }) => activeAt !== undefined);
    const means = shown.map(({ samples }) => slotMeans(samples, window));
    const sign = occurrence.direction === 'decrease' ? 1 : -1;
    const slots = Array.from({ length: over / slotMs }, (_, slot) => {
      const seen = shown
        .map(({ baselineW }, index) => ({ baselineW, meanW: means[index]?.[slot]?.meanW }))
        .filter(({ meanW }) => meanW !== undefined);
      const moreW = seen.reduce((sum, { baselineW, meanW = baselineW }) => sum + meanW - baselineW, 0);
      return {
        startsAt: window.startsAt + slot * slotMs,
        reboundW: seen.length === 0 ? undefined : sign * moreW,
      };
    });
    const reboundWh = slots.reduce((sum, { reboundW = 0 }) => sum + (reboundW * slotMs) / hourMs, 0);
    return { slots, reboundWh };
  }

  /** An occurrence's actions with their readings from a little before `from` to a little after `to`. */
  async actionsOf(occurrenceId: string, from: Instant, to: Instant): Promise<ReportedAction[]> {
    const rows = await this.db.rows<ActionRow>(
      `SELECT id AS "actionId", zone_id AS "zoneId", device_id AS "deviceId", vendor, state, code, direction,
         starts_at AS "startsAt", ends_at AS "endsAt", sent_at AS "sentAt", active_at AS "activeAt",
         ended_at AS "endedAt", end_requested_at AS "endRequestedAt", expected_yield_w AS "expectedYieldW",
         baseline_w AS "baselineW", cycles_reserved AS "cyclesReserved"
       FROM actions WHERE occurrence_id = $1 ORDER BY id`,
      [occurrenceId],
    );
    const zoneIds = rows.map(({ zoneId }) => zoneId);
    const samples = await this.samplesOf(zoneIds, from - slotMs, to + slotMs);
    return rows.map(({ startsAt, endsAt, ...row }) => ({
      ...row,
      code: given(row.code),
      sentAt: given(row.sentAt),
      activeAt: given(row.activeAt),
      endedAt: given(row.endedAt),
      endRequestedAt: given(row.endRequestedAt),
      span: { startsAt, endsAt },
      samples: samples.get(row.zoneId) ?? [],
    }));
  }

  private async holdOutOf(
    occurrence: Occurrence,
    actions: readonly ReportedAction[],
  ): Promise<HoldOutComparison | undefined> {
    const heldOut = (occurrence.plan?.leftOut ?? []).filter(({ code }) => code === 'HOLD_OUT');
    const shown = actions.filter(({ activeAt }) => activeAt !== undefined);
    if (heldOut.length === 0 || shown.length === 0) return undefined;
    const zoneIds = [...heldOut, ...shown].map(({ zoneId }) => zoneId);
    const from = occurrence.startsAt - referenceMs - slotMs;
    const samples = await this.samplesOf(zoneIds, from, occurrence.endsAt + slotMs);
    const of = (zones: readonly { readonly zoneId: string }[]) =>
      zones.map(({ zoneId }) => samples.get(zoneId) ?? []);
    return compareHoldOut(occurrence, occurrence.direction, of(heldOut), of(shown));
  }

  private async preemptedBy(occurrenceId: string): Promise<number> {
    const [row] = await this.db.rows<{ count: number }>(
      'SELECT count(*)::int AS count FROM actions WHERE preempted_by = $1',
      [occurrenceId],
    );
    return row?.count ?? 0;
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
