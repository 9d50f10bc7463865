import { hourMs } from '../fleet';
import { sameHourOnDaysBefore } from './same-hour';

const at = (text: string) => Date.parse(text);

describe('sameHourOnDaysBefore', () => {
  it.each([
    ['on plain days', '2026-01-14T17:00:00Z', ['2026-01-13T17:00:00Z', '2026-01-12T17:00:00Z']],
    ['over the spring change', '2026-03-30T16:00:00Z', ['2026-03-29T16:00:00Z', '2026-03-28T17:00:00Z']],
    ['over the autumn change', '2026-10-26T17:00:00Z', ['2026-10-25T17:00:00Z', '2026-10-24T16:00:00Z']],
    ['past midnight in local time', '2026-01-14T23:30:00Z', ['2026-01-13T23:30:00Z', '2026-01-12T23:30:00Z']],
  ])('keeps the wall clock and the length %s', (_what, startsAt, starts) => {
    const window = { startsAt: at(startsAt), endsAt: at(startsAt) + 2 * hourMs };
    expect(sameHourOnDaysBefore(window, 'Europe/Brussels', 2)).toEqual(
      starts.map((start) => ({ startsAt: at(start), endsAt: at(start) + 2 * hourMs })),
    );
  });
});
