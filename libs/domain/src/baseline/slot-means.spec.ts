import fc from 'fast-check';
import { minuteMs, slotMs } from '../fleet';
import type { Quality } from '../fleet';
import { slotMeans } from './slot-means';
import type { PowerSample } from './slot-means';

const fiveOClock = Date.UTC(2026, 0, 14, 17);
const window = { startsAt: fiveOClock, endsAt: fiveOClock + 2 * slotMs };
const at = (minute: number, powerW: number, quality: Quality = 'reported'): PowerSample => ({
  at: fiveOClock + minute * minuteMs,
  powerW,
  quality,
});
const every = (minutes: number, from: number, to: number, powerW: number, quality?: Quality) =>
  Array.from({ length: (to - from) / minutes + 1 }, (_, i) => at(from + i * minutes, powerW, quality));

describe('slotMeans', () => {
  it('lets a sample hold until the next one', () => {
    const means = slotMeans(
      [at(0, 1000), at(5, 0), at(10, 0), at(15, 500), at(20, 500), at(25, 500)],
      window,
    );
    expect(means.map(({ meanW }) => meanW)).toEqual([expect.closeTo(1000 / 3, 9), 500]);
    expect(means.map(({ coveredShare }) => coveredShare)).toEqual([1, 1]);
  });

  it('draws straight lines between samples when asked to', () => {
    const means = slotMeans([at(0, 0), at(15, 600), at(30, 600)], window, { method: 'trapezoid' });
    expect(means.map(({ meanW }) => meanW)).toEqual([300, 600]);
  });

  it('begins with the sample before the window', () => {
    expect(slotMeans(every(10, -5, 35, 700), window).map(({ meanW }) => meanW)).toEqual([700, 700]);
  });

  it('leaves a gap of more than twice the usual interval open', () => {
    const samples = [...every(1, 0, 4, 300), ...every(1, 15, 30, 900)];
    const [first, second] = slotMeans(samples, window);
    // Four minutes are known: too little.
    expect(first).toEqual({ startsAt: fiveOClock, quality: 'missing', coveredShare: 4 / 15 });
    expect(second).toMatchObject({ meanW: 900, quality: 'reported', coveredShare: 1 });
  });

  it('takes the mean over what is covered when that is at least half', () => {
    const [first] = slotMeans([...every(1, 0, 8, 300), ...every(1, 15, 30, 900)], window);
    expect(first).toMatchObject({ meanW: 300, quality: 'reported' });
    expect(first!.coveredShare).toBeCloseTo(8 / 15, 9);
  });

  it('does not stretch the last sample beyond its usual time', () => {
    const [, second] = slotMeans(every(5, 0, 15, 300), window);
    expect(second).toEqual({ startsAt: window.startsAt + slotMs, quality: 'missing', coveredShare: 1 / 3 });
  });

  it('does not count stale readings', () => {
    const [first] = slotMeans([at(0, 500), ...every(5, 5, 30, 9000, 'stale')], window, {
      usualIntervalMs: 5 * minuteMs,
    });
    expect(first).toMatchObject({ quality: 'missing' });
  });

  it('says which means rest on estimates', () => {
    const means = slotMeans([...every(5, 0, 15, 100), ...every(5, 20, 30, 100, 'estimated')], window);
    expect(means.map(({ quality }) => quality)).toEqual(['reported', 'estimated']);
  });

  it.each([[[]], [[at(3, 100)]]])(
    'says missing where there is too little to know an interval (%#)',
    (samples) => {
      expect(slotMeans(samples, window).map(({ quality }) => quality)).toEqual(['missing', 'missing']);
    },
  );

  it.each(['step', 'trapezoid'] as const)('keeps the energy of full series, by %s', (method) => {
    const powers = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 31, maxLength: 31 });
    fc.assert(
      fc.property(powers, (series) => {
        const samples = series.map((powerW, minute) => at(minute, powerW));
        const energy = series.slice(0, 30).reduce((sum, powerW, minute) => {
          const next = series[minute + 1]!;
          return sum + (method === 'step' ? powerW : (powerW + next) / 2);
        }, 0);
        const means = slotMeans(samples, window, { method });
        expect(means.reduce((sum, { meanW }) => sum + meanW! * 15, 0)).toBeCloseTo(energy, 6);
      }),
      { numRuns: 100 },
    );
  });
});
