import type { FieldProblem } from '../errors';
import { dayMs, hourMs, minuteMs, slotMs, type LocalDay, type Span } from '../fleet';
import { calendarDayAt, instantAtWallTime, localDayBounds } from './local-day';
import { isTimeZone } from './time-zone';

/** A window that comes again on weekdays, as people say it: on the wall clock of a time zone. */
export interface Recurrence {
  /** IANA name. */
  readonly timeZone: string;
  /** 1 is Monday, 7 is Sunday. */
  readonly weekdays: readonly number[];
  /** `HH:MM`, on a quarter of an hour. */
  readonly startsAt: string;
  /** Elapsed minutes, whole quarters of an hour. */
  readonly durationMinutes: number;
  /** First and last local day. */
  readonly from: LocalDay;
  readonly until: LocalDay;
  /** Local days without an occurrence. */
  readonly except: readonly LocalDay[];
}

export interface RecurringSpan extends Span {
  readonly localDay: LocalDay;
}

/** A rule may reach so far. */
export const longestRecurrenceDays = 731;
/** Longest window of a rule: two of one rule can never overlap. */
export const longestRecurringMs = 12 * hourMs;

/** Why a rule cannot be taken as it is, field by field; empty when it can. */
export function checkRecurrence(rule: Recurrence): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const check = (holds: boolean, field: string, reason: string) => {
    if (!holds) problems.push({ field, reason });
  };
  const { durationMinutes, except, from, startsAt, timeZone, until, weekdays } = rule;
  const datesAreDates = isDate(from) && isDate(until);
  check(isTimeZone(timeZone), 'timeZone', 'is not an IANA time zone, like Europe/Brussels');
  const areWeekdays = weekdays.every((day) => Number.isInteger(day) && day >= 1 && day <= 7);
  check(weekdays.length > 0 && areWeekdays, 'weekdays', 'must be weekdays from 1 (Monday) to 7 (Sunday)');
  check(new Set(weekdays).size === weekdays.length, 'weekdays', 'names a weekday twice');
  check(minuteOf(startsAt) !== undefined, 'startsAt', 'must be a local time on a quarter of an hour, HH:MM');
  const durationMs = durationMinutes * minuteMs;
  check(durationMs > 0 && durationMs % slotMs === 0, 'durationMinutes', 'must be whole quarters of an hour');
  check(durationMs <= longestRecurringMs, 'durationMinutes', 'may be 12 hours at most');
  check(isDate(from), 'from', 'must be a date, YYYY-MM-DD');
  check(isDate(until), 'until', 'must be a date, YYYY-MM-DD');
  check(!datesAreDates || until >= from, 'until', 'must not be before from');
  const days = datesAreDates ? (Date.parse(until) - Date.parse(from)) / dayMs : 0;
  check(days <= longestRecurrenceDays, 'until', `may be ${longestRecurrenceDays} days after from at most`);
  except.forEach((day, at) => check(isDate(day), `except[${at}]`, 'must be a date, YYYY-MM-DD'));
  return problems;
}

/**
 * The windows of a rule whose local day lies from `fromDay` to `throughDay`, both included, in order. The start is on the
 * wall clock, the length is elapsed time:
 *
 * ```
 *  02:30, 2 h     Saturday         Sunday, clocks go on      Sunday, clocks go back
 *  wall           02:30 – 04:30    03:00 – 05:00             02:30 (first) – 03:30
 * ```
 *
 * A time that does not exist becomes the instant of the change; of one that comes twice the first is taken. A day that the
 * zone left out altogether (a move over the date line) has no window.
 * @throws InvalidInput for an unknown zone or a malformed day.
 */
export function expandRecurrence(rule: Recurrence, fromDay: LocalDay, throughDay: LocalDay): RecurringSpan[] {
  const minute = minuteOf(rule.startsAt) ?? 0;
  const except = new Set(rule.except);
  const spans: RecurringSpan[] = [];
  const last = throughDay < rule.until ? throughDay : rule.until;
  for (let day = fromDay > rule.from ? fromDay : rule.from; day <= last; day = dayAfter(day)) {
    if (except.has(day)) continue;
    const bounds = localDayBounds(day, rule.timeZone);
    if (bounds.endsAt <= bounds.startsAt) continue;
    const calendar = calendarDayAt(bounds.startsAt, rule.timeZone);
    if (!rule.weekdays.includes(calendar.isoWeekday)) continue;
    const startsAt = instantAtWallTime(calendar, minute, rule.timeZone, 'first');
    // Zones off the quarter hours existed until 1972; the grid holds all the same.
    const onGrid = Math.ceil(startsAt / slotMs) * slotMs;
    spans.push({ localDay: day, startsAt: onGrid, endsAt: onGrid + rule.durationMinutes * minuteMs });
  }
  return spans;
}

/** The next date of the calendar. */
export function dayAfter(day: LocalDay): LocalDay {
  return new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
}

function minuteOf(time: string): number | undefined {
  const match = /^([01]\d|2[0-3]):(00|15|30|45)$/.exec(time);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}

function isDate(text: string): boolean {
  const instant = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN;
  return Number.isFinite(instant) && new Date(instant).toISOString().startsWith(text);
}
