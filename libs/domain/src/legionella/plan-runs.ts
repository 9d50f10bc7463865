import { minuteOfLocalDay } from '../calendar/local-day';
import { dayMs, hourMs, minuteMs, slotMs, type Instant, type Span } from '../fleet';
import type { LegionellaFacts } from './facts';
import { dueAt, usualRunSpans } from './schedule';

/** A tank whose vendor can be told to heat. */
export interface TankToPlan {
  readonly zoneId: string;
  readonly facts: LegionellaFacts;
  /** IANA zone of the site. */
  readonly timeZone: string;
  /** Stretches in which nothing may be done: quiet hours, other actions of the device. */
  readonly blocked: readonly Span[];
  /** When the supplier would like more consumption: windows of its increase campaigns. */
  readonly wanted: readonly Span[];
  /** An earlier try came to nothing: the first place is taken, not the best one. */
  readonly soon?: boolean | undefined;
}

/** A run of ours that was planned since the last completed one, and has ended. */
export interface RunTry {
  readonly startsAt: Instant;
  /** It heated, or may have; false: a rule, the window or the vendor said no before. */
  readonly sent: boolean;
}

/** So many runs of ours may heat a tank within one interval and leave it undisinfected before no more are made. */
export const maxRunTries = 3;

/** Whether one more run makes sense, or nothing of ours reaches this tank. */
export function mayTryAgain(tries: readonly RunTry[], facts: LegionellaFacts, now: Instant): boolean {
  const since = now - facts.intervalMs;
  return tries.filter(({ sent, startsAt }) => sent && startsAt > since).length < maxRunTries;
}

export interface RunPlanOptions {
  /** Runs that are due within so long are planned. Default 2 days. */
  readonly horizonMs?: number | undefined;
  /** Nothing is planned to begin sooner than this. Default 30 min. */
  readonly leadMs?: number | undefined;
}

export interface PlannedRun {
  readonly zoneId: string;
  readonly span: Span;
  /**
   * `wanted`: inside hours in which consumption is wanted; `early_afternoon`: between 12:00 and 15:00 local time, when air is warm and
   * roofs deliver; `free`: the last other time that fits; `soon`: the first that fits, after a try that failed; `late`: nothing fits before the
   * rule's end, so as soon as possible.
   */
  readonly why: 'wanted' | 'early_afternoon' | 'free' | 'soon' | 'late';
}

const earlyAfternoon = { fromMinute: 12 * 60, toMinute: 15 * 60 } as const;
/** How far behind its due instant a run is still looked for a place. */
const lateSearchMs = 2 * dayMs;

/** A place for the next run of every tank that needs one; tanks without a place are left out. */
export function planRuns(
  tanks: readonly TankToPlan[],
  now: Instant,
  options: RunPlanOptions = {},
): PlannedRun[] {
  return tanks.flatMap((tank) => planRun(tank, now, options) ?? []);
}

/**
 * When the next run of a tank should be, or nothing: when it is not due within the horizon, goes on, is planned already, or the
 * machine's own timetable will bring it in time. It ends before due − margin, on the grid of 15 minutes, never inside
 * a blocked stretch; among what is left the latest, so that no run is made earlier than needed.
 */
export function planRun(
  tank: TankToPlan,
  now: Instant,
  { horizonMs = 2 * dayMs, leadMs = 30 * minuteMs }: RunPlanOptions = {},
): PlannedRun | undefined {
  const { facts, zoneId } = tank;
  const due = dueAt(facts);
  if (facts.runningSince !== undefined || isPlanned(facts, now) || due - now > horizonMs) return undefined;
  const latestEnd = due - facts.marginMs;
  if (usualRunSpans(facts, { startsAt: now, endsAt: due + hourMs }).some(({ startsAt }) => startsAt > now))
    return undefined;
  const earliest = Math.ceil((now + leadMs) / slotMs) * slotMs;
  const place =
    (tank.soon ? first(tank, earliest, latestEnd) : inTime(tank, earliest, latestEnd)) ??
    late(tank, earliest, Math.max(now, due) + lateSearchMs);
  return place && { zoneId, ...place };
}

function isPlanned({ planned }: LegionellaFacts, now: Instant): boolean {
  return planned !== undefined && planned.endsAt > now;
}

type Place = Pick<PlannedRun, 'span' | 'why'>;

/** From the latest start backwards. */
function inTime(tank: TankToPlan, earliest: Instant, latestEnd: Instant): Place | undefined {
  const { runDurationMs } = tank.facts;
  let afternoon: Span | undefined;
  let free: Span | undefined;
  const latest = Math.floor((latestEnd - runDurationMs) / slotMs) * slotMs;
  for (let startsAt = latest; startsAt >= earliest; startsAt -= slotMs) {
    const span = { startsAt, endsAt: startsAt + runDurationMs };
    if (isBlocked(tank, span)) continue;
    if (tank.wanted.some((wanted) => wanted.startsAt <= startsAt && span.endsAt <= wanted.endsAt))
      return { span, why: 'wanted' };
    free ??= span;
    const minute = minuteOfLocalDay(startsAt, tank.timeZone);
    if (minute >= earlyAfternoon.fromMinute && minute < earlyAfternoon.toMinute) afternoon ??= span;
  }
  if (afternoon) return { span: afternoon, why: 'early_afternoon' };
  return free && { span: free, why: 'free' };
}

function first(tank: TankToPlan, earliest: Instant, latestEnd: Instant): Place | undefined {
  const found = late(tank, earliest, latestEnd - tank.facts.runDurationMs + 1);
  return found && { ...found, why: 'soon' };
}

function late(tank: TankToPlan, earliest: Instant, until: Instant): Place | undefined {
  for (let startsAt = earliest; startsAt < until; startsAt += slotMs) {
    const span = { startsAt, endsAt: startsAt + tank.facts.runDurationMs };
    if (!isBlocked(tank, span)) return { span, why: 'late' };
  }
  return undefined;
}

function isBlocked({ blocked }: TankToPlan, span: Span): boolean {
  return blocked.some(({ startsAt, endsAt }) => startsAt < span.endsAt && span.startsAt < endsAt);
}
