import { InvalidInput } from '@warmshift/domain';
import type { ThermalDevice } from '@warmshift/fleet-sync';
import { patchOf, settingsOf } from './device-settings';
import { scheduleOrders, scheduleStart } from './schedule-orders';
import { currentState, forecasts, forecastSpan } from './thermal-model';

const deviceId = '01a5c222-5b76-4531-b587-5deeb81a3db3';
const noon = Date.parse('2026-01-15T12:00:00Z');
const device: ThermalDevice = {
  deviceId,
  settingsChangedAt: 0,
  supplierRules: {},
  ruleSettings: { restMs: 0 },
  zones: [
    { zoneId: 'tank', zone: 'DHW', measuredAt: noon, temperatureC: 47, maxPowerW: 2_380, coolingKPerH: 0.8 },
    { zoneId: 'house', zone: 'room', setpointC: 21 },
  ],
};
const slots = (from: number, to: number, word: 'decrease' | 'increase') =>
  Array.from({ length: 96 }, (_, index) => (index >= from && index < to ? word : ('none' as const)));

function fieldsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ field }) => field);
    throw error;
  }
  return [];
}

describe('a schedule', () => {
  it.each([
    ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z'],
    ['2026-01-15T12:00:01Z', '2026-01-15T12:15:00Z'],
  ])('asked for %s starts at %s', (asked, starts) => {
    expect(scheduleStart(Date.parse(asked), 0)).toBe(Date.parse(starts));
  });

  it('without a start begins with the next quarter of an hour', () => {
    expect(scheduleStart(undefined, noon)).toBe(noon + 15 * 60_000);
  });

  it('is one order per stretch of equal slots', () => {
    const body = { device_id: deviceId, room: slots(4, 8, 'decrease'), DHW: slots(94, 96, 'increase') };
    expect(scheduleOrders(body, device, noon).map(({ field, order }) => [field, order])).toEqual([
      ['DHW.94', expect.objectContaining({ direction: 'increase', endsAt: '2026-01-16T12:00:00.000Z' })],
      ['room.4', expect.objectContaining({ startsAt: '2026-01-15T13:00:00.000Z', direction: 'decrease' })],
    ]);
  });

  it('heats a tank for an hour at most', () => {
    const of = (to: number) => () =>
      scheduleOrders({ device_id: deviceId, DHW: slots(0, to, 'increase') }, device, noon);
    expect(fieldsOf(of(4))).toEqual([]);
    expect(fieldsOf(of(5))).toEqual(['DHW.0']);
  });
});

describe('settings', () => {
  it('keep the other rules of the device', () => {
    const body = { device_id: deviceId, dhw: { temperature_lower_bound: 45 } };
    expect(patchOf(body, device)).toEqual({ ruleSettings: { restMs: 0, dhwFloorC: 45 } });
    expect(settingsOf(device).dhw).toEqual({ temperature_lower_bound: 40, temperature_upper_bound: 60 });
  });

  it('name everything that only the vendor could change', () => {
    const body = { device_id: deviceId, location: {}, room: { preferred_temperature: 20 } };
    expect(fieldsOf(() => patchOf(body, device)).sort()).toEqual(['location', 'room.preferred_temperature']);
  });
});

describe('thermal state and forecast', () => {
  it('leave out what nobody stated', () => {
    expect(currentState(device, 'kWh')).toEqual({
      device_id: deviceId,
      timestamp: '2026-01-15 12:00:00',
      tank: { DHW_temperature: 47, P_if_activated: [2.38] },
      house: {},
    });
  });

  it('tell bounds and rates in °C when asked', () => {
    const span = forecastSpan(noon + 1, noon + 30 * 60_000);
    const [first, ...rest] = forecasts(device, new Map(), { span, unit: 'celsius' });
    expect(rest).toHaveLength(1);
    expect(first?.tank).toMatchObject({ lowerbound_X: 40, upperbound_Z: 60, T_loss: 0.2 });
    expect(first?.house).toEqual({ lowerbound_X: 18, upperbound_Z: 23.5, Y_ideal: 21 });
  });
});
