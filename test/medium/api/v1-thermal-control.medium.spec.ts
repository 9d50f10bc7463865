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

  it.each(['current-state', 'forecast'])('%s does not know devices of other suppliers', async (name) => {
    await get(`${door}/${name}?device_id=${foreign}`).expect(404);
    await get(`${door}/${name}`).expect(400);
  });
});
