import fc from 'fast-check';
import { effectiveLimits } from '../comfort/defaults';
import { hourMs, minuteMs, slotMs } from '../fleet';
import { readyTank } from '../status/zone-facts.fixtures';
import { observeRun, type RunObserver } from './observe-run';
import { legionellaProfileFor, withDeviceDuration } from './profiles';
import {
  gainShareCountedOn,
  highestPeakC,
  longestRunHeatingMs,
  runHeating,
  type RunHeatingFacts,
} from './run-heating';

const profileOf = (country: string, minutes = 60) =>
  withDeviceDuration(legionellaProfileFor(country), minutes);
const tank = (changes: Partial<RunHeatingFacts> = {}, country = 'DE', minutes = 60): RunHeatingFacts => ({
  comfort: effectiveLimits(),
  temperatureC: 45,
  maxC: 65,
  gainKPerH: 24,
  coolingKPerH: 0.4,
  legionella: { ...readyTank.legionella, holds: profileOf(country, minutes).holds },
  ...changes,
});

describe('runHeating', () => {
  it.each<[string, RunHeatingFacts, number | undefined]>([
    ['heats a little above the hold, for the tank cools meanwhile', tank(), 61],
    ['needs less for a shorter hold', tank({}, 'DE', 30), 60.6],
    ['takes the coolest hold of a country', tank({}, 'NL'), 60.6],
    [
      'takes a hotter, shorter one where the cooler is held too long',
      tank({ maxC: 68.4, gainKPerH: 36, coolingKPerH: 8.7 }, 'FR'),
      68.4,
    ],
    ['never holds 70 °C, for it may not go beyond', tank({ maxC: 75, gainKPerH: 32 }, 'AT'), undefined],
    ['is not told how hot the tank may get', tank({ maxC: undefined }), undefined],
    ['does not know how hot it is', tank({ temperatureC: undefined }), undefined],
    ['may not heat beyond the upper bound of the customer', tank({ maxC: 60 }), undefined],
    ['gets there and cannot hold it', tank({ maxC: 60.5 }), undefined],
    ['is too slow for an hour', tank({ gainKPerH: 15 }), undefined],
    [
      'starts at the activation limit at the latest',
      tank({ temperatureC: 58, activationLimitC: 40, gainKPerH: 20 }),
      undefined,
    ],
    [
      'counts on 15 K in the hour where no gain is stated',
      tank({ gainKPerH: undefined, temperatureC: 46.5 }),
      61,
    ],
    ['counts on no more than that', tank({ gainKPerH: undefined, temperatureC: 44 }), undefined],
    ['knows no profile', tank({ legionella: readyTank.legionella }), undefined],
    ['goes up to the next point of the grid', tank({ minC: 40, stepC: 2.5 }), 62.5],
    [
      'or stays below it where the tank cannot get there',
      tank({ minC: 40, stepC: 2.5, maxC: 62, gainKPerH: 24 }),
      undefined,
    ],
  ])('%s', (_what, facts, limitC) => {
    const heating = runHeating(facts, hourMs);
    if (limitC === undefined) expect(heating).toBeUndefined();
    else expect(heating?.limitC).toBeCloseTo(limitC, 6);
  });

  it('heats no longer than comfort allows, in whole quarters of an hour', () => {
    expect(longestRunHeatingMs({ comfort: effectiveLimits() })).toBe(hourMs);
    expect(longestRunHeatingMs({ comfort: effectiveLimits({ maxDhwHeatingMs: 50 * minuteMs }) })).toBe(
      3 * slotMs,
    );
    expect(
      runHeating(tank(), longestRunHeatingMs({ comfort: effectiveLimits({ maxActionMs: 0 }) })),
    ).toBeUndefined();
  });

  it('never promises a temperature beyond the vendor or 70 °C', () => {
    expect(highestPeakC(tank({ maxC: 90, gainKPerH: 100 }), hourMs)).toBe(70);
    expect(highestPeakC(tank({ maxC: 55 }), hourMs)).toBe(55);
  });

  it('promises only runs that readings of a tank with those numbers show', () => {
    let promised = 0;
    fc.assert(
      fc.property(
        fc.record({
          temperatureC: fc.double({ min: 35, max: 50, noNaN: true }),
          maxC: fc.double({ min: 55, max: 75, noNaN: true }),
          gainKPerH: fc.double({ min: 8, max: 40, noNaN: true }),
          coolingKPerH: fc.double({ min: 0.1, max: 6, noNaN: true }),
        }),
        fc.constantFrom('DE', 'NL', 'FR', 'AT'),
        fc.constantFrom(5, 30, 45, 60),
        fc.integer({ min: 0, max: slotMs - 1 }),
        (facts, country, minutes, phaseMs) => {
          const heating = runHeating(tank(facts, country, minutes), hourMs);
          if (heating === undefined) return;
          promised += 1;
          const gain = facts.gainKPerH * gainShareCountedOn;
          const cooling = Math.max(facts.coolingKPerH, 0.8);
          const peakAtMs = ((heating.limitC - facts.temperatureC) / gain) * hourMs;
          expect(peakAtMs).toBeLessThanOrEqual(hourMs + 1);
          const temperatureAt = (ms: number) =>
            ms < peakAtMs
              ? facts.temperatureC + (gain * ms) / hourMs
              : heating.limitC - (cooling * (ms - peakAtMs)) / hourMs;
          let observer: RunObserver | undefined;
          let completed = false;
          for (let ms = phaseMs; ms < 8 * hourMs; ms += slotMs) {
            // Readings are rounded to a tenth; a run on the very edge of a rounding is not what this is about.
            const seen = observeRun(
              observer,
              { at: ms, temperatureC: temperatureAt(ms) + 1e-6 },
              profileOf(country, minutes),
            );
            observer = seen.state;
            completed ||= seen.completed !== undefined;
          }
          expect(completed).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(promised).toBeGreaterThan(200);
  });
});
