import { minuteMs } from '@warmshift/domain';
import type { HeatPumpDevice } from '../../world/heat-pump-device';
import { TestSandbox, type Answer } from '../../testing';

const auto = Array.from({ length: 96 }, () => 'auto');
const offFor = (slots: number) => auto.map((_, slot) => (slot < slots ? 'off' : 'auto'));
const onFor = (slots: number) => auto.map((_, slot) => (slot < slots ? 'on' : 'auto'));

describe('the NOX cloud', () => {
  let sandbox: TestSandbox;

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ nox: 40 });
  });
  afterAll(() => sandbox.close());
  beforeEach(() => sandbox.call('/control/reset-faults', { json: {} }));

  function call(path: string, json?: unknown, method?: string): Promise<Answer> {
    const headers = { 'x-api-key': sandbox.sandbox.credentials.nox.apiKey };
    return sandbox.call(`/nox/v1${path}`, { headers, json, ...(method ? { method } : {}) });
  }

  const pumps = () => sandbox.sandbox.world.fleet.nox;
  const idOf = (pump: HeatPumpDevice) => pump.identity.vendorDeviceId;
  const steerable = () =>
    pumps().find(
      ({ settings, traits }) =>
        settings.optimization_settings.flex_trading &&
        !traits.needsReauthentication &&
        traits.learningPeriodEnded,
    )!;
  const submit = (pump: HeatPumpDevice, schedule: unknown, start_time?: string) =>
    call('/device/thermal-control/schedule', { device_id: idOf(pump), start_time, schedule });

  it('wants the key', async () => {
    expect((await sandbox.call('/nox/v1/devices')).status).toBe(401);
  });

  it('lists every device once over pages until the token is null', async () => {
    const ids: string[] = [];
    let token: string | null = null;
    do {
      const query: string = token === null ? '' : `&next_token=${encodeURIComponent(token)}`;
      const page = (await call(`/devices?limit=15${query}`)).body as DevicePage;
      expect(page.meta).toMatchObject({ capacity_unit: 'kWh' });
      ids.push(...page.data.map((device) => device.device_id));
      token = page.meta.next_token;
    } while (token !== null);
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
  });

  it('shows a device as the documents do', async () => {
    const pump = pumps().find((p) => p.traits.legionella && p.traits.country)!;
    const { data } = (await call(`/devices?device_id=${idOf(pump)}`)).body as DevicePage;
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      device_type: 'heat_pump',
      country: pump.traits.country,
      legionella_config: { frequency_per_weeks: expect.any(Number) as number },
      cycle_config: { max_cycles_per_day: pump.identity.maxCyclesPerDay },
    });
  });

  it.each([
    ['steering_enabled=true', (p: HeatPumpDevice) => p.settings.optimization_settings.flex_trading],
    ['needs_reauthentication=true', (p: HeatPumpDevice) => p.traits.needsReauthentication],
    ['needs_reauthentication=false', () => true],
    ['learning_period_ended=false', (p: HeatPumpDevice) => !p.traits.learningPeriodEnded],
    ['user_id=user_3', (p: HeatPumpDevice) => p.traits.userId === 'user_3'],
  ])('filters by %s', async (query, wanted) => {
    const { data } = (await call(`/devices?${query}`)).body as DevicePage;
    expect(data.map((device) => device.device_id)).toEqual(pumps().filter(wanted).map(idOf).sort());
  });

  it('projects to the steerable status alone', async () => {
    const { data } = (await call('/devices?steerable_status=true&limit=1')).body as DevicePage;
    expect(Object.keys(data[0]!)).toEqual(['device_id', 'steerable_status']);
  });

  it('says what is wrong with a parameter in the documented shape', async () => {
    expect(await call('/devices?limit=5000')).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['query', 'limit'] }] },
    });
  });

  it('gives the state of the last quarter hour in both units, with naive UTC stamps', async () => {
    const pump = steerable();
    const path = `/device/thermal-control/current-state?device_id=${idOf(pump)}`;
    const kwh = (await call(path)).body as CurrentState;
    expect(kwh.data.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:(00|15|30|45):\d\d$/);
    expect(kwh.data.tank).toMatchObject({
      Y: expect.any(Number) as number,
      Q_gain: { length: 4 },
      P_if_activated: { length: 4 },
    });
    expect(kwh.data.house).toMatchObject({ Q_heating: { length: 8 }, P_heating: { length: 8 } });
    const celsius = (await call(`${path}&unit=celsius`)).body as CurrentState;
    expect(celsius.data.house['Space_temperature']).toBeCloseTo(pump.snapshot.roomC, 1);
    expect(celsius.data.tank['DHW_temperature']).toBe(kwh.data.tank['DHW_temperature']);
    expect(celsius.data.house['P_heating']).toEqual(kwh.data.house['P_heating']);
    expect(celsius.data.tank).not.toHaveProperty('Y');
  });

  it('forecasts a day in quarter hours, with bounds and the activation limit', async () => {
    const pump = steerable();
    const path = `/device/thermal-control/forecast?device_id=${idOf(pump)}&unit=celsius`;
    const { data } = (await call(path)).body as { data: { forecasts: { tank: object; house: object }[] } };
    expect(data.forecasts).toHaveLength(96);
    expect(data.forecasts[0]).toMatchObject({
      tank: {
        lowerbound_X: expect.any(Number) as number,
        tank_activation_limit_temp: Math.round(pump.activationLimitC * 10) / 10,
      },
      house: {
        upperbound_Z: pump.settings.room.preferred_temperature + pump.settings.room.temperature_upper_bound,
      },
    });
  });

  it('starts a schedule at the next quarter, marks its circuits, and one of all auto ends it at its own start', async () => {
    const pump = steerable();
    await sandbox.move(7 * minuteMs);
    const { body } = await submit(pump, { DHW: auto, room: offFor(4) });
    const start = Math.ceil(sandbox.clock.now() / (15 * minuteMs)) * 15 * minuteMs;
    expect(body).toMatchObject({
      status: 'success',
      message: 'Schedule submitted successfully',
      meta: {
        schedule_granularity: '15min',
        timezone: 'UTC',
        start_time: new Date(start).toISOString().replace('.000Z', 'Z'),
      },
    });
    expect(await statusOf(pump)).toMatchObject({ room: { in_active_action: false } });
    await sandbox.move(start - sandbox.clock.now() + minuteMs);
    expect(await statusOf(pump)).toMatchObject({
      room: { in_active_action: true, can_activate_action: false },
      DHW: { in_active_action: false },
    });
    await submit(pump, { DHW: auto, room: auto });
    expect(await statusOf(pump)).toMatchObject({ room: { in_active_action: true } });
    await sandbox.move(15 * minuteMs);
    expect(await statusOf(pump)).toMatchObject({ room: { in_active_action: false } });
  });

  it('replaces a schedule as a whole, and starts exactly on a given quarter', async () => {
    const pump = steerable();
    await submit(pump, { DHW: offFor(4), room: auto });
    await submit(pump, { DHW: auto, room: offFor(2) }, '2026-01-15T20:00:00Z');
    expect(pump.schedule!.startsAt).toBe(Date.UTC(2026, 0, 15, 20));
    expect(pump.schedule!.words.DHW.every((word) => word === 'auto')).toBe(true);
  });

  it.each([
    ['hot water for more than an hour', { DHW: onFor(5), room: auto }, 'DHW', /consecutive/],
    ['too few slots', { DHW: auto, room: ['off'] }, 'room', /96 items/],
    ['an unknown word', { DHW: auto.map(() => 'warm'), room: auto }, 'DHW', /Slot 0/],
    ['a missing circuit', { DHW: auto }, 'room', /list of 96/],
  ])('refuses %s', async (_what, schedule, zone, message) => {
    const { status, body } = await submit(steerable(), schedule);
    expect(status).toBe(422);
    const [detail] = (body as { detail: { loc: string[]; msg: string }[] }).detail;
    expect(detail!.loc).toEqual(['body', 'schedule', zone]);
    expect(detail!.msg).toMatch(message);
  });

  it('steers nobody without flex_trading, which excludes the customer’s own optimisations', async () => {
    const pump = steerable();
    const patch = (settings: object) =>
      call('/devices/settings', { user_id: pump.traits.userId, device_id: idOf(pump), ...settings }, 'PATCH');
    expect((await patch({ optimization_settings: { dynamic_tariff: true } })).status).toBe(204);
    expect((await submit(pump, { DHW: auto, room: offFor(4) })).status).toBe(422);
    expect((await patch({ optimization_settings: { flex_trading: true } })).status).toBe(204);
    const { data } = (await call(`/devices/settings?device_id=${idOf(pump)}`)).body as { data: object[] };
    expect(data).toMatchObject([
      {
        optimization_settings: { flex_trading: true, dynamic_tariff: false },
        room: { preferred_temperature: expect.any(Number) as number },
      },
    ]);
    expect(await patch({ dhw: { temperature_lower_bound: 10 } })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'dhw', 'temperature_lower_bound'] }] },
    });
  });

  async function statusOf(pump: HeatPumpDevice): Promise<unknown> {
    const { data } = (await call(`/devices?device_id=${idOf(pump)}`)).body as DevicePage;
    return data[0]!.steerable_status;
  }
});

interface DevicePage {
  readonly data: readonly { readonly device_id: string; readonly steerable_status: unknown }[];
  readonly meta: { readonly next_token: string | null };
}

interface CurrentState {
  readonly data: {
    readonly timestamp: string;
    readonly tank: Record<string, unknown>;
    readonly house: Record<string, unknown>;
  };
}
