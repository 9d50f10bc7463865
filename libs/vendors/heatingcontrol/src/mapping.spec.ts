import fc from 'fast-check';
import devicesReference from '../fixtures/devices-reference.json';
import devicesWalkthrough from '../fixtures/devices-walkthrough.json';
import homes from '../fixtures/homes.json';
import bedroom from '../fixtures/state-bedroom.json';
import livingRoom from '../fixtures/state-living-room.json';
import stateReference from '../fixtures/state-reference.json';
import type { SetModeSpec } from './command-spec';
import { deviceOf, kindOf, readingOf, siteOf } from './mapping';
import { deviceSchema, homeSchema, stateSchema } from './wire';

const now = Date.UTC(2026, 0, 15, 16);
const spec: SetModeSpec = {
  key: 'setMode',
  modes: ['auto', 'manual', 'off'],
  temperatureParam: 'temperature',
  min: 5,
  max: 35,
  step: 0.5,
};
const read = (state: unknown, withSpec: SetModeSpec | undefined = spec) =>
  readingOf(stateSchema.parse(state), withSpec, now);
const device = (fields: object, around = {}) =>
  deviceOf(deviceSchema.parse({ id: 'd', type: 'heater', ...fields }), { showedCharge: false, ...around });

describe('the payloads printed in the document', () => {
  it('become sites', () => {
    expect(siteOf(homeSchema.parse(homes.items[0]))).toEqual({
      vendorSiteId: 'aabbccdd-eeff-0011-2233-445500000000',
      name: 'My Home',
      timeZone: 'Europe/Madrid',
      country: 'ES',
    });
  });

  it('become heaters; C5: ids are opaque and need not be UUIDs', () => {
    const parsed = [...devicesWalkthrough.items, ...devicesReference.items].map((item) =>
      deviceSchema.parse(item),
    );
    const rows = parsed.map((item) => deviceOf(item, { showedCharge: false }));
    expect(
      rows.map(({ vendorDeviceId, name, vendorSiteId }) => [vendorDeviceId, name, vendorSiteId]),
    ).toEqual([
      ['a1b2c3d4-e5f6-7890-abcd-ef1234567890', 'Living Room Heater', 'h_abc123'],
      ['b2c3d4e5-f6a7-8901-bcde-f12345678901', 'Bedroom Heater', 'h_abc123'],
      [
        '0123456789abcdef01-0001-0000-0000-000000000000',
        'Living Room Heater',
        'aabbccdd-eeff-0011-2233-445500000000',
      ],
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({
        kind: 'heater',
        online: true,
        vendorControl: true,
        zones: [{ kind: 'room' }],
      });
      expect(row.vendorGatewayId).toBeUndefined();
      expect(row.vendorType).toBe('heater/wifi_heater');
    }
  });

  it('become readings', () => {
    const common = {
      measuredAt: now,
      online: true,
      mode: 'auto',
      minC: 5,
      maxC: 35,
      stepC: 0.5,
      powerQuality: 'reported',
    };
    expect(read(livingRoom)).toMatchObject({
      ...common,
      temperatureC: 20.5,
      setpointC: 22,
      powerW: 1500,
      maxPowerW: 1500,
      heating: true,
    });
    expect(read(bedroom)).toMatchObject({
      ...common,
      temperatureC: 22.1,
      powerW: 0,
      maxPowerW: 2000,
      heating: false,
    });
    expect(read(stateReference)).toMatchObject({
      ...common,
      powerW: 1500,
      maxPowerW: 2000,
      chargeFraction: 0.75,
    });
  });
});

describe('deviceOf', () => {
  it.each([
    ['heater', 'wifi_heater', false, 'heater', true],
    ['Heater', undefined, false, 'heater', true],
    ['heater', 'storage_heater', false, 'storage_heater', true],
    ['heater', 'wifi_heater', true, 'storage_heater', true],
    ['gateway', undefined, false, 'gateway', false],
    ['hub', 'heater_gateway', false, 'gateway', false],
    ['thermostat', undefined, false, 'unknown', false],
    [undefined, undefined, false, 'unknown', false],
  ])(
    'C6, C13: takes %p/%p (charge seen: %p) for a %s',
    (type, subtype, showedCharge, kind, vendorControl) => {
      const parsed = deviceSchema.parse({ id: 'd', type, subtype });
      expect(kindOf(parsed, showedCharge)).toBe(kind);
      const row = deviceOf(parsed, { showedCharge });
      expect(row).toMatchObject({ kind, vendorControl });
      expect(row.zones).toHaveLength(vendorControl ? 1 : 0);
    },
  );

  it('is offline behind a gateway that is offline', () => {
    expect(device({ online: true, gatewayId: 'g' }, { gatewayOnline: false }).online).toBe(false);
    expect(device({ online: true, gatewayId: 'g' }, { gatewayOnline: true }).online).toBe(true);
    expect(device({}).online).toBeUndefined();
  });
});

describe('siteOf', () => {
  it.each([['Mars/Olympus'], ['+01:00'], [7], [undefined]])('states no time zone for %p', (timeZone) => {
    const home = homeSchema.parse({ id: 'h', location: { timeZone, country: 'Spain' } });
    expect(siteOf(home)).toEqual({ vendorSiteId: 'h', name: 'h' });
  });
});

describe('readingOf', () => {
  const state = { ...livingRoom };

  it('C8: turns °F into °C, with the limits of a command that takes °F', () => {
    const fahrenheit = { ...state, currentTemperature: 68, targetTemperature: 72, temperatureUnits: 'F' };
    expect(read(fahrenheit, { ...spec, min: 41, max: 95, step: 1 })).toMatchObject({
      temperatureC: 20,
      setpointC: 22.22,
      minC: 5,
      maxC: 35,
    });
    expect(read(fahrenheit, spec)).toMatchObject({ temperatureC: 20, minC: 5, maxC: 35, stepC: 0.5 });
  });

  it.each(['K', '', null, undefined])('states no temperature in the unit %p', (temperatureUnits) => {
    const reading = read({ ...state, temperatureUnits });
    expect([reading.temperatureC, reading.setpointC, reading.minC]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(reading.powerW).toBe(1500);
  });

  it.each([
    ['power above 0', { power: 10, indicators: [] }, true],
    ['the indicator "active"', { power: 0, indicators: ['active'] }, true],
    ['"active" alone', { power: undefined, indicators: ['active'] }, true],
    ['power 0 alone', { power: 0, indicators: undefined }, false],
    ['neither', { power: undefined, indicators: undefined }, undefined],
  ])('C12: knows from %s whether it heats', (_name, fields, heating) => {
    expect(read({ ...state, ...fields }).heating).toBe(heating);
  });

  it('C17: counts 0 W, estimated, when a warm room says power without being active', () => {
    const warm = { ...state, indicators: [], power: 1500, currentTemperature: 23, targetTemperature: 22 };
    expect(read(warm)).toMatchObject({ powerW: 0, powerQuality: 'estimated', heating: false });
    expect(read({ ...warm, indicators: ['active'] })).toMatchObject({
      powerW: 1500,
      powerQuality: 'reported',
    });
    expect(read({ ...warm, currentTemperature: 22.5 })).toMatchObject({
      powerW: 1500,
      powerQuality: 'reported',
    });
  });

  it.each([
    [0, 0],
    [75, 0.75],
    [130, 1],
    [-5, 0],
    ['40', 0.4],
    ['much', undefined],
    [undefined, undefined],
  ])('C13: reads chargeLevel %p as a share of %p', (chargeLevel, expected) => {
    expect(read({ ...state, chargeLevel }).chargeFraction).toBe(expected);
  });

  it('C7: marks the power of an offline heater as stale', () => {
    expect(read({ ...state, online: false })).toMatchObject({
      online: false,
      powerQuality: 'stale',
      powerW: 1500,
    });
    expect(read({ ...state, online: false }).heating).toBeUndefined();
  });

  it('keeps unknown modes as they are and marks those that cannot be given back', () => {
    expect(read({ ...state, mode: 'modified_auto' })).toMatchObject({
      mode: 'modified_auto',
      transientMode: true,
    });
    expect(read({ ...state, mode: 'eco' }, { ...spec, modes: ['eco', 'manual'] }).transientMode).toBe(false);
    expect(read({ ...state, mode: 'auto' }).transientMode).toBe(false);
  });

  it('takes a fault from the indicators, and no fault from their silence', () => {
    expect(read({ ...state, indicators: ['active', 'sensor_error'] }).faulty).toBe(true);
    expect(read({ ...state, indicators: ['window_open'] }).faulty).toBeUndefined();
  });

  it('says a typed error or an absent fact for any missing, extra or misfit field, never a wrong fact', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    const fields = Object.keys(stateReference) as (keyof typeof stateReference)[];
    const damage = fc.dictionary(fc.constantFrom(...fields, 'extra', 'another'), junk, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(damage, (changes) => {
        const parsed = stateSchema.safeParse({ ...stateReference, ...changes });
        if (!parsed.success) return;
        const reading = readingOf(parsed.data, spec, now);
        const { powerW, temperatureC, setpointC, maxPowerW, chargeFraction } = reading;
        for (const value of [powerW, temperatureC, setpointC, maxPowerW, chargeFraction]) {
          expect(value === undefined || Number.isFinite(value)).toBe(true);
        }
        expect(powerW === undefined || powerW >= 0).toBe(true);
        if (powerW === undefined) expect(reading.powerQuality).toBe('missing');
        const untouched = (name: string) => !(name in changes);
        if (untouched('currentTemperature') && temperatureC !== undefined && untouched('temperatureUnits')) {
          expect(temperatureC).toBe(21.5);
        }
        if (untouched('targetTemperature') && untouched('temperatureUnits')) expect(setpointC).toBe(22);
        if (untouched('maxPower')) expect(maxPowerW).toBe(2000);
        if (typeof changes['power'] === 'object') expect(powerW).toBeUndefined();
        if (typeof changes['mode'] !== 'string' && 'mode' in changes) expect(reading.mode).toBeUndefined();
        if (untouched('online')) expect(reading.online).toBe(true);
      }),
    );
  });

  it('does not take an answer for a state in which nothing of a state is', () => {
    for (const answer of [{}, { error: { code: 'NOT_FOUND' } }, [], null, 'on']) {
      expect(stateSchema.safeParse(answer).success).toBe(false);
    }
  });
});
