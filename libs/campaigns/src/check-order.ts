import {
  checkRecurrence,
  dayAfter,
  expandRecurrence,
  hardComfortLimits,
  hourMs,
  localDayOf,
  minuteMs,
  slotMs,
  type FieldProblem,
  type Instant,
  type Recurrence,
  type RecurringSpan,
  type Span,
} from '@warmshift/domain';
import { vendorModules } from '@warmshift/vendors';
import type { ParsedOrder } from './order-schema';

const longestWindowMs = 12 * hourMs;
const farthestAheadMs = 31 * 24 * hourMs;

/** When an order is to run: one window, or a rule with the windows of its first days. */
export interface OrderedTimes {
  readonly window: Span;
  readonly recurrence?: Recurrence | undefined;
}

export interface CheckedOrder {
  /** Absent when the times cannot be. */
  readonly times?: OrderedTimes | undefined;
  readonly problems: readonly FieldProblem[];
}

/**
 * Everything that is wrong with an order whose fields have the right form, each with its field: window in the past, end
 * before start, off the grid of 15 minutes, longer than 12 h or more than 31 days ahead; a rule without a day; a list of
 * the wrong length; a ramp that does not fit; limits beyond the hard ones; a vendor that does not exist.
 */
export function checkOrder(input: ParsedOrder, now: Instant): CheckedOrder {
  const problems: FieldProblem[] = [];
  const times = input.recurrence ? recurringTimes(input, now, problems) : windowTimes(input, now, problems);
  problems.push(...targetProblems(input, times?.window), ...limitProblems(input), ...vendorProblems(input));
  return { times, problems };
}

function windowTimes(input: ParsedOrder, now: Instant, problems: FieldProblem[]): OrderedTimes | undefined {
  const wrong = (field: string, reason: string) => problems.push({ field, reason });
  // The schema has seen to it that both are there.
  const startsAt = Date.parse(input.startsAt ?? '');
  const endsAt = Date.parse(input.endsAt ?? '');
  if (startsAt % slotMs !== 0) wrong('startsAt', 'must lie on a quarter of an hour, like 17:00 or 17:15');
  if (endsAt % slotMs !== 0) wrong('endsAt', 'must lie on a quarter of an hour, like 19:00 or 19:15');
  if (endsAt <= startsAt) wrong('endsAt', 'must be after startsAt');
  else if (endsAt - startsAt > longestWindowMs) wrong('endsAt', 'the window may be 12 hours at most');
  if (startsAt < now) wrong('startsAt', `lies in the past (it is ${new Date(now).toISOString()} now)`);
  if (startsAt > now + farthestAheadMs) wrong('startsAt', 'may be 31 days ahead at most');
  return endsAt > startsAt ? { window: { startsAt, endsAt } } : undefined;
}

function recurringTimes(
  input: ParsedOrder,
  now: Instant,
  problems: FieldProblem[],
): OrderedTimes | undefined {
  const recurrence = input.recurrence!;
  for (const field of ['startsAt', 'endsAt'] as const) {
    if (input[field] !== undefined)
      problems.push({ field, reason: 'must not be given beside a recurrence, which has its own times' });
  }
  const wrong = checkRecurrence(recurrence);
  problems.push(...wrong.map(({ field, reason }) => ({ field: `recurrence.${field}`, reason })));
  if (wrong.length > 0) return undefined;
  const ahead = spansAhead(recurrence, now);
  const first = ahead[0];
  const last = ahead.at(-1);
  if (first === undefined || last === undefined) {
    problems.push({ field: 'recurrence', reason: 'has no day from now on' });
    return undefined;
  }
  return { recurrence, window: { startsAt: first.startsAt, endsAt: last.endsAt } };
}

/** Windows of a rule that have not begun. */
export function spansAhead(recurrence: Recurrence, now: Instant): RecurringSpan[] {
  const today = localDayOf(now, recurrence.timeZone);
  return expandRecurrence(recurrence, today, recurrence.until).filter(({ startsAt }) => startsAt >= now);
}

/** The local day so many days after `now`. */
export function localDayAhead(now: Instant, days: number, timeZone: string): string {
  let day = localDayOf(now, timeZone);
  for (let left = days; left > 0; left -= 1) day = dayAfter(day);
  return day;
}

function targetProblems(input: ParsedOrder, window: Span | undefined): FieldProblem[] {
  const { rampMinutes, recurrence, releaseCapKw, targetKw, targetKwPerSlot } = input;
  const problems: FieldProblem[] = [];
  if (releaseCapKw === 0) {
    problems.push({ field: 'releaseCapKw', reason: 'must be above 0: some of it always comes back' });
  }
  if (targetKw !== undefined && targetKwPerSlot !== undefined) {
    problems.push({ field: 'targetKwPerSlot', reason: 'must not be given beside targetKw' });
  }
  const lengthMs = recurrence
    ? recurrence.durationMinutes * minuteMs
    : window && window.endsAt - window.startsAt;
  if (lengthMs === undefined || lengthMs % slotMs !== 0) return problems;
  const slots = lengthMs / slotMs;
  if (targetKwPerSlot !== undefined && targetKwPerSlot.length !== slots) {
    const reason = `has ${targetKwPerSlot.length} entries, and the window has ${slots} quarters of an hour`;
    problems.push({ field: 'targetKwPerSlot', reason });
  }
  if (rampMinutes > 0 && targetKw === undefined && targetKwPerSlot === undefined) {
    problems.push({ field: 'rampMinutes', reason: 'needs a target: without one there is nothing to grow' });
  }
  if (2 * rampMinutes * minuteMs > lengthMs) {
    const reason = `at the start and at the end must fit into the window of ${lengthMs / minuteMs} minutes`;
    problems.push({ field: 'rampMinutes', reason });
  }
  return problems;
}

function limitProblems({ limits }: ParsedOrder): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const within = (field: string, value: number | undefined, lowest: number, highest: number) => {
    if (value === undefined || (value >= lowest && value <= highest)) return;
    problems.push({
      field: `limits.${field}`,
      reason: `must be from ${lowest} to ${highest}, the hard limit`,
    });
  };
  const longestMinutes = hardComfortLimits.maxActionMs.max / minuteMs;
  within('maxMinutesPerZone', limits.maxMinutesPerZone, slotMs / minuteMs, longestMinutes);
  within('maxSetpointOffsetK', limits.maxSetpointOffsetK, 0.5, hardComfortLimits.maxDeltaK.max);
  return problems;
}

function vendorProblems({ selection }: ParsedOrder): FieldProblem[] {
  const known = new Set(vendorModules.map(({ manifest }) => manifest.vendor));
  const unknown = (selection.vendors ?? []).filter((vendor) => !known.has(vendor));
  if (unknown.length === 0) return [];
  const reason = `there is no vendor ${unknown.map((vendor) => `"${vendor.slice(0, 40)}"`).join(', ')}`;
  return [{ field: 'selection.vendors', reason }];
}
