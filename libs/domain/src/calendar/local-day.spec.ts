import fc from 'fast-check';
import { InvalidInput } from '../errors';
import { dayMs, hourMs, minuteMs } from '../fleet';
import { calendarDayAt, localDayBounds, localDayOf, minuteOfLocalDay } from './local-day';

const at = (iso: string): number => Date.parse(iso);

describe('localDayBounds', () => {
  it.each([
    ['Europe/Brussels', '2026-03-29', '2026-03-28T23:00Z', 23],
    ['Europe/Brussels', '2026-10-25', '2026-10-24T22:00Z', 25],
    ['Europe/Brussels', '2026-07-01', '2026-06-30T22:00Z', 24],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00Z', 23],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00Z', 25],
    ['UTC', '2026-03-29', '2026-03-29T00:00Z', 24],
    ['UTC', '2026-10-25', '2026-10-25T00:00Z', 24],
    // The clocks change at midnight itself: Cairo skips it, Havana has it twice.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00Z', 23],
    ['America/Havana', '2026-11-01', '2026-11-01T04:00Z', 25],
    ['Pacific/Kiritimati', '2026-03-29', '2026-03-28T10:00Z', 24],
    ['Pacific/Pago_Pago', '2026-03-29', '2026-03-29T11:00Z', 24],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00Z', 24.5],
  ])('begins a day of %s, %s, at %s and lets it last %d h', (timeZone, localDay, startsAt, hours) => {
    const bounds = localDayBounds(localDay, timeZone);
    expect(new Date(bounds.startsAt).toISOString()).toBe(startsAt.replace('Z', ':00.000Z'));
    expect((bounds.endsAt - bounds.startsAt) / hourMs).toBe(hours);
  });

  it.each(['2026-02-30', '2026-3-1', 'today', ''])('refuses %p and names the field', (localDay) => {
    expect(() => localDayBounds(localDay, 'UTC')).toThrow(InvalidInput);
    expect(() => localDayBounds(localDay, 'UTC')).toThrow(/^localDay: /);
  });

  it('refuses a zone that does not exist and names the field', () => {
    expect(() => localDayBounds('2026-01-01', 'Europe/Atlantis')).toThrow(
      'timeZone: "Europe/Atlantis" is not an IANA time zone',
    );
  });
});

describe('localDayOf', () => {
  it.each([
    ['2026-03-28T22:59:59.999Z', 'Europe/Brussels', '2026-03-28'],
    ['2026-03-28T23:00:00.000Z', 'Europe/Brussels', '2026-03-29'],
    ['2026-03-29T21:59:59.999Z', 'Europe/Brussels', '2026-03-29'],
    ['2026-03-29T22:00:00.000Z', 'Europe/Brussels', '2026-03-30'],
    ['2026-10-25T22:59:59.999Z', 'Europe/Brussels', '2026-10-25'],
    ['2026-10-25T23:00:00.000Z', 'Europe/Brussels', '2026-10-26'],
    ['2026-11-02T04:59:59.999Z', 'America/New_York', '2026-11-01'],
    ['2026-11-02T05:00:00.000Z', 'America/New_York', '2026-11-02'],
  ])('reads %s on the wall of %s as %s', (iso, timeZone, localDay) => {
    expect(localDayOf(at(iso), timeZone)).toBe(localDay);
  });

  it('refuses what is no instant', () => {
    expect(() => localDayOf(Number.NaN, 'UTC')).toThrow(/^instant: /);
  });

  const zones = [
    'Europe/Brussels',
    'America/New_York',
    'UTC',
    'America/Havana',
    'Africa/Cairo',
    'Australia/Lord_Howe',
  ];

  it('gives every instant to one day, and the days follow each other without hole or overlap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2025-01-01T00:00Z'), max: at('2028-01-01T00:00Z') }),
        (timeZone, instant) => {
          const day = calendarDayAt(instant, timeZone);
          expect(day.startsAt <= instant && instant < day.endsAt).toBe(true);
          expect(localDayBounds(day.localDay, timeZone)).toEqual({
            startsAt: day.startsAt,
            endsAt: day.endsAt,
          });
          const nextDay = calendarDayAt(day.endsAt, timeZone);
          expect(nextDay.startsAt).toBe(day.endsAt);
          expect(nextDay.wallMidnightMs - day.wallMidnightMs).toBe(dayMs);
          expect(nextDay.isoWeekday).toBe((day.isoWeekday % 7) + 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('says the same as the calendar of the platform', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2025-01-01T00:00Z'), max: at('2028-01-01T00:00Z') }),
        (timeZone, instant) => {
          const platform = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(instant);
          expect(localDayOf(instant, timeZone)).toBe(platform);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('minuteOfLocalDay', () => {
  it.each([
    ['2026-03-29T00:59Z', 'Europe/Brussels', 119],
    ['2026-03-29T01:00Z', 'Europe/Brussels', 180],
    ['2026-10-25T00:30Z', 'Europe/Brussels', 150],
    ['2026-10-25T01:30Z', 'Europe/Brussels', 150],
    ['2026-06-01T12:00Z', 'Europe/Brussels', 840],
    ['2026-06-01T12:00Z', 'UTC', 720],
  ])('shows at %s in %s minute %d', (iso, timeZone, minute) => {
    expect(minuteOfLocalDay(at(iso), timeZone)).toBe(minute);
    expect(minuteOfLocalDay(at(iso) + minuteMs / 2, timeZone)).toBe(minute + 0.5);
  });
});
