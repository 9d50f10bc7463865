import fc from 'fast-check';
import homesList from '../fixtures/homes.list.json';
import roomsList from '../fixtures/rooms.list.json';
import { deviceOf, readingOf, siteOf } from './mapping';
import { settingsSchema } from './settings';
import { homeSchema, roomSchema } from './wire';

/** The document's sensors reported at this instant; the clock stands a minute later. */
const measuredAt = 1389950790_000;
const now = measuredAt + 60_000;
const rated = settingsSchema.parse({
  ratedPowerW: { '5502': 1500 },
  defaultRatedPowerW: 2000,
  country: 'LV',
});
const unrated = settingsSchema.parse({});
const [bedroom, livingRoom] = roomsList.rooms;
const nightHome = homeSchema.parse(roomsList.home);
const room = (changes: object = {}, base: object = bedroom ?? {}) =>
  roomSchema.parse({ ...base, ...changes });
const home = (mode: string) => homeSchema.parse({ id: 200, mode });

describe('siteOf', () => {
  it('takes a home as the document prints it', () => {
    const [printed] = homesList.homes;
    expect(siteOf(homeSchema.parse(printed), rated)).toEqual({
      vendorSiteId: '200',
      name: 'My Home',
      timeZone: undefined,
      country: 'LV',
    });
  });
  it('believes a time zone only when it is one', () => {
    const settings = settingsSchema.parse({ timeZone: 'Europe/Riga' });
    const zoneOf = (time_zone: unknown) => siteOf(homeSchema.parse({ id: 1, time_zone }), settings).timeZone;
    expect(zoneOf('Europe/Bucharest')).toBe('Europe/Bucharest');
    expect(zoneOf('Mars/Olympus')).toBe('Europe/Riga');
    expect(zoneOf('+02:00')).toBe('Europe/Riga');
    expect(zoneOf(undefined)).toBe('Europe/Riga');
  });
});

describe('deviceOf', () => {
  it('takes a room as the document prints it', () => {
    expect(deviceOf(room(), nightHome, '200', rated, now)).toEqual({
      vendorDeviceId: '5502',
      vendorSiteId: '200',
      kind: 'room_thermostat',
      name: 'Bedroom',
      vendorType: 'room',
      country: 'LV',
      online: true,
      faulty: false,
      readOnly: false,
      vendorControl: true,
      steerable: true,
      ratedPowerW: 1500,
      batteryFraction: 0.35,
      zones: [
        {
          kind: 'room',
          reading: {
            measuredAt,
            online: true,
            faulty: false,
            temperatureC: 20.1,
            setpointC: 10,
            minC: 10,
            maxC: 25,
            stepC: 0.5,
            mode: 'NIGHT',
            transientMode: false,
            powerW: 0,
            powerQuality: 'estimated',
            maxPowerW: 1500,
            heating: false,
            vendorStatus: { canActivate: true, inActiveAction: false, reason: undefined },
          },
        },
      ],
    });
  });

  it('imports a room without a rating, with no word on power, and does not steer it', () => {
    const device = deviceOf(room(), home('DAY'), '200', unrated, now);
    expect(device).toMatchObject({ vendorControl: true, steerable: false, ratedPowerW: undefined });
    const reading = device.zones[0]?.reading;
    expect(reading).toMatchObject({ powerQuality: 'missing', temperatureC: 20.1 });
    expect(reading?.powerW).toBeUndefined();
    expect(reading?.heating).toBeUndefined();
    expect(reading?.vendorStatus?.reason).toMatch(/No rated electric power/);
  });

  it('takes a rating of 0 as "not electric"', () => {
    const settings = settingsSchema.parse({ ratedPowerW: { '5502': 0 }, defaultRatedPowerW: 2000 });
    const device = deviceOf(room(), home('DAY'), '200', settings, now);
    expect(device).toMatchObject({ steerable: false, ratedPowerW: 0 });
    expect(device.zones[0]?.reading).toMatchObject({ powerW: 0, heating: false });
  });

  it.each([true, 1, 'true', 'maybe'])('never steers water (is_water: %p)', (is_water) => {
    const device = deviceOf(room({ is_water }), home('DAY'), '200', rated, now);
    expect(device).toMatchObject({ kind: 'unknown', vendorControl: false, steerable: false });
    expect(device.zones[0]?.reading).toMatchObject({
      powerQuality: 'missing',
      vendorStatus: { canActivate: false },
    });
  });

  it('I13: reads battery as a fraction, and nothing else as one', () => {
    const batteryOf = (battery: unknown) =>
      deviceOf(room({ device: { battery, last_data: 1389950790 } }), home('DAY'), '200', rated, now)
        .batteryFraction;
    expect(batteryOf(0.35)).toBe(0.35);
    expect(batteryOf('0.8')).toBe(0.8);
    expect(batteryOf(35)).toBeUndefined();
    expect(batteryOf(null)).toBeUndefined();
  });
});

describe('readingOf', () => {
  const reading = (changes: object, mode = 'DAY', at = now) =>
    readingOf(room(changes), home(mode), rated, at);

  it.each([
    ['DAY', 23.6, false],
    ['NIGHT', 10, false],
    ['ECO', 16.3, false],
    ['eco', 16.3, false],
    ['TEMP', 16.1, true],
    ['BOOST', undefined, true],
    ['OFFLINE', undefined, true],
    ['123', undefined, true],
  ])('I7: shows the setpoint of mode %s', (mode, setpointC, transientMode) => {
    expect(reading({}, mode)).toMatchObject({ setpointC, transientMode, mode });
  });

  it('I9: does not take ECO for cooler than DAY', () => {
    const eco = readingOf(roomSchema.parse(livingRoom), home('ECO'), rated, now);
    const day = readingOf(roomSchema.parse(livingRoom), home('DAY'), rated, now);
    expect([eco?.setpointC, day?.setpointC]).toEqual([22, 21.6]);
  });

  it('I11: lets the room’s own mode win over the home’s', () => {
    expect(reading({ mode: 'ECO' })).toMatchObject({ mode: 'ECO', setpointC: 16.3 });
  });

  it.each([
    [21, 1500, true],
    [23.5, 1500, true],
    [23.6, 0, false],
    [23.7, 0, false],
  ])('estimates the power at %d °C and a setpoint of 23.6 °C', (temperature, powerW, heating) => {
    expect(reading({ temperature })).toMatchObject({ powerW, heating, powerQuality: 'estimated' });
  });

  it('calls the estimate stale after 15 minutes and the sensor gone after 30', () => {
    expect(reading({}, 'DAY', measuredAt + 15 * 60_000)).toMatchObject({
      powerQuality: 'estimated',
      online: true,
    });
    expect(reading({}, 'DAY', measuredAt + 15 * 60_000 + 1)).toMatchObject({
      powerQuality: 'stale',
      online: true,
    });
    expect(reading({}, 'DAY', measuredAt + 30 * 60_000 + 1)).toMatchObject({
      powerQuality: 'stale',
      online: false,
    });
  });

  it('I14: says nothing when nobody knows how old it is', () => {
    for (const last_data of [null, 'yesterday', 0, -1, (now + 121_000) / 1000, now])
      expect(reading({ device: { last_data } })).toBeUndefined();
    expect(reading({ device: undefined })).toBeUndefined();
    expect(reading({ device: { last_data: (now + 60_000) / 1000 } })?.measuredAt).toBe(now);
  });

  it('reads numbers and booleans written as text', () => {
    const texts = { temperature: '20.1', read_only: '0', device: { faulty: 1, last_data: '1389950790' } };
    expect(reading(texts)).toMatchObject({ temperatureC: 20.1, faulty: true, measuredAt });
  });

  it('takes a field of a wrong type, missing or extra, as no statement and nothing else', () => {
    const fields = [
      'temperature',
      'min_temperature',
      'max_temperature',
      'set_temperature',
      'read_only',
      'name',
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.anything(), fc.anything(), (field, odd, extra) => {
        const device = deviceOf(room({ [field]: odd, extra }), home('DAY'), '200', rated, now);
        const shown = device.zones[0]?.reading;
        expect(shown?.measuredAt).toBe(measuredAt);
        for (const value of [shown?.temperatureC, shown?.setpointC, shown?.minC, shown?.maxC])
          expect(value === undefined || (Number.isFinite(value) && value >= -60 && value <= 120)).toBe(true);
        if (shown?.setpointC === undefined || shown.temperatureC === undefined)
          expect(shown).toMatchObject({ powerQuality: 'missing' });
        expect([true, false, undefined]).toContain(device.readOnly);
        expect(device.name).toBeTruthy();
      }),
    );
  });
});
