import { InvalidInput, type FieldProblem } from '../errors';
import type { Instant, Span } from '../fleet';
import { calendarDayAt, instantAtWallTime, type CalendarDay } from './local-day';

/** A daily stretch of wall time in which a home wants no steering. `to` at or before `from` means the next day. */
export interface QuietHours {
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, `24:00` allowed. The same as `from`: a whole day. */
  readonly to: string;
  /** ISO weekdays (1 Monday … 7 Sunday) on which the stretch begins; absent: every day. Empty: never. */
  readonly weekdays?: readonly number[] | undefined;
}

/** What is wrong with quiet hours as somebody sent them; empty when nothing is. Fields as `[0].from`. */
export function checkQuietHours(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [{ field: 'quietHours', reason: 'must be a list' }];
  return value.flatMap((entry: unknown, at) => checkEntry(entry, `quietHours[${at}]`));
}

function checkEntry(entry: unknown, field: string): FieldProblem[] {
  if (typeof entry !== 'object' || entry === null) return [{ field, reason: 'must be an object' }];
  const { from, to, weekdays } = entry as Partial<Record<keyof QuietHours, unknown>>;
  const problems: FieldProblem[] = [];
  if (typeof from !== 'string' || minuteOf(from) === undefined || from === '24:00') {
    problems.push({ field: `${field}.from`, reason: 'must be a time HH:MM from 00:00 to 23:59' });
  }
  if (typeof to !== 'string' || minuteOf(to) === undefined) {
    problems.push({ field: `${field}.to`, reason: 'must be a time HH:MM from 00:00 to 24:00' });
  }
  if (weekdays !== undefined && !(Array.isArray(weekdays) && weekdays.every(isIsoWeekday))) {
    problems.push({
      field: `${field}.weekdays`,
      reason: 'must be a list of weekdays 1 (Monday) to 7 (Sunday)',
    });
  }
  return problems;
}

/**
 * The quiet stretches that begin on the local day before `instant`, on its day or on the next one: sorted, overlaps
 * joined. On clock-change days a stretch is never shorter than the wall clock says: a start that comes twice
 * counts from the first, an end from the last.
 * @throws InvalidInput for a malformed time or an unknown zone.
 */
export function quietSpansAround(
  quietHours: readonly QuietHours[],
  instant: Instant,
  timeZone: string,
): Span[] {
  if (quietHours.length === 0) return [];
  const today = calendarDayAt(instant, timeZone);
  const yesterday = calendarDayAt(today.startsAt - 1, timeZone);
  return joined(spansBeginning(quietHours, yesterday, 3, timeZone));
}

/** Every quiet stretch that touches `window`, whole. Sorted, overlaps joined. @throws InvalidInput as above. */
export function quietSpansIn(quietHours: readonly QuietHours[], window: Span, timeZone: string): Span[] {
  if (quietHours.length === 0 || window.endsAt <= window.startsAt) return [];
  const today = calendarDayAt(window.startsAt, timeZone);
  const first = calendarDayAt(today.startsAt - 1, timeZone);
  const days = 3 + Math.ceil((window.endsAt - window.startsAt) / (23 * 3_600_000));
  return joined(spansBeginning(quietHours, first, days, timeZone)).filter(
    (span) => span.startsAt < window.endsAt && window.startsAt < span.endsAt,
  );
}

function spansBeginning(
  quietHours: readonly QuietHours[],
  firstDay: CalendarDay,
  days: number,
  timeZone: string,
): Span[] {
  const spans: Span[] = [];
  let day = firstDay;
  for (let left = days; left > 0; left -= 1) {
    const next = calendarDayAt(day.endsAt, timeZone);
    for (const hours of quietHours) {
      if (hours.weekdays !== undefined && !hours.weekdays.includes(day.isoWeekday)) continue;
      const from = minuteOrThrow(hours.from, 'from');
      const to = minuteOrThrow(hours.to, 'to');
      const startsAt = instantAtWallTime(day, from, timeZone, 'first');
      const endsAt = instantAtWallTime(to > from ? day : next, to, timeZone, 'last');
      if (endsAt > startsAt) spans.push({ startsAt, endsAt });
    }
    day = next;
  }
  return spans;
}

function joined(spans: Span[]): Span[] {
  spans.sort((a, b) => a.startsAt - b.startsAt);
  const result: Span[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last === undefined || span.startsAt > last.endsAt) result.push(span);
    else if (span.endsAt > last.endsAt) result[result.length - 1] = { ...last, endsAt: span.endsAt };
  }
  return result;
}

function minuteOf(time: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/.exec(time);
  if (match === null) return undefined;
  return match[1] === undefined ? 1_440 : Number(match[1]) * 60 + Number(match[2]);
}

function minuteOrThrow(time: string, field: string): number {
  const minute = minuteOf(time);
  if (minute === undefined)
    throw InvalidInput.because(`quietHours.${field}`, `"${time.slice(0, 20)}" is not HH:MM`);
  return minute;
}

function isIsoWeekday(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 7;
}
