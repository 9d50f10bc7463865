import type { OccurrenceEvent } from '@warmshift/client';
import { progressBlock, progressLine } from './progress-text';
import { counts, kw, many, optionOf, short } from './words';

const slot = (startsAt: string, more: object = {}) => ({ startsAt, promisedKw: 21, askedKw: 20, ...more });
const event = (more: Partial<OccurrenceEvent['data']> = {}): OccurrenceEvent => ({
  event: 'progress',
  id: '1',
  data: {
    occurrenceId: 'o1',
    status: 'RUNNING',
    startsAt: '2026-01-15T17:00:00.000Z',
    endsAt: '2026-01-15T17:30:00.000Z',
    states: { PLANNED: 3, ACTIVE: 12 },
    slots: [
      slot('2026-01-15T17:00:00.000Z', { acknowledgedKw: 20.5, observedKw: 0 }),
      slot('2026-01-15T17:15:00.000Z'),
    ],
    ...more,
  },
});

describe('progressLine', () => {
  it.each([
    [
      'the last slot that began',
      event(),
      'RUNNING   ACTIVE 12, PLANNED 3 | 17:00 asked 20.0, promised 21.0, acknowledged 20.5, observed 0.0 kW',
    ],
    [
      'nothing of power before',
      event({ status: 'PLANNED', slots: [slot('2026-01-15T17:00:00.000Z')] }),
      'PLANNED   ACTIVE 12, PLANNED 3',
    ],
    [
      'that there is nothing yet',
      event({ status: 'SCHEDULED', states: {}, slots: [] }),
      'SCHEDULED no action yet',
    ],
  ])('tells %s', (_what, told, line) => {
    expect(progressLine(told)).toBe(line);
  });
});

describe('progressBlock', () => {
  it('has a row for every slot, with a dash for what is not known', () => {
    expect(progressBlock(event()).split('\n')).toEqual([
      'RUNNING: ACTIVE 12, PLANNED 3',
      '',
      '  slot   asked kW  promised  acknowledged  observed',
      '  ─────  ────────  ────────  ────────────  ────────',
      '  17:00      20.0      21.0          20.5       0.0',
      '  17:15      20.0      21.0             –         –',
    ]);
  });
});

describe('words', () => {
  it('keep no statement and 0 apart', () => expect([kw(undefined), kw(0)]).toEqual(['–', '0.0']));
  it('count in order', () => expect(counts({ A: 1, B: 3, C: 2 })).toBe('B 3, C 2, A 1'));
  it('have a plural', () => expect([many(1, 'zone'), many(0, 'zone')]).toEqual(['1 zone', '0 zones']));
  it('show where they were cut', () => expect([short('abc', 3), short('abcd', 3)]).toEqual(['abc', 'ab…']));
  it('write options', () => expect(optionOf('maxOffsetK')).toBe('--max-offset-k'));
});
