import type { Span } from '../fleet';
import { calendarDayAt, instantAtWallTime, minuteOfLocalDay } from './local-day';

/**
 * The same time on the wall clock on each of the `days` days before, the latest first; as long as `window` is. A start that the
 * spring change skips becomes the instant of the change.
 *
 * @throws InvalidInput for an unknown zone.
 */
export function sameHourOnDaysBefore({ startsAt, endsAt }: Span, timeZone: string, days: number): Span[] {
  const minute = minuteOfLocalDay(startsAt, timeZone);
  const spans: Span[] = [];
  let day = calendarDayAt(startsAt, timeZone);
  for (let n = 0; n < days; n++) {
    day = calendarDayAt(day.startsAt - 1, timeZone);
    const from = instantAtWallTime(day, minute, timeZone, 'first');
    spans.push({ startsAt: from, endsAt: from + (endsAt - startsAt) });
  }
  return spans;
}
