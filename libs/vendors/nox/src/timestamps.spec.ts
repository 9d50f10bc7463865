import fc from 'fast-check';
import { formatTimestamp, parseTimestamp } from './timestamps';

describe('parseTimestamp', () => {
  it.each([
    ['2025-01-15 12:15:12', Date.UTC(2025, 0, 15, 12, 15, 12)],
    ['2025-04-30 08:15', Date.UTC(2025, 3, 30, 8, 15)],
    ['2025-05-01T07:45:00.000Z', Date.UTC(2025, 4, 1, 7, 45)],
    ['2026-04-17T09:27:09.224000+00:00', Date.UTC(2026, 3, 17, 9, 27, 9, 224)],
    ['2026-04-17T09:27:09+02:00', Date.UTC(2026, 3, 17, 7, 27, 9)],
    ['2026-04-17T09:27:09-0330', Date.UTC(2026, 3, 17, 12, 57, 9)],
    ['2023-10-01T00:00:00', Date.UTC(2023, 9, 1)],
    ['2026-03-29 02:30', Date.UTC(2026, 2, 29, 2, 30)],
  ])('NOX 6: reads %s, without a zone as UTC', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });

  it.each([
    '',
    'now',
    '2025-02-30 10:00',
    '2025-13-01 10:00',
    '2025-01-01',
    '2025-01-01 24:00',
    '1736943312',
    '2025-01-15 12:15 Z+1',
  ])('does not guess at %p', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it('reads back what it writes', () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(seconds, (at) => expect(parseTimestamp(formatTimestamp(at * 1000))).toBe(at * 1000)),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseTimestamp(text)));
  });
});
