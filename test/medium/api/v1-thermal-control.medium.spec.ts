import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey } from './api-world';

const door = '/v1/device/thermal-control';

describe('thermal control in the shapes of NOX', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const measuredAt = new Date(Date.now() - 60_000).toISOString();
  let supplierId: string;
  let known: string;
  let bare: string;
  let foreign: string;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.supplierNamed('Energy Supplier A');
    const connectionId = await world.newConnection(supplierId);
    known = await world.newDevice({
      supplierId,
      connectionId,
      columns: { vendor_user_id: 'user_4' },
      zones: {
        DHW: {
          code: 'READY',
          measured_at: measuredAt,
          temperature_c: 47,
          max_power_w: 2_380,
          cooling_k_per_h: 0.8,
          gain_k_per_h: 12,
          activation_limit_c: 45,
          expected_power_w: 400,
        },
        room: {
          code: 'READY',
          measured_at: measuredAt,
          temperature_c: 20.5,
          setpoint_c: 21,
          max_power_w: 1_800,
          cooling_k_per_h: 0.4,
        },
      },
    });
    const heating = await world.newConnection(supplierId, 'heatingcontrol');
    bare = await world.newDevice({
      supplierId,
      connectionId: heating,
      zones: { room: { measured_at: null, power_quality: 'missing' } },
    });
    const other = await world.newSupplier('Energy Supplier B');
    foreign = await world.newDevice({
      supplierId: other,
      connectionId: await world.newConnection(other),
      zones: { room: { code: 'READY' } },
    });
  });
  afterAll(() => world.stop());

  const get = (path: string) => world.as(bootstrapKey).get(path);

  describe('current-state', () => {
    it('tells temperature and power of each circuit, and no energy where the capacity is not known', async () => {
      const { body } = await get(`${door}/current-state?device_id=${known}`).expect(200);
      expect(body).toEqual({
        data: {
          device_id: known,
          timestamp: measuredAt.slice(0, 19).replace('T', ' '),
          tank: { DHW_temperature: 47, P_if_activated: [2.38] },
          house: { P_heating: [1.8] },
        },
        meta: {
          energy_supplier: 'Energy Supplier A',
          temperature_unit: 'celsius',
          power_unit: 'kW',
          timestamp_time_zone: 'UTC',
        },
      });
    });

    it('tells rates in °C per quarter of an hour when asked for celsius', async () => {
      const { body } = await get(`${door}/current-state?device_id=${known}&unit=celsius`).expect(200);
      expect(body.data.tank).toEqual({
        DHW_temperature: 47,
        T_loss: 0.2,
        T_gain: [3],
        P_if_activated: [2.38],
      });
      expect(body.data.house).toEqual({ Space_temperature: 20.5, T_natural: -0.1, P_heating: [1.8] });
    });

    it('leaves out what nobody stated', async () => {
      const { body } = await get(`${door}/current-state?device_id=${bare}&unit=celsius`).expect(200);
      expect(body.data).toEqual({ device_id: bare, house: {} });
    });
  });

  describe('forecast', () => {
    it('has one entry per quarter of an hour, with bounds of the rules', async () => {
      const { body } = await get(
        `${door}/forecast?device_id=${known}&unit=celsius&start_time=2026-01-15T12:07:00Z&end_time=2026-01-15T13:00:00Z`,
      ).expect(200);
      const entries = body.data.forecasts as { timestamp: string; tank: object; house: object }[];
      expect(entries.map(({ timestamp }) => timestamp.slice(11, 16))).toEqual([
        '12:00',
        '12:15',
        '12:30',
        '12:45',
      ]);
      expect(entries[0]?.tank).toMatchObject({
        lowerbound_X: 40,
        upperbound_Z: 60,
        P_expected: 0.4,
        tank_activation_limit_temp: 45,
      });
      expect(entries[0]?.house).toMatchObject({ lowerbound_X: 18, upperbound_Z: 23.5, Y_ideal: 21 });
    });

    it('expects nothing of a zone of which nothing is known', async () => {
      const { body } = await get(`${door}/forecast?device_id=${bare}`).expect(200);
      expect(body.data.forecasts).toHaveLength(96);
      expect(body.data.forecasts[0].house).toEqual({});
    });

    it.each([
      ['end_time', 'start_time=2026-01-15T12:00:00Z&end_time=2026-01-15T12:00:00Z'],
      ['end_time', 'start_time=2026-01-15T12:00:00Z&end_time=2026-01-19T12:00:00Z'],
      ['start_time', 'start_time=noon'],
      ['unit', 'unit=kelvin'],
    ])('names %s in %s', async (field, query) => {
      const { body } = await get(`${door}/forecast?device_id=${known}&${query}`).expect(400);
      expect(body.errors).toEqual([expect.objectContaining({ field })]);
    });
  });

  describe('schedule', () => {
    const slots = (from: number, to: number, word: string) =>
      Array.from({ length: 96 }, (_, index) => (index >= from && index < to ? word : 'none'));
    const campaigns = () => world.query<{ id: string }>('SELECT id FROM campaigns');
    const post = (body: object) => world.as(bootstrapKey).post(`${door}/schedule`, body);

    it.each([
      ['room', { room: ['none'] }, 'known'],
      ['room.0', { room: slots(0, 49, 'decrease') }, 'known'],
      ['DHW.3', { DHW: slots(3, 8, 'increase') }, 'known'],
      ['DHW', { DHW: slots(3, 5, 'increase') }, 'bare'],
      ['body', { room: slots(0, 0, 'none') }, 'known'],
      ['start_time', { room: slots(0, 4, 'decrease'), start_time: '2020-01-15T12:00:00Z' }, 'known'],
      // Never measured: the rules let nothing be done with it.
      ['room.4', { room: slots(4, 8, 'decrease') }, 'bare'],
    ] as const)('refuses it as a whole and names %s', async (field, body, of) => {
      const { body: problem } = await post({ device_id: of === 'known' ? known : bare, ...body }).expect(400);
      expect(problem.errors).toContainEqual({ field, reason: expect.any(String) });
      expect(await campaigns()).toEqual([]);
    });

    it('is not for viewers, nor for devices of others', async () => {
      const viewer = await world.newKey(supplierId, 'viewer');
      const body = { device_id: known, room: slots(4, 8, 'decrease') };
      await world.as(viewer).post(`${door}/schedule`, body).expect(403);
      await post({ ...body, device_id: foreign }).expect(404);
      expect(await campaigns()).toEqual([]);
    });

    it('becomes one campaign per stretch, once per Idempotency-Key', async () => {
      const body = { device_id: known, room: slots(4, 8, 'decrease') };
      const first = await post(body).set('idempotency-key', 'evening').expect(200);
      const again = await post(body).set('idempotency-key', 'evening').expect(200);
      expect(again.body).toEqual(first.body);
      const { campaign_ids: ids, starts_at: startsAt } = first.body.meta;
      expect(ids).toHaveLength(1);
      const { body: campaign } = await world
        .as(bootstrapKey)
        .get(`/admin/v1/campaigns/${ids[0]}`)
        .expect(200);
      expect(campaign).toMatchObject({
        direction: 'decrease',
        startsAt: new Date(Date.parse(startsAt) + 60 * 60_000).toISOString(),
        endsAt: new Date(Date.parse(startsAt) + 120 * 60_000).toISOString(),
        selection: { deviceIds: [known], zones: ['room'] },
      });
    });
  });

  describe('settings', () => {
    const path = '/v1/devices/settings';
    const patch = (body: object) => world.as(bootstrapKey).patch(path, body);

    it('are the limits that hold, and are changed within the hard ones', async () => {
      await patch({
        device_id: known,
        user_id: 'user_4',
        room: { temperature_lower_bound: 1.5, temperature_upper_bound: 1.5 },
        dhw: { temperature_lower_bound: 45 },
      }).expect(204);
      const { body } = await get(`${path}?device_id=${known}`).expect(200);
      expect(body.data).toEqual([
        {
          device_id: known,
          room: { temperature_lower_bound: 1.5, temperature_upper_bound: 1.5, preferred_temperature: 21 },
          dhw: { temperature_lower_bound: 45, temperature_upper_bound: 60 },
          optimization_settings: { flex_trading: true },
          updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
        },
      ]);
      expect(Date.now() - Date.parse(body.data[0].updated_at)).toBeLessThan(60_000);
    });

    it('are those of one device, of a user, or of all, page by page', async () => {
      const { body: all } = await get(path).expect(200);
      const ids = all.data.map(({ device_id: id }: { device_id: string }) => id);
      expect(ids).toEqual(expect.arrayContaining([known, bare]));
      expect(all.meta).toMatchObject({ next_token: null });
      const { body: first } = await get(`${path}?limit=1`).expect(200);
      const { body: rest } = await get(`${path}?limit=4000&next_token=${first.meta.next_token}`).expect(200);
      expect([...first.data, ...rest.data]).toEqual(all.data);
      const { body: ofUser } = await get(`${path}?user_id=user_4&device_id=None`).expect(200);
      expect(ofUser.data).toMatchObject([{ device_id: known }]);
      expect((await get(`${path}?user_id=nobody`).expect(200)).body.data).toEqual([]);
      await get(`${path}?device_id=no-id-of-ours`).expect(404);
    });

    it('are changed for all devices of a user, or for none', async () => {
      const { body: before } = await get(`${path}?user_id=user_4`).expect(200);
      await patch({ user_id: 'user_4', dhw: { temperature_lower_bound: 30 } }).expect(400);
      expect((await get(`${path}?user_id=user_4`)).body).toEqual(before);
      await patch({ user_id: 'user_4', device_id: null, dhw: { temperature_lower_bound: 44 } }).expect(204);
      expect((await get(`${path}?user_id=user_4`)).body.data[0].dhw.temperature_lower_bound).toBe(44);
      await patch({ user_id: 'nobody', dhw: { temperature_lower_bound: 44 } }).expect(404);
      await patch({ dhw: { temperature_lower_bound: 44 } }).expect(400);
    });

    it('are changed by the older request too', async () => {
      const post = (body: object) => world.as(bootstrapKey).post(`${door}/settings`, body);
      const { body } = await post({
        user_id: 'user_4',
        device_id: known,
        dhw: { temperature_lower_bound: 46 },
        steering_enabled: { heat_pump: false },
      }).expect(200);
      expect(body).toMatchObject({ status: 'success', message: 'Settings updated successfully.' });
      const { body: now } = await get(`${path}?device_id=${known}`).expect(200);
      expect(now.data[0]).toMatchObject({
        dhw: { temperature_lower_bound: 46 },
        optimization_settings: { flex_trading: false },
      });
      await post({ device_id: known, steering_enabled: { heat_pump: true } }).expect(200);
      await post({ device_id: known, optimization_settings: { flex_trading: true } }).expect(400);
      await post({ device_id: foreign, steering_enabled: { heat_pump: true } }).expect(404);
    });

    it('switch steering off and on', async () => {
      for (const on of [false, true]) {
        await patch({ device_id: known, optimization_settings: { flex_trading: on } }).expect(204);
        const { body } = await get(`${path}?device_id=${known}`).expect(200);
        expect(body.data[0].optimization_settings).toEqual({ flex_trading: on });
      }
    });

    it.each([
      ['room.preferred_temperature', { room: { preferred_temperature: 21 } }],
      ['room.temperature_control_mode', { room: { temperature_control_mode: 'off' } }],
      ['optimization_settings.dynamic_tariff', { optimization_settings: { dynamic_tariff: true } }],
      ['location', { location: { country: 'BE' } }],
      ['room.temperature_upper_bound', { room: { temperature_lower_bound: 1, temperature_upper_bound: 2 } }],
      ['ruleSettings.dhwFloorC', { dhw: { temperature_lower_bound: 30 } }],
      ['body', {}],
    ])('names %s when it cannot be written', async (field, body) => {
      const { body: problem } = await patch({ device_id: known, ...body }).expect(400);
      expect(problem.errors).toEqual([{ field, reason: expect.any(String) }]);
    });

    it('are not for viewers, nor of devices of others', async () => {
      const body = { device_id: known, optimization_settings: { flex_trading: false } };
      await world
        .as(await world.newKey(supplierId, 'viewer'))
        .patch(path, body)
        .expect(403);
      await patch({ ...body, device_id: foreign }).expect(404);
      await patch({ ...body, user_id: 'somebody else' }).expect(404);
      await get(`${path}?device_id=${foreign}`).expect(404);
    });
  });

  it.each(['current-state', 'forecast'])('%s does not know devices of other suppliers', async (name) => {
    await get(`${door}/${name}?device_id=${foreign}`).expect(404);
    await get(`${door}/${name}`).expect(400);
  });
});
