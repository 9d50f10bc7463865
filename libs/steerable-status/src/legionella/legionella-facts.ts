import {
  effectiveLegionellaLimits,
  intervalMsFor,
  legionellaProfileFor,
  runDurationMsFor,
  withDeviceDuration,
  type Instant,
  type LegionellaFacts,
  type LegionellaProfile,
} from '@warmshift/domain';

/** What the legionella rules read of a tank's row, wherever it was loaded. */
export interface LegionellaRow {
  readonly country: string | null;
  readonly legionellaFrequencyPerWeeks: number | null;
  readonly legionellaDurationMinutes: number | null;
  readonly supplierRules: Record<string, unknown>;
  readonly deviceRules: Record<string, unknown>;
  readonly enrolledAt: Instant;
  readonly lastCompletedAt: Instant | null;
  readonly runningSince: Instant | null;
  readonly plannedStartsAt: Instant | null;
  readonly plannedEndsAt: Instant | null;
  readonly recentRuns: readonly (readonly [number, number])[] | null;
}

/** The profile by which a tank is judged: its country's, with the device's own hold time where that is left open. */
export function profileOf(
  row: Pick<LegionellaRow, 'country' | 'legionellaDurationMinutes'>,
): LegionellaProfile {
  return withDeviceDuration(
    legionellaProfileFor(row.country ?? undefined),
    row.legionellaDurationMinutes ?? undefined,
  );
}

/** From a row to the facts of the rules. NULL becomes "no statement". */
export function legionellaFactsOf(row: LegionellaRow): LegionellaFacts {
  const profile = profileOf(row);
  const limits = effectiveLegionellaLimits(row.supplierRules, row.deviceRules);
  return {
    intervalMs: intervalMsFor({
      frequencyPerWeeks: row.legionellaFrequencyPerWeeks ?? undefined,
      reading: limits.legionellaFrequencyReading,
    }),
    runDurationMs: runDurationMsFor(profile),
    marginMs: limits.legionellaMarginMs,
    holds: profile.holds,
    lastCompletedAt: row.lastCompletedAt ?? undefined,
    enrolledAt: row.enrolledAt,
    runningSince: row.runningSince ?? undefined,
    recentRuns: row.recentRuns?.map(([startsAt, endsAt]) => ({ startsAt, endsAt })),
    planned:
      row.plannedStartsAt !== null && row.plannedEndsAt !== null
        ? { startsAt: row.plannedStartsAt, endsAt: row.plannedEndsAt }
        : undefined,
  };
}
