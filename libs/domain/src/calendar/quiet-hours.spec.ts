import fc from 'fast-check';
import type { Span } from '../fleet';
import { checkQuietHours, quietSpansAround, quietSpansIn, type QuietHours } from './quiet-hours';
import { minuteOfLocalDay } from './local-day';

const at = (iso: string): number => Date.parse(iso);
const shown = (spans: readonly Span[]): string[] =>
  spans.map(({ startsAt, endsAt }) =>
    [startsAt, endsAt].map((t) => new Date(t).toISOString().slice(5, 16)).join(' – '),
  );
const night: QuietHours = { from: '22:00', to: '07:00' };

describe('quietSpansAround', () => {
  it.each([
    [
      'a plain night',
      [night],
      '2026-06-10T12:00Z',
      'Europe/Brussels',
      ['06-09T20:00 – 06-10T05:00', '06-10T20:00 – 06-11T05:00', '06-11T20:00 – 06-12T05:00'],
    ],
    [
      'the night of the spring change is an hour shorter',
      [night],
      '2026-03-29T12:00Z',
      'Europe/Brussels',
      ['03-28T21:00 – 03-29T05:00', '03-29T20:00 – 03-30T05:00', '03-30T20:00 – 03-31T05:00'],
    ],
    [
      'the night of the autumn change is an hour longer',
      [night],
      '2026-10-25T12:00Z',
      'Europe/Brussels',
      ['10-24T20:00 – 10-25T06:00', '10-25T21:00 – 10-26T06:00', '10-26T21:00 – 10-27T06:00'],
    ],
    [
      'the same in New York in spring',
      [night],
      '2026-03-08T12:00Z',
      'America/New_York',
      ['03-08T03:00 – 03-08T11:00', '03-09T02:00 – 03-09T11:00', '03-10T02:00 – 03-10T11:00'],
    ],
    [
      'the same in New York in autumn',
      [night],
      '2026-11-01T12:00Z',
      'America/New_York',
      ['11-01T02:00 – 11-01T12:00', '11-02T03:00 – 11-02T12:00', '11-03T03:00 – 11-03T12:00'],
    ],
    [
      'a time that spring skips begins with the change',
      [{ from: '02:30', to: '04:00' }],
      '2026-03-29T12:00Z',
      'Europe/Brussels',
      ['03-28T01:30 – 03-28T03:00', '03-29T01:00 – 03-29T02:00', '03-30T00:30 – 03-30T02:00'],
    ],
    [
      'a time that comes twice in autumn counts from the first to the last',
      [{ from: '02:15', to: '02:45' }],
      '2026-10-25T12:00Z',
      'Europe/Brussels',
      ['10-24T00:15 – 10-24T00:45', '10-25T00:15 – 10-25T01:45', '10-26T01:15 – 10-26T01:45'],
    ],
    [
      'weekdays are those of the beginning',
      [{ ...night, weekdays: [5] }],
      '2026-06-06T02:00Z',
      'UTC',
      ['06-05T22:00 – 06-06T07:00'],
    ],
    ['no weekday, no quiet hours', [{ ...night, weekdays: [] }], '2026-06-06T02:00Z', 'UTC', []],
    [
      'the same time twice is a whole day, and days join',
      [{ from: '00:00', to: '00:00' }],
      '2026-06-06T02:00Z',
      'UTC',
      ['06-05T00:00 – 06-08T00:00'],
    ],
    [
      'overlaps join',
      [
        { from: '20:00', to: '24:00' },
        { from: '23:00', to: '01:00' },
      ],
      '2026-06-06T02:00Z',
      'UTC',
      ['06-05T20:00 – 06-06T01:00', '06-06T20:00 – 06-07T01:00', '06-07T20:00 – 06-08T01:00'],
    ],
    ['none', [], '2026-06-06T02:00Z', 'UTC', []],
  ] as [string, QuietHours[], string, string, string[]][])('%s', (_name, hours, iso, timeZone, spans) => {
    expect(shown(quietSpansAround(hours, at(iso), timeZone))).toEqual(spans);
  });

  it('is quiet exactly when the wall clock says so, on days without a change', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Brussels', 'America/New_York', 'UTC', 'Asia/Kolkata'),
        fc.integer({ min: at('2026-06-01T00:00Z'), max: at('2026-06-20T00:00Z') }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 24 }),
        (timeZone, instant, fromHour, toHour) => {
          const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
          const quiet = quietSpansAround(
            [{ from: clock(fromHour), to: clock(toHour) }],
            instant,
            timeZone,
          ).some((span) => span.startsAt <= instant && instant < span.endsAt);
          const hour = minuteOfLocalDay(instant, timeZone) / 60;
          const expected =
            fromHour < toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour;
          expect(quiet).toBe(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('refuses a malformed time and names it', () => {
    expect(() => quietSpansAround([{ from: '7pm', to: '08:00' }], 0, 'UTC')).toThrow(
      'quietHours.from: "7pm" is not HH:MM',
    );
  });
});

describe('quietSpansIn', () => {
  it('gives whole stretches that touch the window, over any number of days', () => {
    const window = { startsAt: at('2026-10-24T21:00Z'), endsAt: at('2026-10-26T20:00Z') };
    expect(shown(quietSpansIn([night], window, 'Europe/Brussels'))).toEqual([
      '10-24T20:00 – 10-25T06:00',
      '10-25T21:00 – 10-26T06:00',
    ]);
    expect(quietSpansIn([night], { startsAt: 10, endsAt: 10 }, 'UTC')).toEqual([]);
  });
});

describe('checkQuietHours', () => {
  it('takes what is right', () => {
    expect(checkQuietHours([night, { from: '00:00', to: '24:00', weekdays: [1, 7] }])).toEqual([]);
  });
  it('names every field that is not', () => {
    expect(checkQuietHours('22-7').map((p) => p.field)).toEqual(['quietHours']);
    expect(
      checkQuietHours([null, { from: '24:00', to: '7' }, { ...night, weekdays: [0] }]).map((p) => p.field),
    ).toEqual(['quietHours[0]', 'quietHours[1].from', 'quietHours[1].to', 'quietHours[2].weekdays']);
  });
});
