import type { IANAZone } from 'luxon';
import { InvalidInput } from '../errors';
import { dayMs, hourMs, minuteMs, type Instant, type LocalDay, type Span } from '../fleet';
import { zoneNamed } from './time-zone';

/** One calendar day of a zone: from its first instant to the first instant of the next day (23, 24 or 25 h). */
export interface CalendarDay extends Span {
  readonly localDay: LocalDay;
  /** 1 is Monday, 7 is Sunday. */
  readonly isoWeekday: number;
  /** Midnight of the day, as if the wall clock were UTC. */
  readonly wallMidnightMs: number;
  /** No clock change between its two midnights: wall time is `startsAt` plus minutes. */
  readonly plain: boolean;
}

/** Which instant a wall time stands for when the clocks go back and it comes twice. */
export type Occurrence = 'first' | 'last';

// Days depend on nothing but zone and date, so remembering them changes no result. Bounded in number.
const maxRemembered = 20_000;
const daysByZone = new Map<string, Map<number, CalendarDay[]>>();
let remembered = 0;

/** The calendar day of `timeZone` in which `instant` lies. @throws InvalidInput for an unknown zone or no instant. */
export function calendarDayAt(instant: Instant, timeZone: string): CalendarDay {
  const utcDay = Math.floor(instant / dayMs);
  const candidates = daysByZone.get(timeZone)?.get(utcDay);
  if (candidates !== undefined) {
    for (const day of candidates) if (instant >= day.startsAt && instant < day.endsAt) return day;
  }
  const day = computeDay(instant, timeZone);
  remember(timeZone, utcDay, day);
  return day;
}

/** The date on the wall of `timeZone` at `instant`. @throws InvalidInput for an unknown zone or no instant. */
export function localDayOf(instant: Instant, timeZone: string): LocalDay {
  return calendarDayAt(instant, timeZone).localDay;
}

/**
 * First instant of the day and first instant of the next.
 * @throws InvalidInput for an unknown zone, or when `localDay` is not a date `YYYY-MM-DD`.
 */
export function localDayBounds(localDay: LocalDay, timeZone: string): Span {
  const wallMidnightMs = wallMidnightOf(localDay);
  let day = calendarDayAt(wallMidnightMs + 12 * hourMs, timeZone);
  if (day.wallMidnightMs < wallMidnightMs) day = calendarDayAt(day.endsAt, timeZone);
  else if (day.wallMidnightMs > wallMidnightMs) day = calendarDayAt(day.startsAt - 1, timeZone);
  if (day.wallMidnightMs === wallMidnightMs) return { startsAt: day.startsAt, endsAt: day.endsAt };
  const { startsAt, endsAt } = dayFrom(wallMidnightMs, zoneNamed(timeZone));
  return { startsAt, endsAt };
}

/** Minutes since midnight on the wall clock of `timeZone`, 0 to below 1,440. */
export function minuteOfLocalDay(instant: Instant, timeZone: string): number {
  const day = calendarDayAt(instant, timeZone);
  if (day.plain) return (instant - day.startsAt) / minuteMs;
  const wallMs = instant + zoneNamed(timeZone).offset(instant) * minuteMs;
  return (wallMs - Math.floor(wallMs / dayMs) * dayMs) / minuteMs;
}

/**
 * When the wall clock shows `minuteOfDay` (1,440 is the next midnight) on `day`. A time that the spring change
 * skips becomes the instant of the change; one that comes twice in autumn is the `first` or the `last` of both.
 */
export function instantAtWallTime(
  day: CalendarDay,
  minuteOfDay: number,
  timeZone: string,
  which: Occurrence,
): Instant {
  if (day.plain) return day.startsAt + minuteOfDay * minuteMs;
  return resolveWall(day.wallMidnightMs + minuteOfDay * minuteMs, zoneNamed(timeZone), which);
}

function computeDay(instant: Instant, timeZone: string): CalendarDay {
  if (!(Math.abs(instant) < 8e15)) throw InvalidInput.because('instant', `${instant} is not an instant`);
  const zone = zoneNamed(timeZone);
  const wallMs = instant + zone.offset(instant) * minuteMs;
  const wallMidnightMs = Math.floor(wallMs / dayMs) * dayMs;
  const day = dayFrom(wallMidnightMs, zone);
  // Where the clocks go back over midnight, the repeated hour belongs to the day that had already begun.
  return instant >= day.endsAt ? dayFrom(wallMidnightMs + dayMs, zone) : day;
}

function dayFrom(wallMidnightMs: number, zone: IANAZone): CalendarDay {
  const startsAt = resolveWall(wallMidnightMs, zone, 'first');
  const endsAt = resolveWall(wallMidnightMs + dayMs, zone, 'first');
  const date = new Date(wallMidnightMs);
  return {
    startsAt,
    endsAt,
    localDay: date.toISOString().slice(0, 10),
    isoWeekday: date.getUTCDay() || 7,
    wallMidnightMs,
    plain: endsAt - startsAt === dayMs && zone.offset(startsAt) === zone.offset(endsAt - 1),
  };
}

/** The instant at which the wall clock of `zone` shows `wallMs` (read as if it were UTC). */
function resolveWall(wallMs: number, zone: IANAZone, which: Occurrence): Instant {
  const offsetBefore = zone.offset(wallMs - dayMs);
  const offsetAfter = zone.offset(wallMs + dayMs);
  const byBefore = wallMs - offsetBefore * minuteMs;
  if (offsetBefore === offsetAfter) return byBefore;
  const byAfter = wallMs - offsetAfter * minuteMs;
  const beforeHolds = zone.offset(byBefore) === offsetBefore;
  const afterHolds = zone.offset(byAfter) === offsetAfter;
  if (beforeHolds && afterHolds) {
    return which === 'first' ? Math.min(byBefore, byAfter) : Math.max(byBefore, byAfter);
  }
  if (beforeHolds) return byBefore;
  if (afterHolds) return byAfter;
  return changeBetween(Math.min(byBefore, byAfter), Math.max(byBefore, byAfter), zone);
}

/** The instant between `lowMs` and `highMs` at which the offset changes. */
function changeBetween(lowMs: number, highMs: number, zone: IANAZone): Instant {
  const offsetLow = zone.offset(lowMs);
  let low = lowMs;
  let high = highMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offset(middle) === offsetLow) low = middle;
    else high = middle;
  }
  return high;
}

function wallMidnightOf(localDay: LocalDay): number {
  const wallMs = /^\d{4}-\d{2}-\d{2}$/.test(localDay) ? Date.parse(`${localDay}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString().slice(0, 10) !== localDay) {
    throw InvalidInput.because('localDay', `"${localDay.slice(0, 40)}" is not a date YYYY-MM-DD`);
  }
  return wallMs;
}

function remember(timeZone: string, utcDay: number, day: CalendarDay): void {
  if (remembered >= maxRemembered) {
    daysByZone.clear();
    remembered = 0;
  }
  let days = daysByZone.get(timeZone);
  if (days === undefined) daysByZone.set(timeZone, (days = new Map<number, CalendarDay[]>()));
  const known = days.get(utcDay);
  if (known === undefined) days.set(utcDay, [day]);
  else known.push(day);
  remembered += 1;
}
