import fc from 'fast-check';
import { dayMs, hourMs, minuteMs } from '../fleet';
import { calendarDayAt, localDayOf, minuteOfLocalDay } from './local-day';
import { checkRecurrence, dayAfter, expandRecurrence, type Recurrence } from './recurrence';

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const rule = (more: Partial<Recurrence> = {}): Recurrence => ({
  timeZone: 'Europe/Brussels',
  weekdays: everyDay,
  startsAt: '17:00',
  durationMinutes: 120,
  from: '2026-01-01',
  until: '2026-12-31',
  except: [],
  ...more,
});
const shown = (spans: readonly { startsAt: number; endsAt: number }[]) =>
  spans.map(
    ({ startsAt, endsAt }) =>
      `${new Date(startsAt).toISOString().slice(5, 16)} ${(endsAt - startsAt) / minuteMs}`,
  );

describe('expandRecurrence', () => {
  it.each<[string, Partial<Recurrence>, string, string, string[]]>([
    [
      'Brussels, 17:00 over the spring change',
      {},
      '2026-03-28',
      '2026-03-30',
      ['03-28T16:00 120', '03-29T15:00 120', '03-30T15:00 120'],
    ],
    [
      'Brussels, 17:00 over the autumn change',
      {},
      '2026-10-24',
      '2026-10-26',
      ['10-24T15:00 120', '10-25T16:00 120', '10-26T16:00 120'],
    ],
    [
      'Brussels, 02:30 does not exist: the instant of the change',
      { startsAt: '02:30' },
      '2026-03-28',
      '2026-03-30',
      ['03-28T01:30 120', '03-29T01:00 120', '03-30T00:30 120'],
    ],
    [
      'Brussels, 02:30 comes twice: the first',
      { startsAt: '02:30' },
      '2026-10-24',
      '2026-10-26',
      ['10-24T00:30 120', '10-25T00:30 120', '10-26T01:30 120'],
    ],
    [
      'Brussels, across the spring change: elapsed time',
      { startsAt: '01:00', durationMinutes: 180 },
      '2026-03-29',
      '2026-03-29',
      ['03-29T00:00 180'],
    ],
    [
      'Brussels, across the autumn change: elapsed time',
      { startsAt: '01:00', durationMinutes: 180 },
      '2026-10-25',
      '2026-10-25',
      ['10-24T23:00 180'],
    ],
    [
      'New York, 17:00 over the spring change',
      { timeZone: 'America/New_York' },
      '2026-03-07',
      '2026-03-09',
      ['03-07T22:00 120', '03-08T21:00 120', '03-09T21:00 120'],
    ],
    [
      'New York, 17:00 over the autumn change',
      { timeZone: 'America/New_York' },
      '2026-10-31',
      '2026-11-02',
      ['10-31T21:00 120', '11-01T22:00 120', '11-02T22:00 120'],
    ],
    [
      'New York, 02:30 does not exist',
      { timeZone: 'America/New_York', startsAt: '02:30' },
      '2026-03-08',
      '2026-03-08',
      ['03-08T07:00 120'],
    ],
    [
      'New York, 01:30 comes twice: the first',
      { timeZone: 'America/New_York', startsAt: '01:30' },
      '2026-11-01',
      '2026-11-01',
      ['11-01T05:30 120'],
    ],
    [
      'Tokyo, which has no changes',
      { timeZone: 'Asia/Tokyo' },
      '2026-03-28',
      '2026-03-30',
      ['03-28T08:00 120', '03-29T08:00 120', '03-30T08:00 120'],
    ],
    [
      'a half-hour zone',
      { timeZone: 'Asia/Kolkata', startsAt: '00:15' },
      '2026-10-25',
      '2026-10-25',
      ['10-24T18:45 120'],
    ],
    [
      'Lord Howe, which moves by half an hour',
      { timeZone: 'Australia/Lord_Howe', startsAt: '02:15' },
      '2026-10-04',
      '2026-10-04',
      ['10-03T15:30 120'],
    ],
    [
      'Samoa, which left 2011-12-30 out',
      { timeZone: 'Pacific/Apia', from: '2011-12-01', until: '2011-12-31' },
      '2011-12-29',
      '2011-12-31',
      ['12-30T03:00 120', '12-31T03:00 120'],
    ],
    [
      'weekdays',
      { weekdays: [1, 5] },
      '2026-01-01',
      '2026-01-12',
      ['01-02T16:00 120', '01-05T16:00 120', '01-09T16:00 120', '01-12T16:00 120'],
    ],
    [
      'exceptions',
      { except: ['2026-01-02'] },
      '2026-01-01',
      '2026-01-03',
      ['01-01T16:00 120', '01-03T16:00 120'],
    ],
    [
      'from and until, both included',
      { from: '2026-01-05', until: '2026-01-06' },
      '2026-01-01',
      '2026-01-31',
      ['01-05T16:00 120', '01-06T16:00 120'],
    ],
    ['nothing before from', {}, '2025-01-01', '2025-12-31', []],
  ])('%s', (_what, more, from, through, windows) => {
    expect(shown(expandRecurrence(rule(more), from, through))).toEqual(windows);
  });

  const zones = fc.constantFrom(
    'Europe/Brussels',
    'America/New_York',
    'Asia/Tokyo',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const times = fc
    .record({ hour: fc.nat(23), quarter: fc.nat(3) })
    .map(({ hour, quarter }) => `${String(hour).padStart(2, '0')}:${String(quarter * 15).padStart(2, '0')}`);

  it('has one window on every day, on the wall clock wherever that time exists, and no two overlap', () => {
    fc.assert(
      fc.property(zones, times, fc.integer({ min: 1, max: 48 }), (timeZone, startsAt, slots) => {
        const spans = expandRecurrence(
          rule({ timeZone, startsAt, durationMinutes: slots * 15 }),
          '2026-01-01',
          '2026-12-31',
        );
        expect(spans).toHaveLength(365);
        spans.forEach((span, index) => {
          expect(localDayOf(span.startsAt, timeZone)).toBe(span.localDay);
          const plain = calendarDayAt(span.startsAt, timeZone).plain;
          const minutes = Number(startsAt.slice(0, 2)) * 60 + Number(startsAt.slice(3));
          if (plain) expect(minuteOfLocalDay(span.startsAt, timeZone)).toBe(minutes);
          if (index > 0) expect(span.startsAt).toBeGreaterThanOrEqual(spans[index - 1]!.endsAt);
        });
      }),
      { numRuns: 8 },
    );
  });

  it('gives the same windows in pieces as at once', () => {
    fc.assert(
      fc.property(zones, fc.integer({ min: 1, max: 40 }), (timeZone, step) => {
        const whole = expandRecurrence(rule({ timeZone }), '2026-01-01', '2026-12-31');
        const pieces: typeof whole = [];
        for (let day = '2026-01-01'; day <= '2026-12-31';) {
          const through = new Date(Date.parse(day) + step * dayMs).toISOString().slice(0, 10);
          pieces.push(...expandRecurrence(rule({ timeZone }), day, through));
          day = dayAfter(through);
        }
        expect(pieces).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });
});

describe('checkRecurrence', () => {
  it.each<[string, Partial<Recurrence>, string[]]>([
    ['a good rule', {}, []],
    ['an unknown zone', { timeZone: 'Mars/Olympus' }, ['timeZone']],
    ['an offset as a zone', { timeZone: '+02:00' }, ['timeZone']],
    ['no weekdays', { weekdays: [] }, ['weekdays']],
    ['an eighth day', { weekdays: [8] }, ['weekdays']],
    ['a weekday twice', { weekdays: [1, 1] }, ['weekdays']],
    ['a time off the grid', { startsAt: '17:05' }, ['startsAt']],
    ['no length', { durationMinutes: 0 }, ['durationMinutes']],
    ['13 hours', { durationMinutes: (13 * hourMs) / minuteMs }, ['durationMinutes']],
    ['an end before the start', { until: '2025-12-31' }, ['until']],
    ['ten years', { until: '2036-01-01' }, ['until']],
    ['no such date', { from: '2026-02-30' }, ['from']],
    ['an exception that is no date', { except: ['soon'] }, ['except[0]']],
    [
      'everything at once',
      { timeZone: 'x', weekdays: [], startsAt: '', durationMinutes: 7, from: '', until: '' },
      ['timeZone', 'weekdays', 'startsAt', 'durationMinutes', 'from', 'until'],
    ],
  ])('%s', (_what, more, fields) => {
    expect(checkRecurrence(rule(more)).map(({ field }) => field)).toEqual(fields);
  });
});
