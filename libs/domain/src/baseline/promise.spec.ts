import { hourMs, minuteMs } from '../fleet';
import { p90Factor } from '../planning/model';
import type { DrawFacts } from './expected-draw';
import { expectedDraw } from './expected-draw';

const startsAt = Date.UTC(2026, 0, 14, 17);
const window = { startsAt, endsAt: startsAt + 2 * hourMs };
const maxPowerW = 1000;

/** Minutes on and off, at random: on for 93 min and off for 132 min on average, as real heat pumps. */
function draw(random: () => number, minutes: number): number[] {
  let on = random() < 93 / 225;
  return Array.from({ length: minutes }, () => {
    if (random() < 1 / (on ? 93 : 132)) on = !on;
    return on ? maxPowerW : 0;
  });
}

function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** From an hour of readings before the window, one a minute. */
const sources: readonly [string, (before: readonly number[], random: () => number) => DrawFacts][] = [
  [
    'the hour before',
    (before) => ({
      maxPowerW,
      recentPowers: before.map((powerW, i) => ({ at: startsAt - (before.length - i) * minuteMs, powerW })),
    }),
  ],
  [
    'the same hour of seven days',
    (_, random) => ({
      maxPowerW,
      recentPowers: [],
      sameHourOfRecentDays: Array.from({ length: 7 }, () => mean(draw(random, 60))),
    }),
  ],
  [
    'three days and the state now',
    (before, random) => ({
      maxPowerW,
      recentPowers: [],
      sameHourOfRecentDays: Array.from({ length: 3 }, () => mean(draw(random, 60))),
      heating: before.at(-1)! > 0,
      stateAt: startsAt,
    }),
  ],
];

describe('a promise for 40 on/off zones', () => {
  it.each(sources)('made from %s is kept in about nine of ten slots', (_, factsOf) => {
    const random = randomOf(7);
    const evenings = 100;
    let kept = 0;
    let slots = 0;
    for (let evening = 0; evening < evenings; evening++) {
      let expectedW = 0;
      let varianceW2 = 0;
      const actualW = new Float64Array(8);
      for (let zone = 0; zone < 40; zone++) {
        const powers = draw(random, 180);
        const expected = expectedDraw(factsOf(powers.slice(0, 60), random), window);
        expectedW += expected.meanW;
        varianceW2 += expected.stdDevW ** 2;
        for (let slot = 0; slot < 8; slot++)
          actualW[slot]! += mean(powers.slice(60 + 15 * slot, 75 + 15 * slot));
      }
      const promisedW = expectedW - p90Factor * Math.sqrt(varianceW2);
      kept += actualW.filter((powerW) => powerW >= promisedW).length;
      slots += actualW.length;
    }
    expect(kept / slots).toBeGreaterThan(0.87);
    expect(kept / slots).toBeLessThan(0.97);
  });
});
