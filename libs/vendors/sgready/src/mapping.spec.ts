import fc from 'fast-check';
import { minuteMs } from '@warmshift/domain';
import fixture from '../fixtures/devices.json';
import { deviceOf, localReason, readingOf, siteOf } from './mapping';
import { deviceSchema, stateSchema } from './wire';

const now = Date.UTC(2026, 0, 15, 16);
const [first, second] = fixture.devices.map((device) => deviceSchema.parse(device));
if (first === undefined || second === undefined) throw new Error('the fixture has two devices');
const withState = (changes: Record<string, unknown>) =>
  deviceSchema.parse({ ...fixture.devices[0], state: { ...fixture.devices[0]?.state, ...changes } });

describe('deviceOf', () => {
  it('S1: is one heat pump with one zone, tank or not', () => {
    expect(deviceOf(first, now)).toMatchObject({
      vendorDeviceId: 'hp-1',
      vendorSiteId: 'home-4',
      kind: 'heat_pump',
      name: 'Mill Lane 4',
      brand: 'Own make',
      model: 'A7',
      country: 'BE',
      online: true,
      faulty: false,
      vendorControl: true,
      steeringEnabled: true,
      ratedPowerW: 2400,
      zones: [{ kind: 'room' }],
    });
  });

  it('says that its owner allows no steering, and nothing where nobody says', () => {
    expect(deviceOf(second, now).steeringEnabled).toBe(false);
    expect(deviceOf(deviceSchema.parse({ id: 'x' }), now).steeringEnabled).toBeUndefined();
  });

  it('is a device without a reading when its state cannot be used', () => {
    const device = deviceOf(deviceSchema.parse({ id: 7, state: 'away' }), now);
    expect(device).toMatchObject({
      vendorDeviceId: '7',
      name: '7',
      zones: [{ kind: 'room', reading: undefined }],
    });
  });
});

describe('siteOf', () => {
  it('is the home, where one is named', () => {
    expect(siteOf(first)).toEqual({
      vendorSiteId: 'home-4',
      name: 'Mill Lane 4',
      timeZone: 'Europe/Brussels',
      country: 'BE',
    });
    expect(siteOf(deviceSchema.parse({ id: 'x' }))).toBeUndefined();
  });
});

describe('readingOf', () => {
  it('is what the device measured, in °C and W', () => {
    expect(readingOf(first, now)).toEqual({
      measuredAt: now - 2 * minuteMs,
      online: true,
      faulty: false,
      temperatureC: 20.6,
      setpointC: 20.5,
      mode: 'SG-Ready 2',
      powerW: 1900,
      powerQuality: 'reported',
      maxPowerW: 2400,
      heating: true,
      vendorStatus: { canActivate: true, inActiveAction: false, reason: undefined },
    });
  });

  it('tells an override, and reads instants in any zone', () => {
    expect(readingOf(second, now)).toMatchObject({
      measuredAt: now - 3 * minuteMs,
      vendorStatus: { canActivate: false, inActiveAction: true },
    });
  });

  it.each([
    ['is not there', undefined],
    ['is no instant', 'yesterday'],
    ['has no zone', '2026-01-15T15:58:00'],
    ['lies ahead', '2026-01-15T16:02:01Z'],
  ])('is nothing when updated_at %s', (_name, updated_at) => {
    expect(readingOf(withState({ updated_at }), now)).toBeUndefined();
  });

  it('is dated now when the clock of the device is a little ahead', () => {
    expect(readingOf(withState({ updated_at: '2026-01-15T16:01:00Z' }), now)?.measuredAt).toBe(now);
  });

  it.each([
    ['power', -1, { powerW: undefined, powerQuality: 'missing' }],
    ['room_temperature', 850, { temperatureC: undefined }],
    ['room_setpoint', '20.5', { setpointC: 20.5 }],
    ['sg_ready', 5, { mode: undefined }],
  ])('%s = %j', (field, value, expected) => {
    expect(readingOf(withState({ [field]: value }), now)).toMatchObject(expected);
  });

  it('never tells a wrong fact, whatever fields are missing, extra or of another type', () => {
    const state = fixture.devices[0]?.state ?? {};
    const anything = fc.oneof(fc.anything(), fc.constantFrom(undefined, null, '', 'on', -1, 1e9, [], {}));
    const broken = fc.dictionary(fc.constantFrom(...Object.keys(state), 'weather'), anything);
    const facts = readingOf(first, now);
    fc.assert(
      fc.property(broken, (changes) => {
        const wire = stateSchema.safeParse({ ...state, ...changes });
        const reading = readingOf(withState(changes), now);
        expect(reading === undefined).toBe(!wire.success || wire.data.updated_at > now + 2 * minuteMs);
        for (const field of ['temperatureC', 'setpointC', 'powerW'] as const) {
          const value = reading?.[field];
          const wireField = { temperatureC: 'room_temperature', setpointC: 'room_setpoint', powerW: 'power' }[
            field
          ];
          if (value !== undefined && !(wireField in changes)) expect(value).toBe(facts?.[field]);
          if (value !== undefined) expect(Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });
});

describe('localReason', () => {
  it.each([
    [{ local_sg_ready: 2, disinfecting: false }, undefined],
    [{ local_sg_ready: 2, disinfecting: undefined }, undefined],
    [{ local_sg_ready: 2, disinfecting: true }, 'The tank is being disinfected.'],
    [{ local_sg_ready: 4, disinfecting: false }, 'The device itself asks for SG-Ready state 4.'],
    [{ local_sg_ready: undefined, disinfecting: false }, 'The device does not say in which state it is.'],
  ] as const)('%j: %s', (state, reason) => {
    expect(localReason(state)).toBe(reason);
  });
});
