import fc from 'fast-check';
import { hourMs, type Direction } from '../fleet';
import {
  checkComfortSettings,
  defaultComfortLimits,
  effectiveLimits,
  hardComfortLimits,
  hardFloorC,
} from './defaults';
import { headroomK, maxSpanMs, setpointFor, type ComfortFacts } from './headroom';

const room: ComfortFacts = {
  zone: 'room',
  comfort: defaultComfortLimits,
  temperatureC: 20.5,
  setpointC: 21,
  minC: 5,
  maxC: 30,
  stepC: 0.5,
};
const tank: ComfortFacts = {
  zone: 'DHW',
  comfort: defaultComfortLimits,
  temperatureC: 48,
  setpointC: 50,
  minC: 30,
  maxC: 65,
  stepC: 1,
};

describe('effectiveLimits', () => {
  it('are the defaults where nobody says otherwise', () => {
    expect(effectiveLimits()).toEqual(defaultComfortLimits);
  });
  it('let the device win over the supplier', () => {
    expect(effectiveLimits({ roomFloorC: 18, maxDeltaK: 2 }, { roomFloorC: 19 })).toMatchObject({
      roomFloorC: 19,
      maxDeltaK: 2,
    });
  });
  it('never go below 7 °C in a room or 40 °C in a tank', () => {
    expect(effectiveLimits({ roomFloorC: -10, dhwFloorC: 20 })).toMatchObject({
      roomFloorC: 7,
      dhwFloorC: 40,
    });
  });
  it('keep the floor when it contradicts the ceiling', () => {
    expect(effectiveLimits({ roomFloorC: 22 }, { roomCeilingC: 20 })).toMatchObject({
      roomFloorC: 22,
      roomCeilingC: 22,
    });
  });
  it('pass over what is no number', () => {
    expect(effectiveLimits({ restMs: Number.NaN, maxDeltaK: undefined })).toEqual(defaultComfortLimits);
  });
  it('lie inside the hard limits whatever was configured', () => {
    const settings = fc.record(
      Object.fromEntries(
        Object.keys(defaultComfortLimits).map((key) => [key, fc.option(fc.double(), { nil: undefined })]),
      ),
    );
    fc.assert(
      fc.property(settings, settings, (supplier, device) => {
        const limits = effectiveLimits(supplier, device);
        for (const key of Object.keys(limits) as (keyof typeof limits)[]) {
          expect(limits[key]).toBeGreaterThanOrEqual(hardComfortLimits[key].min);
          expect(limits[key]).toBeLessThanOrEqual(hardComfortLimits[key].max);
        }
        expect(limits.roomFloorC).toBeLessThanOrEqual(limits.roomCeilingC);
        expect(limits.dhwFloorC).toBeLessThanOrEqual(limits.dhwCeilingC);
      }),
    );
  });
});

describe('checkComfortSettings', () => {
  it('takes what is inside the hard limits', () => {
    expect(checkComfortSettings({ roomFloorC: 16, roomCeilingC: 24, restMs: 0 })).toEqual([]);
  });
  it('names each field and why', () => {
    expect(
      checkComfortSettings({ roomFloorC: 5, dhwFloorC: '45', maxDeltaK: 9, warmth: 1, roomCeilingC: 3 }),
    ).toEqual([
      { field: 'roomFloorC', reason: 'must be at least 7, is 5' },
      { field: 'dhwFloorC', reason: 'must be a number' },
      { field: 'maxDeltaK', reason: 'must be at most 5, is 9' },
      { field: 'warmth', reason: 'is not a setting' },
      { field: 'roomCeilingC', reason: 'must be at least 7, is 3' },
      { field: 'roomCeilingC', reason: 'must not be below roomFloorC (5), is 3' },
    ]);
  });
  it('does not take names of the language for settings', () => {
    expect(checkComfortSettings({ toString: 1 })).toEqual([
      { field: 'toString', reason: 'is not a setting' },
    ]);
  });
});

describe('setpointFor', () => {
  it.each<[string, Direction, ComfortFacts, number | undefined]>([
    ['3 K below the setpoint', 'decrease', room, 18],
    ['not below the floor', 'decrease', { ...room, setpointC: 18.5 }, 17],
    ['not below the vendor’s minimum', 'decrease', { ...room, minC: 19 }, 19],
    ['on the grid, never more than 3 K away', 'decrease', { ...room, setpointC: 20.7 }, 18],
    ['on a coarse grid', 'decrease', { ...room, minC: undefined, stepC: 2 }, 18],
    ['counted from the vendor’s minimum', 'decrease', { ...room, minC: 4.4, stepC: 1 }, 18.4],
    ['without a grid', 'decrease', { ...room, setpointC: 20.73, stepC: undefined }, 17.73],
    [
      'not at all when the customer is already below the floor',
      'decrease',
      { ...room, setpointC: 16 },
      undefined,
    ],
    ['not at all when the grid has nothing below', 'decrease', { ...room, stepC: 10 }, undefined],
    ['from the temperature where there is no setpoint', 'decrease', { ...room, setpointC: undefined }, 17.5],
    [
      'not without setpoint and temperature',
      'decrease',
      { ...room, setpointC: undefined, temperatureC: undefined },
      undefined,
    ],
    ['up to the ceiling', 'increase', room, 23.5],
    ['at most 3 K up', 'increase', { ...room, setpointC: 19 }, 22],
    ['up to the vendor’s maximum', 'increase', { ...room, maxC: 22.2 }, 22],
    ['a tank down to 40 °C', 'decrease', tank, 40],
    ['a tank up to its ceiling', 'increase', tank, 60],
    ['a tank without a setpoint', 'decrease', { ...tank, setpointC: undefined }, 40],
  ])('goes %s', (_name, direction, facts, targetC) => {
    expect(setpointFor({ direction, facts })).toBe(targetC);
  });

  const temperature = fc.double({ min: -10, max: 90, noNaN: true });
  const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(value, { nil: undefined });
  const anyFacts = fc.record({
    zone: fc.constantFrom('room' as const, 'DHW' as const),
    comfort: fc
      .record({
        roomFloorC: temperature,
        roomCeilingC: temperature,
        maxDeltaK: fc.double({ min: 0, max: 9, noNaN: true }),
        dhwFloorC: temperature,
      })
      .map((settings) => effectiveLimits(settings)),
    temperatureC: maybe(temperature),
    setpointC: maybe(temperature),
    minC: maybe(temperature),
    maxC: maybe(temperature),
    stepC: maybe(
      fc.oneof(fc.constantFrom(0.1, 0.5, 1, 2, 5 / 9, 0), fc.double({ min: 0.01, max: 20, noNaN: true })),
    ),
  });

  it('never goes beyond any limit, on any grid', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { comfort, zone, setpointC } = facts;
        const customerC = setpointC ?? facts.temperatureC ?? Number.NaN;
        const low = setpointFor({ direction: 'decrease', facts });
        if (low !== undefined) {
          expect(low).toBeGreaterThanOrEqual(hardFloorC);
          expect(low).toBeGreaterThanOrEqual(zone === 'DHW' ? comfort.dhwFloorC : comfort.roomFloorC);
          expect(low).toBeGreaterThanOrEqual(facts.minC ?? low);
          if (zone === 'room') expect(low).toBeGreaterThanOrEqual(customerC - comfort.maxDeltaK);
          expect(low).toBeLessThan(setpointC ?? Infinity);
        }
        const high = setpointFor({ direction: 'increase', facts });
        if (high !== undefined) {
          expect(high).toBeLessThanOrEqual(zone === 'DHW' ? comfort.dhwCeilingC : comfort.roomCeilingC);
          expect(high).toBeLessThanOrEqual(facts.maxC ?? high);
          if (zone === 'room') expect(high).toBeLessThanOrEqual(customerC + comfort.maxDeltaK);
          expect(high).toBeGreaterThan(setpointC ?? -Infinity);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('lies on the device’s grid', () => {
    fc.assert(
      fc.property(
        anyFacts,
        fc.constantFrom<Direction>('decrease', 'increase'),
        fc.constantFrom(0.1, 0.5, 1),
        (facts, direction, stepC) => {
          const targetC = setpointFor({ direction, facts: { ...facts, stepC } });
          if (targetC === undefined) return;
          const steps = (targetC - (facts.minC ?? 0)) / stepC;
          expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('headroomK', () => {
  it.each<[string, Direction, ComfortFacts, number]>([
    ['what the setpoint may fall', 'decrease', room, 3],
    ['what the room is above its floor', 'decrease', { ...room, temperatureC: 18 }, 1],
    ['nothing in a room below its floor', 'decrease', { ...room, temperatureC: 16 }, 0],
    ['from the warmer of setpoint and room', 'increase', { ...room, temperatureC: 23 }, 0.5],
    ['a tank’s temperature above its floor', 'decrease', tank, 8],
    ['a tank’s temperature below its ceiling', 'increase', tank, 12],
    [
      'a tank’s setpoint where the temperature is not known',
      'increase',
      { ...tank, temperatureC: undefined },
      10,
    ],
    [
      'nothing when nothing is known',
      'decrease',
      { ...room, temperatureC: undefined, setpointC: undefined },
      0,
    ],
  ])('is %s', (_name, direction, facts, kelvin) => {
    expect(headroomK({ direction, facts })).toBe(kelvin);
  });
});

describe('maxSpanMs', () => {
  it.each<[string, Direction, ComfortFacts, number]>([
    ['until the room has cooled to the target', 'decrease', { ...room, temperatureC: 19.5 }, 1.5],
    ['at most two hours', 'decrease', room, 2],
    [
      'longer where the room keeps its warmth, up to the limit',
      'decrease',
      { ...room, temperatureC: 19, coolingKPerH: 0.5 },
      2,
    ],
    ['until the tank is at its floor', 'decrease', { ...tank, temperatureC: 40.8 }, 1],
    [
      'shorter where the tank loses more',
      'decrease',
      { ...tank, temperatureC: 40.8, coolingKPerH: 1.6 },
      0.5,
    ],
    ['not for a tank whose temperature nobody knows', 'decrease', { ...tank, temperatureC: undefined }, 0],
    ['not for a room below the target', 'decrease', { ...room, temperatureC: 16 }, 0],
    ['the whole limit where nothing is lost', 'decrease', { ...room, coolingKPerH: 0 }, 2],
    ['an hour of heating for a tank', 'increase', tank, 1],
    ['two hours for a room', 'increase', room, 2],
  ])('is %s', (_name, direction, facts, hours) => {
    expect(maxSpanMs({ direction, facts }) / hourMs).toBeCloseTo(hours, 6);
  });
});
