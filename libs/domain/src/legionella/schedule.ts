import { dayMs, hourMs, minuteMs, type Instant, type Span } from '../fleet';
import type { LegionellaFacts } from './facts';
import { defaultHoldMs, type LegionellaProfile } from './profiles';

/**
 * How to read `frequency_per_weeks: 2`, which the NOX document leaves open: two runs a week, or a run every
 * second week. The first gives the shorter gap and is the default.
 */
export type FrequencyReading = 'runs-per-week' | 'weeks-between-runs';

export const weekMs = 7 * dayMs;
/** No configuration can put runs further apart (programmes in the field: weekly, fortnightly, monthly). */
export const maxLegionellaIntervalMs = 4 * weekMs;
export const minLegionellaIntervalMs = dayMs;
/** Kept free before the due instant, so that a run that fails can be tried again. */
export const defaultLegionellaMarginMs = 2 * hourMs;
/** Programmes do not start to the minute, and readings are a quarter of an hour apart. */
export const usualRunSlackMs = 30 * minuteMs;
/** A window holds so many returns of one run at most: it is shorter than the shortest interval. */
const maxUsualRuns = 8;
/** Heating 200 l from 45 to 60 °C takes 3.5 kWh of heat: about an hour for a heat pump. */
export const defaultHeatUpMs = hourMs;

/** Longest allowed time between two completed runs, ms. A frequency that is no positive number means weekly. */
export function intervalMsFor(config: {
  readonly frequencyPerWeeks?: number | undefined;
  readonly reading?: FrequencyReading | undefined;
}): number {
  const frequency = config.frequencyPerWeeks;
  if (frequency === undefined || !(frequency > 0)) return weekMs;
  const intervalMs = config.reading === 'weeks-between-runs' ? frequency * weekMs : weekMs / frequency;
  return Math.min(maxLegionellaIntervalMs, Math.max(minLegionellaIntervalMs, Math.round(intervalMs)));
}

/** How long a run takes with its heating up, ms: the longest hold of the profile plus `heatUpMs`. */
export function runDurationMsFor(profile: LegionellaProfile, heatUpMs = defaultHeatUpMs): number {
  return heatUpMs + Math.max(0, ...profile.holds.map((hold) => hold.holdMs ?? defaultHoldMs));
}

/** When the next run must be complete. Without history: one interval after the device came into the fleet. */
export function dueAt(facts: LegionellaFacts): Instant {
  return (facts.lastCompletedAt ?? facts.enrolledAt) + facts.intervalMs;
}

/** `due`: no decrease may start any more before a run. `overdue`: the tank is not steered until a run is complete. */
export const legionellaStates = ['idle', 'planned', 'due', 'overdue', 'running'] as const;
export type LegionellaState = (typeof legionellaStates)[number];

/** Where the tank stands at `instant`; the most urgent word wins: running, overdue, planned, due, idle. */
export function legionellaState(facts: LegionellaFacts, instant: Instant): LegionellaState {
  if (facts.runningSince !== undefined && facts.runningSince <= instant) return 'running';
  const due = dueAt(facts);
  if (!(instant < due)) return 'overdue';
  if (facts.planned !== undefined && facts.planned.endsAt > instant) return 'planned';
  return instant >= due - facts.runDurationMs - facts.marginMs ? 'due' : 'idle';
}

/** Whether the run that is going on at `instant` reaches into `span`. It lasts its usual time, at least until `instant`. */
export function runningReachesInto(facts: LegionellaFacts, span: Span, instant: Instant): boolean {
  const since = facts.runningSince;
  if (since === undefined) return false;
  return span.startsAt < runningEndsAt(facts, since, instant) && since < span.endsAt;
}

/**
 * Whether a run that is arranged and not over at `instant` overlaps `span` with the rest that a zone has after an action: a run that had to
 * wait for the rest would come late.
 */
export function plannedOverlaps(facts: LegionellaFacts, span: Span, instant: Instant, restMs = 0): boolean {
  const planned = facts.planned;
  if (planned === undefined || !(planned.endsAt > instant)) return false;
  return span.startsAt < planned.endsAt && planned.startsAt < span.endsAt + restMs;
}

/** Whether `span` holds the whole planned run: an increase that does so is the run. */
export function carriesPlannedRun(facts: LegionellaFacts, span: Span, instant: Instant): boolean {
  const planned = facts.planned;
  if (planned === undefined || !(planned.endsAt > instant)) return false;
  return span.startsAt <= planned.startsAt && planned.endsAt <= span.endsAt;
}

/** The due instant that counts at `instant`: a run that is arranged to end in time is trusted. */
export function bindingDueAt(facts: LegionellaFacts, instant: Instant): Instant {
  const due = dueAt(facts);
  const planned = facts.planned;
  if (planned === undefined || !(planned.endsAt > instant) || planned.endsAt > due) return due;
  return planned.endsAt + facts.intervalMs;
}

/**
 * When the machine's own timetable is likely to bring a run: every recent run again after each whole number of intervals, from
 * heating up and `usualRunSlackMs` before it to as much after it. Sorted; only what touches `window`.
 */
export function usualRunSpans(facts: LegionellaFacts, window: Span): Span[] {
  const spans: Span[] = [];
  for (const run of facts.recentRuns ?? []) {
    const startsAt = run.startsAt - defaultHeatUpMs - usualRunSlackMs;
    const endsAt = run.endsAt + usualRunSlackMs;
    const first = Math.max(1, Math.ceil((window.startsAt - endsAt) / facts.intervalMs));
    for (let times = first; times <= first + maxUsualRuns; times += 1) {
      const span = {
        startsAt: startsAt + times * facts.intervalMs,
        endsAt: endsAt + times * facts.intervalMs,
      };
      if (span.startsAt >= window.endsAt) break;
      if (span.endsAt > window.startsAt) spans.push(span);
    }
  }
  return spans.sort((a, b) => a.startsAt - b.startsAt);
}

/** Whether a run was ever seen. Until then nobody knows when the machine makes one, and a decrease might cut it short. */
export function isRunKnown(facts: LegionellaFacts): boolean {
  return facts.lastCompletedAt !== undefined;
}

/** The latest end of a decrease: binding due instant − run duration − margin. */
export function decreaseMustEndBy(facts: LegionellaFacts, instant: Instant): Instant {
  return bindingDueAt(facts, instant) - facts.runDurationMs - facts.marginMs;
}

/**
 * Whether a decrease of the tank over `span` is forbidden, as known at `instant`: it may not overlap a running,
 * planned or usual run, nor end less than the zone's rest before a planned one, nor end after `decreaseMustEndBy`, and not at all before a run was seen. If a span is forbidden, so is
 * every span that holds it.
 */
export function blocksDecrease(facts: LegionellaFacts, span: Span, instant: Instant, restMs = 0): boolean {
  return (
    !isRunKnown(facts) ||
    runningReachesInto(facts, span, instant) ||
    plannedOverlaps(facts, span, instant, restMs) ||
    usualRunSpans(facts, span).length > 0 ||
    !(span.endsAt <= decreaseMustEndBy(facts, instant))
  );
}

/** The same as stretches inside `window`, for planning: a decrease is allowed where it touches none of them. */
export function blockedForDecrease(
  facts: LegionellaFacts,
  window: Span,
  instant: Instant,
  restMs = 0,
): Span[] {
  if (!isRunKnown(facts)) return [window];
  const blocked: Span[] = usualRunSpans(facts, window);
  const since = facts.runningSince;
  if (since !== undefined) blocked.push({ startsAt: since, endsAt: runningEndsAt(facts, since, instant) });
  if (facts.planned !== undefined && facts.planned.endsAt > instant) {
    const { startsAt, endsAt } = facts.planned;
    blocked.push({ startsAt: startsAt - restMs, endsAt });
  }
  blocked.push({ startsAt: decreaseMustEndBy(facts, instant), endsAt: Number.POSITIVE_INFINITY });
  return blocked
    .map(({ startsAt, endsAt }) => ({
      startsAt: Math.max(startsAt, window.startsAt),
      endsAt: Math.min(endsAt, window.endsAt),
    }))
    .filter((span) => span.startsAt < span.endsAt);
}

function runningEndsAt(facts: LegionellaFacts, since: Instant, instant: Instant): Instant {
  return Math.max(since + facts.runDurationMs, instant + 1);
}
