import fc from 'fast-check';
import currentState from '../fixtures/current-state.json';
import forecasts from '../fixtures/forecast.json';
import deviceSettings from '../fixtures/settings.json';
import { measuredAtOf, readingsOf } from './readings';
import { currentStateSchema, deviceSettingsSchema, forecastSlotSchema } from './wire';

const measuredAt = Date.UTC(2025, 0, 15, 12, 15, 12);
const state = (changes: object = {}) => currentStateSchema.parse({ ...currentState.data, ...changes });
const startsAt = Date.parse('2025-01-15T12:00:00Z');
const forecast = { startsAt, slots: forecasts.data.forecasts.map((slot) => forecastSlotSchema.parse(slot)) };
const settings = deviceSettingsSchema.parse(deviceSettings.data[0]);
const withSettings = (room: object) =>
  readingsOf(
    { state: state(), forecast: undefined, settings: deviceSettingsSchema.parse({ device_id: 'x', room }) },
    measuredAt,
  )[1]?.reading;
const celsius = {
  tank: { DHW_temperature: 47, T_loss: 0.1, T_gain: [2, 2, 2, 2], P_if_activated: [2.4, 2.9, 3.2, 3.3] },
  house: { Space_temperature: 20.5, T_natural: -0.15, T_heating: [0.6, 0.6], P_heating: [1.8, 1.8] },
};

describe('readingsOf', () => {
  it('takes the state, the forecast and the settings as the documents print them', () => {
    expect(readingsOf({ state: state(), forecast, settings }, measuredAt)).toEqual([
      {
        kind: 'DHW',
        reading: {
          measuredAt,
          temperatureC: 47,
          minC: 40,
          maxC: 50,
          powerQuality: 'missing',
          maxPowerW: 3310,
          expectedPowerW: Math.round((0.25 / 16.35) * 2380),
          activationLimitC: 45,
          coolingKPerH: undefined,
        },
      },
      {
        kind: 'room',
        reading: {
          measuredAt,
          temperatureC: undefined,
          setpointC: 21,
          minC: 19.5,
          maxC: 22.5,
          mode: 'auto',
          powerQuality: 'missing',
          maxPowerW: 1800,
          expectedPowerW: Math.round((2.04 / 8.26) * 1800),
          expectedCourse: {
            startsAt,
            powersW: [Math.round((1.86 / 5.94) * 1800), Math.round((1.74 / 5.99) * 1800)],
          },
          coolingKPerH: undefined,
        },
      },
    ]);
  });

  it('in degrees, also knows the room’s temperature and how fast the zones cool', () => {
    const [tank, room] = readingsOf(
      { state: state(celsius), forecast: undefined, settings: undefined },
      measuredAt,
    );
    expect(tank?.reading).toMatchObject({ expectedPowerW: 120, coolingKPerH: 0.4 });
    expect(room?.reading).toMatchObject({ temperatureC: 20.5, expectedPowerW: 450, coolingKPerH: 0.6 });
  });

  it('never says that power was measured', () => {
    for (const { reading } of readingsOf({ state: state(celsius), forecast, settings }, measuredAt)) {
      expect(reading).not.toHaveProperty('powerW');
      expect(reading.powerQuality).toBe('missing');
    }
  });

  it.each([
    ['nothing while the house gains heat', { T_natural: 0.2 }, 0],
    ['full power, and no more, in deep cold', { T_natural: -2 }, 1800],
    ['no statement when heating brings nothing', { T_natural: -0.15, T_heating: [0] }, undefined],
    ['no statement without levels', { T_natural: -0.15, T_heating: [] }, undefined],
    ['no statement without powers', { T_natural: -0.15, P_heating: undefined }, undefined],
  ])('expects %s', (_, house, expected) => {
    const changed = { house: { ...celsius.house, ...house } };
    const facts = { state: state({ ...celsius, ...changed }), forecast: undefined, settings: undefined };
    expect(readingsOf(facts, measuredAt)[1]?.reading.expectedPowerW).toBe(expected);
  });

  it.each(['off', 'cooling'])('expects no heating in control mode %s', (temperature_control_mode) => {
    expect(withSettings({ temperature_control_mode })).toMatchObject({ expectedPowerW: 0 });
  });

  it('NOX 3: reads the older names and letters too', () => {
    const older = { tank: { DHW_temperature: 55.5, P: [1.5, 1] }, house: { space_temperature: 20.5 } };
    const [tank, room] = readingsOf(
      { state: state(older), forecast: undefined, settings: undefined },
      measuredAt,
    );
    expect([tank?.reading.maxPowerW, room?.reading.temperatureC]).toEqual([1500, 20.5]);
  });

  it.each<[string, object | undefined, readonly number[] | undefined]>([
    ['is none where only the present quarter is stated', { Q_natural: undefined }, undefined],
    ['is none where only the present quarter has a house', undefined, undefined],
    ['has 0 W in a quarter in which the house gains heat', { Q_natural: 0.4 }, [564, 0]],
    ['is in degrees where it is stated in degrees', { T_natural: -0.1, T_heating: [0.4] }, [564, 450]],
  ])('a forecast %s', (_, changed, powersW) => {
    const [first, second] = forecast.slots;
    const house = changed && { ...second!.house, ...changed };
    const slots = [first!, forecastSlotSchema.parse({ ...second, house })];
    const [, room] = readingsOf({ state: state(), forecast: { startsAt, slots }, settings }, measuredAt);
    expect(room?.reading.expectedCourse).toEqual(powersW && { startsAt, powersW });
  });

  it('ends a forecast before the first quarter that is not stated', () => {
    const [first, second] = forecast.slots;
    const slots = [first!, second!, forecastSlotSchema.parse({ ...second, house: {} }), second!];
    const [, room] = readingsOf({ state: state(), forecast: { startsAt, slots }, settings }, measuredAt);
    expect(room?.reading.expectedCourse?.powersW).toHaveLength(2);
  });

  it('knows of no course of a house that is not heated', () => {
    const off = deviceSettingsSchema.parse({ device_id: 'x', room: { temperature_control_mode: 'off' } });
    const [, room] = readingsOf({ state: state(), forecast, settings: off }, measuredAt);
    expect(room?.reading).toMatchObject({ expectedPowerW: 0 });
    expect(room?.reading.expectedCourse).toBeUndefined();
  });

  it('NOX 5: reads numbers that come as texts, and no text that is more than a number', () => {
    const texts = { tank: { DHW_temperature: '47.5', T_loss: '0.1' }, house: { Space_temperature: '20 C' } };
    const [tank, room] = readingsOf(
      { state: state(texts), forecast: undefined, settings: undefined },
      measuredAt,
    );
    expect(tank?.reading).toMatchObject({ temperatureC: 47.5, coolingKPerH: 0.4 });
    expect(room?.reading.temperatureC).toBeUndefined();
  });

  it('NOX 4: takes room bounds for offsets and tank bounds for degrees', () => {
    expect(
      withSettings({ preferred_temperature: 21, temperature_lower_bound: 1.5, temperature_upper_bound: 2 }),
    ).toMatchObject({ minC: 19.5, maxC: 23 });
    expect(
      withSettings({ preferred_temperature: 21, temperature_lower_bound: 18, temperature_upper_bound: 23 }),
    ).toMatchObject({ minC: 18, maxC: 23 });
    for (const room of [
      { temperature_lower_bound: 1.5, temperature_upper_bound: 2 },
      { preferred_temperature: 21, temperature_lower_bound: 1.5, temperature_upper_bound: 23 },
      { preferred_temperature: 21, temperature_lower_bound: 0, temperature_upper_bound: 0 },
    ])
      expect(withSettings(room)?.minC).toBeUndefined();
  });

  it('does not believe tank bounds that are the wrong way round', () => {
    const dhw = { temperature_upper_bound: 40, temperature_lower_bound: 50 };
    const odd = deviceSettingsSchema.parse({ device_id: 'x', dhw });
    const [tank] = readingsOf({ state: state(), forecast: undefined, settings: odd }, measuredAt);
    expect([tank?.reading.minC, tank?.reading.maxC]).toEqual([undefined, undefined]);
  });

  it('lists only the zones that the model has', () => {
    const zonesOf = (changes: object) =>
      readingsOf({ state: state(changes), forecast, settings }, measuredAt).map(({ kind }) => kind);
    expect(zonesOf({ tank: null })).toEqual(['room']);
    expect(zonesOf({ house: 'none' })).toEqual(['DHW']);
    expect(zonesOf({ tank: undefined, house: undefined })).toEqual([]);
  });

  it('takes fields of a wrong type, missing or extra, as no statement and nothing else', () => {
    const tankFields = Object.keys(celsius.tank);
    const houseFields = Object.keys(celsius.house);
    fc.assert(
      fc.property(
        fc.constantFrom(...tankFields, ...houseFields),
        fc.oneof(fc.anything(), fc.double(), fc.array(fc.double())),
        (field, odd) => {
          const tank = tankFields.includes(field) ? { ...celsius.tank, [field]: odd } : celsius.tank;
          const house = houseFields.includes(field) ? { ...celsius.house, [field]: odd } : celsius.house;
          const facts = { state: state({ tank, house }), forecast: undefined, settings: undefined };
          for (const { reading } of readingsOf(facts, measuredAt)) {
            const { expectedPowerW, maxPowerW, coolingKPerH, temperatureC } = reading;
            for (const fact of [expectedPowerW, maxPowerW, coolingKPerH])
              expect(fact === undefined || (!Number.isNaN(fact) && fact >= 0)).toBe(true);
            if (expectedPowerW !== undefined) expect(expectedPowerW).toBeLessThanOrEqual(maxPowerW ?? -1);
            expect(temperatureC === undefined || (temperatureC >= -60 && temperatureC <= 120)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('measuredAtOf', () => {
  it('NOX 6: takes the model’s time stamp as UTC, never later than now', () => {
    expect(measuredAtOf(state(), measuredAt + 1000)).toBe(measuredAt);
    expect(measuredAtOf(state(), measuredAt - 60_000)).toBe(measuredAt - 60_000);
  });
  it('does not know when a time stamp is unreadable or lies in the future', () => {
    expect(measuredAtOf(state({ timestamp: 'today' }), measuredAt)).toBeUndefined();
    expect(measuredAtOf(state(), measuredAt - 16 * 60_000)).toBeUndefined();
  });
});
