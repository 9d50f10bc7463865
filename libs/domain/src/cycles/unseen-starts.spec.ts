import fc from 'fast-check';
import { calendarDayAt, localDayBounds } from '../calendar/local-day';
import { dayMs, hourMs } from '../fleet';
import { cyclesLeft, startsCeiling } from './budget';
import { ownNeedsReserve, unknownStartsPerDay } from './own-needs';
import { unseenStarts } from './unseen-starts';

const brussels = 'Europe/Brussels';

describe('unseenStarts', () => {
  it.each([
    ['a device connected in the afternoon', '2026-11-24', '2026-11-24T15:30:00Z', 13.9, 10],
    ['one connected at midnight', '2026-11-24', '2026-11-23T23:00:00Z', 13.9, 0],
    ['one connected in the first second', '2026-11-24', '2026-11-23T23:00:01Z', 13.9, 1],
    ['one connected in the last second', '2026-11-24', '2026-11-24T22:59:59Z', 13.9, 14],
    ['the day after the first', '2026-11-25', '2026-11-24T15:30:00Z', 13.9, 0],
    ['a day before the first, which nobody asks about', '2026-11-23', '2026-11-24T15:30:00Z', 13.9, 14],
    ['a supplier who accepts what he does not know', '2026-11-24', '2026-11-24T15:30:00Z', 0, 0],
    ['a whole number, by whole hours', '2026-11-24', '2026-11-24T15:00:00Z', 24, 16],
    // The clocks go forward at 02:00: noon is 11 of 23 hours after midnight.
    ['noon of the short day', '2026-03-29', '2026-03-29T10:00:00Z', 23, 11],
    ['the end of the short day', '2026-03-29', '2026-03-29T21:59:59Z', 13.9, 14],
    // The clocks go back at 03:00: noon is 13 of 25 hours after midnight.
    ['noon of the long day', '2026-10-25', '2026-10-25T11:00:00Z', 25, 13],
    ['the end of the long day', '2026-10-25', '2026-10-25T22:59:59Z', 13.9, 14],
    ['the day after the long day', '2026-10-26', '2026-10-25T22:59:59Z', 13.9, 0],
  ])('assumes for %s (%s, first seen %s, %d a day) %d', (_name, day, firstSeenAt, startsPerDay, starts) => {
    expect(unseenStarts(localDayBounds(day, brussels), Date.parse(firstSeenAt), startsPerDay)).toBe(starts);
  });

  it('is never below 0, never above a whole day, and only grows the later a device comes', () => {
    const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
    const zone = fc.constantFrom(brussels, 'UTC', 'America/St_Johns', 'Australia/Lord_Howe');
    const later = fc.integer({ min: 0, max: 2 * dayMs });
    const perDay = fc.double({ min: 0, max: 48, noNaN: true });
    fc.assert(
      fc.property(instant, zone, later, later, perDay, (asked, timeZone, one, other, startsPerDay) => {
        const day = calendarDayAt(asked, timeZone);
        const comes = [one, other].sort((a, b) => a - b).map((ms) => day.startsAt - hourMs + ms);
        const [early, late] = comes.map((at) => unseenStarts(day, at, startsPerDay));
        expect(early).toBeGreaterThanOrEqual(0);
        expect(late).toBeGreaterThanOrEqual(early!);
        expect(late).toBeLessThanOrEqual(Math.ceil(startsPerDay));
        if (comes[0]! <= day.startsAt) expect(early).toBe(0);
      }),
    );
  });

  it('with it, a device that starts evenly over its first day never goes over its limit', () => {
    const day = localDayBounds('2026-11-24', brussels);
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    // Not at midnight itself, which belongs to both days.
    const phase = fc.integer({ min: 1, max: 999 }).map((thousandths) => thousandths / 1_000);
    const startsPerDay = fc.integer({ min: 1, max: Math.floor(unknownStartsPerDay) });
    fc.assert(
      fc.property(startsPerDay, phase, share, share, fc.nat(30), (perDay, offset, one, other, maxPerDay) => {
        const shareSeen = Math.min(one, other);
        const shareAsked = Math.max(one, other);
        const starts = Array.from({ length: perDay }, (_, n) => (n + offset) / perDay);
        const left = cyclesLeft({
          maxPerDay,
          observedToday: starts.filter((at) => at > shareSeen && at <= shareAsked).length,
          reservedToday: 0,
          unseenToday: unseenStarts(day, day.startsAt + shareSeen * dayMs, unknownStartsPerDay),
          ownNeedsReserve: ownNeedsReserve([], shareAsked * 1_440),
        });
        if (left! >= 1) expect(starts.length + 1).toBeLessThanOrEqual(maxPerDay);
      }),
    );
  });
});

describe('startsCeiling', () => {
  const facts = { maxPerDay: 8, observedToday: 2, reservedToday: 1, ownNeedsReserve: 3, unseenToday: 4 };
  it.each([
    ['is the limit without what is kept and what is assumed', facts, 1],
    ['may be below 0, which allows nothing', { ...facts, unseenToday: 9 }, -4],
    ['is absent without a limit', { ...facts, maxPerDay: undefined }, undefined],
    ['is absent without a ledger', undefined, undefined],
  ])('%s', (_name, cycles, ceiling) => {
    expect(startsCeiling(cycles)).toBe(ceiling);
  });
});
