import fc from 'fast-check';
import { hourMs, minuteMs } from '../fleet';
import { inferHeating, maxInferenceGapMs, type ThermalStretch } from './infer-heating';

const t0 = Date.UTC(2026, 0, 15, 12);
const stretch = (changeK: number, changes: Partial<ThermalStretch> & { minutes?: number } = {}) => {
  const { minutes = 15, zone = 'room', ...facts } = changes;
  return inferHeating({
    zone,
    previous: { at: t0, temperatureC: 20 },
    next: { at: t0 + minutes * minuteMs, temperatureC: 20 + changeK },
    coolingKPerH: 0.4,
    gainKPerH: 0.8,
    ...facts,
  });
};

describe('inferHeating', () => {
  it.each([
    ['a room that cools as if by itself', -0.1, {}, false],
    ['a room heated for a quarter of the time', -0.05, {}, false],
    ['a room heated for three quarters of the time', 0.05, {}, true],
    ['a room heated throughout', 0.1, {}, true],
    ['a room whose gain nobody states', 0.1, { gainKPerH: undefined }, undefined],
    ['a room whose loss nobody states', 0.1, { coolingKPerH: undefined }, undefined],
    ['a room whose heating changes less than rounding does', 0.01, { gainKPerH: 0.1 }, undefined],
    ['a tank that rises', 0.6, { zone: 'DHW' }, true],
    ['a tank that keeps still', 0, { zone: 'DHW' }, false],
    ['a tank from which somebody draws', -2, { zone: 'DHW' }, false],
    ['a tank that rises a little', 0.4, { zone: 'DHW' }, undefined],
    ['a tank without a thermal model', 0.6, { zone: 'DHW', gainKPerH: undefined }, true],
    ['readings half an hour apart', 0.2, { minutes: 30 }, true],
    ['readings too far apart', 0.6, { minutes: 36 }, undefined],
    ['the same reading twice', 0, { minutes: 0 }, undefined],
    ['an older reading', 0.6, { minutes: -15 }, undefined],
    ['a temperature that is no number', Number.NaN, {}, undefined],
  ] as const)('of %s says what can be known', (_name, changeK, changes, heating) => {
    expect(stretch(changeK, changes).heating).toBe(heating);
  });

  it('never claims to have measured, and dates what it infers inside the stretch', () => {
    expect(stretch(0.1)).toEqual({ heating: true, at: t0 + 7.5 * minuteMs, quality: 'estimated' });
    expect(stretch(0.1, { minutes: 60 })).toMatchObject({ quality: 'missing' });
  });

  it('finds the state of every room that was heated clearly more or clearly less than half the time', () => {
    const share = fc.oneof(fc.double({ min: 0, max: 0.4 }), fc.double({ min: 0.6, max: 1 }));
    fc.assert(
      fc.property(
        share,
        fc.double({ min: 0.05, max: 2, noNaN: true }),
        fc.double({ min: 0.4, max: 4, noNaN: true }),
        fc.integer({ min: 10, max: maxInferenceGapMs / minuteMs }),
        (heated, coolingKPerH, gainKPerH, minutes) => {
          const lastedH = (minutes * minuteMs) / hourMs;
          const changeK = (heated * gainKPerH - coolingKPerH) * lastedH;
          const rounded = Math.round((20 + changeK) * 1000) / 1000 - 20;
          const said = stretch(rounded, { minutes, coolingKPerH, gainKPerH }).heating;
          expect([undefined, heated > 0.5]).toContain(said);
        },
      ),
    );
  });
});
