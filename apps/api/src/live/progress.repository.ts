import { at, given, type Database } from '@warmshift/db';
import { NotFound, slotMs, type Instant, type PlanSlot } from '@warmshift/domain';

/** One run of a campaign as it stands. Power in W. */
export interface OccurrenceNow {
  readonly status: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly finishedAt?: Instant | undefined;
  readonly planSlots: readonly PlanSlot[];
  readonly report?: unknown;
  /** Actions by state. */
  readonly states: Readonly<Record<string, number>>;
}

/** What the devices of an occurrence have shown in one slot so far. */
export interface SlotNow {
  readonly startsAt: Instant;
  /** Expected of the actions that a read-back has shown on their devices. */
  readonly acknowledgedW: number;
  /** Baseline minus readings of these, in the asked direction; absent where nothing was measured. */
  readonly observedW?: number | undefined;
}

interface OccurrenceRow {
  readonly status: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly finishedAt: Instant | null;
  readonly planSlots: readonly PlanSlot[] | null;
  readonly report: unknown;
  readonly states: Readonly<Record<string, number>> | null;
}

/** Reads an occurrence that is under way, for whoever watches it. */
export class ProgressRepository {
  constructor(private readonly db: Database) {}

  /** @throws NotFound also for an occurrence of another supplier. */
  async now(supplierId: string, occurrenceId: string): Promise<OccurrenceNow> {
    const [row] = await this.db.rows<OccurrenceRow>(
      `SELECT occurrence.status::text AS status, occurrence.starts_at AS "startsAt", occurrence.ends_at AS "endsAt",
         occurrence.finished_at AS "finishedAt", occurrence.plan -> 'slots' AS "planSlots", occurrence.report,
         (SELECT jsonb_object_agg(state, actions ORDER BY state) FROM (
            SELECT state, count(*) AS actions FROM actions WHERE occurrence_id = occurrence.id GROUP BY state) counted) AS states
       FROM occurrences occurrence WHERE occurrence.id = $1 AND occurrence.supplier_id = $2`,
      [occurrenceId, supplierId],
    );
    if (!row) throw new NotFound('occurrence', occurrenceId);
    return {
      ...row,
      finishedAt: given(row.finishedAt),
      planSlots: row.planSlots ?? [],
      report: row.report ?? undefined,
      states: row.states ?? {},
    };
  }

  /**
   * The slots that begin in the span, from the readings so far: a preview of what the report will say when all readings
   * have come in. One look at the readings of each action and slot, by their primary key.
   */
  async slots(
    supplierId: string,
    occurrenceId: string,
    span: { readonly startsAt: Instant; readonly endsAt: Instant },
  ): Promise<SlotNow[]> {
    if (span.endsAt <= span.startsAt) return [];
    const rows = await this.db.rows<{ startsAt: Instant; acknowledgedW: number; observedW: number | null }>(
      `SELECT slot AS "startsAt",
         sum(action.expected_yield_w * action.share) AS "acknowledgedW",
         sum(CASE action.direction WHEN 'decrease' THEN action.baseline_w - seen.mean_w ELSE seen.mean_w - action.baseline_w END)
           AS "observedW"
       FROM generate_series($3::timestamptz, $4::timestamptz - interval '1 ms', make_interval(secs => $5)) slot
       CROSS JOIN LATERAL (
         SELECT zone_id, direction, expected_yield_w, baseline_w,
           extract(epoch FROM least(slot + make_interval(secs => $5), ends_at) - greatest(slot, starts_at)) / $5 AS share
         FROM actions
         WHERE occurrence_id = $1 AND supplier_id = $2 AND active_at IS NOT NULL
           AND starts_at < slot + make_interval(secs => $5) AND ends_at > slot) action
       CROSS JOIN LATERAL (
         SELECT avg(power_w) AS mean_w FROM readings
         WHERE zone_id = action.zone_id AND measured_at >= slot AND measured_at < slot + make_interval(secs => $5)
           AND power_w IS NOT NULL) seen
       GROUP BY slot ORDER BY slot`,
      [occurrenceId, supplierId, at(span.startsAt), at(span.endsAt), slotMs / 1000],
    );
    return rows.map(({ observedW, ...slot }) => ({ ...slot, observedW: given(observedW) }));
  }
}
