import fc from 'fast-check';
import { minuteMs, slotMs } from '../fleet';
import type { OnOffRuns } from './on-off-runs';
import { heatedShares } from './run-forecast';

const runs = (on: boolean, sinceMin: number, sinceKnown = true): OnOffRuns => ({
  on,
  since: -sinceMin * minuteMs,
  sinceKnown,
  asOf: 0,
  onMs: 0,
  offMs: 0,
  onEnds: 0,
  offEnds: 0,
});
const lengths = { onMs: 120 * minuteMs, offMs: 80 * minuteMs };
const window = { startsAt: 0, endsAt: 8 * slotMs };

describe('heatedShares', () => {
  it('is the usual share of the time where nobody has seen the zone', () => {
    expect([...heatedShares(undefined, lengths, window, 0.3)]).toEqual(Array.from({ length: 8 }, () => 0.6));
  });

  it('expects a run that has just begun to go on, and one that has lasted to end', () => {
    const fresh = heatedShares(runs(true, 5), lengths, window, 0.3);
    const old = heatedShares(runs(true, 115), lengths, window, 0.3);
    expect(fresh[1]).toBeGreaterThan(0.9);
    expect(old[2]).toBeLessThan(fresh[2]! - 0.2);
    expect(heatedShares(runs(false, 5), lengths, window, 0.3)[1]).toBeLessThan(0.1);
  });

  it('forgets the phase with time', () => {
    const late = { startsAt: 48 * slotMs, endsAt: 56 * slotMs };
    for (const share of heatedShares(runs(true, 5), lengths, late, 0.3)) expect(share).toBeCloseTo(0.6, 1);
  });

  it('stays between never and always', () => {
    const length = fc.integer({ min: 5, max: 400 }).map((minutes) => minutes * minuteMs);
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 0, max: 600 }),
        fc.boolean(),
        length,
        length,
        fc.double({ min: 0.05, max: 0.8, noNaN: true }),
        (on, sinceMin, sinceKnown, onMs, offMs, spread) => {
          for (const share of heatedShares(runs(on, sinceMin, sinceKnown), { onMs, offMs }, window, spread)) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1 + 1e-9);
          }
        },
      ),
    );
  });

  /** Zones met at random moments of runs whose lengths differ as assumed: all together they heat as they always do. */
  it.each([[0.2], [0.4], [0.55]])('is right for a fleet in all its phases, spread %d', (spread) => {
    const zones = Array.from({ length: 4000 }, (_, n) => {
      const z = normalAt(((n * 7919) % 4000) / 4000 + 1 / 8000);
      const factor = Math.exp(spread * z - (spread * spread) / 2);
      const isOn = ((n * 104729) % 1000) / 1000 < 0.6;
      const lastedMin = factor * (isOn ? 120 : 80) * (((n * 15485863) % 997) / 997);
      // A longer run is met more often, in proportion to its length.
      return { seen: runs(isOn, lastedMin), weight: factor };
    });
    const total = zones.reduce((sum, { weight }) => sum + weight, 0);
    for (const slot of [0, 2, 4, 7]) {
      const mean = zones.reduce(
        (sum, { seen, weight }) =>
          sum + (weight / total) * heatedShares(seen, lengths, window, spread)[slot]!,
        0,
      );
      expect(Math.abs(mean - 0.6)).toBeLessThan(0.05);
    }
  });
});

/** Quantile of the normal distribution (Acklam's central approximation is enough between 0.02 and 0.98). */
function normalAt(p: number): number {
  const clipped = Math.min(0.98, Math.max(0.02, p));
  const t = Math.sqrt(-2 * Math.log(Math.min(clipped, 1 - clipped)));
  const z =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  return clipped < 0.5 ? -z : z;
}
