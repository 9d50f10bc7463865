import fc from 'fast-check';
import devices from '../fixtures/devices.json';
import { deviceOf } from './devices';
import { deviceSchema } from './wire';

const now = Date.UTC(2026, 0, 15, 16);
const [first, second] = devices.data;
const map = (changes: object = {}, unit: unknown = 'kWh', mayBeSteered = true) =>
  deviceOf({ device: deviceSchema.parse({ ...first, ...changes }), capacityUnit: unit }, mayBeSteered, now);
const readyStatus = {
  canActivate: true,
  inActiveAction: false,
  reason: 'Device is ready to receive an action.',
};

describe('deviceOf', () => {
  it('takes a device as the document prints it', () => {
    const reading = { measuredAt: now, powerQuality: 'missing', vendorStatus: readyStatus };
    expect(map()).toEqual({
      vendorDeviceId: '01a5c222-5b76-4531-b587-5deeb81a3db3',
      vendorUserId: 'user_4',
      kind: 'heat_pump',
      name: 'nibe model_g',
      brand: 'nibe',
      model: 'model_g',
      vendorType: 'heat_pump',
      country: 'BE',
      vendorControl: true,
      steeringEnabled: true,
      steerable: true,
      learningPeriodEnded: undefined,
      needsReauthentication: false,
      maxCyclesPerDay: 8,
      legionella: { frequencyPerWeeks: 1, capacityWh: 20_000, durationMinutes: 60 },
      zones: [
        { kind: 'DHW', reading },
        { kind: 'room', reading },
      ],
    });
  });

  it('NOX 10: lists a device without a country', () => {
    const device = deviceOf({ device: deviceSchema.parse(second), capacityUnit: 'kWh' }, true, now);
    expect(device).toMatchObject({
      country: undefined,
      maxCyclesPerDay: 6,
      legionella: { frequencyPerWeeks: 2 },
    });
  });

  it('reads capacities in the unit that the page states, and in no other', () => {
    expect(map({}, 'Wh').legionella?.capacityWh).toBe(20);
    expect(map({}, 'MJ').legionella).toEqual({
      frequencyPerWeeks: 1,
      capacityWh: undefined,
      durationMinutes: 60,
    });
  });

  it('tells "no limit stated" from "no cycle allowed"', () => {
    expect(map({ cycle_config: undefined }).maxCyclesPerDay).toBeUndefined();
    expect(map({ cycle_config: { max_cycles_per_day: 0 } }).maxCyclesPerDay).toBe(0);
  });

  it('NOX 1: takes steerable_status as absent when it is (Full Control), with both zones', () => {
    const device = map({ steerable_status: undefined });
    expect(device).toMatchObject({ steeringEnabled: undefined, steerable: undefined });
    expect(device.zones).toEqual([{ kind: 'DHW' }, { kind: 'room' }]);
  });

  it('lists only the zones that a status names: an air-to-air pump has no tank', () => {
    const { room } = first?.steerable_status ?? {};
    expect(map({ steerable_status: { room, DHW: null } }).zones.map(({ kind }) => kind)).toEqual(['room']);
  });

  it('keeps the learning period and the vendor’s type where they are told', () => {
    expect(map({ learning_period_ended: false, model_type: 'air-to-water' })).toMatchObject({
      learningPeriodEnded: false,
      vendorType: 'air-to-water',
    });
    expect(map({ device_type: 'pv' })).toMatchObject({ kind: 'unknown', vendorControl: false });
  });

  it('says that there is no vendor control where the unpublished schedule may not be used', () => {
    expect(map({}, 'kWh', false)).toMatchObject({ vendorControl: false, steerable: true });
  });

  it('takes a field of a wrong type, missing or extra, as no statement and nothing else', () => {
    const fields = Object.keys(first ?? {}).filter((field) => field !== 'device_id');
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.anything(), fc.anything(), (field, odd, extra) => {
        const device = map({ [field]: odd, extra });
        expect(device.vendorDeviceId).toBe(first?.device_id);
        expect(device.name).toBeTruthy();
        for (const flag of [device.steerable, device.steeringEnabled, device.needsReauthentication])
          expect([true, false, undefined]).toContain(flag);
        for (const fact of [
          device.maxCyclesPerDay,
          device.legionella?.frequencyPerWeeks,
          device.legionella?.capacityWh,
        ])
          expect(fact === undefined || (Number.isFinite(fact) && fact >= 0)).toBe(true);
        for (const { reading } of device.zones)
          expect([true, false, undefined]).toContain(reading?.vendorStatus?.canActivate);
      }),
    );
  });

  it('drops a zone status that cannot be read, and keeps the zone', () => {
    const status = { DHW: { can_activate_action: 'perhaps' }, room: first?.steerable_status.room };
    expect(map({ steerable_status: status }).zones).toEqual([
      { kind: 'DHW' },
      { kind: 'room', reading: expect.objectContaining({ vendorStatus: readyStatus }) },
    ]);
  });
});
