import { testDatabase } from '../../support';
import { devicesAnswerSchema } from '../../../apps/api/src/v1/devices.dto';
import { ApiWorld, bootstrapKey } from './api-world';

const names = [
  'ready',
  'busyTank',
  'disabled',
  'optedOut',
  'gateway',
  'siteGateway',
  'reauth',
  'learning',
  'offline',
] as const;
type Name = (typeof names)[number];

describe('GET /v1/devices', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const ids = {} as Record<Name, string>;
  const nameOf = (id: string): string => names.find((name) => ids[name] === id) ?? id;

  beforeAll(async () => {
    await world.start();
    const supplierId = await world.supplierNamed('Energy Supplier A');
    const nox = await world.newConnection(supplierId);
    const expired = await world.newConnection(supplierId, 'istabai', { status: 'NEEDS_REAUTHENTICATION' });
    const optedOutSite = await world.newSite(supplierId, nox, { opted_out_at: new Date().toISOString() });
    const of = (
      connectionId: string,
      columns: Record<string, unknown>,
      zones: Record<string, Record<string, unknown>>,
    ) => world.newDevice({ supplierId, connectionId, columns, zones });
    ids.ready = await of(
      nox,
      {
        model: 'model_g',
        brand: 'nibe',
        country: 'BE',
        vendor_user_id: 'user_4',
        max_cycles_per_day: 8,
        legionella_frequency_per_weeks: 1,
        legionella_capacity_wh: 20_000,
        legionella_duration_minutes: 60,
        steering_enabled: true,
        steerable: true,
        learning_period_ended: true,
      },
      { DHW: { code: 'READY' }, room: { code: 'READY' } },
    );
    ids.busyTank = await of(
      nox,
      { brand: 'say "hi"\\ö', vendor_user_id: 'user_5', legionella_frequency_per_weeks: 2 },
      {
        DHW: { code: 'LEGIONELLA_DUE', reason: 'The "tank" is due.\nSoon.' },
        room: { code: 'IN_ACTIVE_ACTION' },
      },
    );
    ids.disabled = await of(
      nox,
      { disabled_at: new Date().toISOString() },
      { room: { code: 'STEERING_DISABLED' } },
    );
    ids.optedOut = await of(
      nox,
      { site_id: optedOutSite, online: false },
      { room: { code: 'CUSTOMER_OPT_OUT' } },
    );
    ids.gateway = await of(nox, { kind: 'gateway', vendor_control: false }, {});
    ids.siteGateway = await of(nox, { kind: 'site_gateway', vendor_control: false }, {});
    ids.reauth = await of(expired, { kind: 'heater' }, { room: { code: 'NEEDS_REAUTHENTICATION' } });
    ids.learning = await of(nox, { learning_period_ended: false }, { room: { code: 'LEARNING_PERIOD' } });
    ids.offline = await of(nox, { kind: 'room_thermostat' }, { room: { code: 'OFFLINE' } });
    await of(nox, { retired_at: new Date().toISOString() }, { room: { code: 'READY' } });
    const other = await world.newSupplier('Energy Supplier B');
    await world.newDevice({
      supplierId: other,
      connectionId: await world.newConnection(other),
      zones: { room: { code: 'READY' } },
    });
  });
  afterAll(() => world.stop());

  async function listed(query = ''): Promise<string[]> {
    const { body } = await world.as(bootstrapKey).get(`/v1/devices${query}`).expect(200);
    return devicesAnswerSchema
      .parse(body)
      .data.map((device) => nameOf(device.device_id))
      .sort();
  }
  const all = [...names].sort();
  const except = (...left: Name[]) => all.filter((name) => !left.includes(name as Name));

  it('answers a device in the words and the order of the NOX document, with reason codes', async () => {
    const { body, headers } = await world
      .as(bootstrapKey)
      .get(`/v1/devices?device_id=${ids.ready}`)
      .expect(200);
    const zone = {
      can_activate_action: true,
      in_active_action: false,
      reason: 'Device is ready to receive an action.',
      reason_code: 'READY',
    };
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      data: [
        {
          model: 'model_g',
          brand: 'nibe',
          country: 'BE',
          device_id: ids.ready,
          user_id: 'user_4',
          device_type: 'heat_pump',
          legionella_config: { frequency_per_weeks: 1, capacity: 20, duration_minutes: 60 },
          cycle_config: { max_cycles_per_day: 8 },
          steerable_status: { steering_enabled: true, steerable: true, DHW: zone, room: zone },
          needs_reauthentication: false,
        },
      ],
      meta: { energy_supplier: 'Energy Supplier A', capacity_unit: 'kWh', next_token: null },
    });
  });

  it('leaves out what is not known, and keeps texts as they are', async () => {
    const { body } = await world.as(bootstrapKey).get(`/v1/devices?device_id=${ids.busyTank}`).expect(200);
    expect(body.data).toEqual([
      {
        brand: 'say "hi"\\ö',
        device_id: ids.busyTank,
        user_id: 'user_5',
        device_type: 'heat_pump',
        legionella_config: { frequency_per_weeks: 2 },
        steerable_status: {
          steering_enabled: true,
          steerable: true,
          DHW: {
            can_activate_action: false,
            in_active_action: false,
            reason: 'The "tank" is due.\nSoon.',
            reason_code: 'LEGIONELLA_DUE',
          },
          room: {
            can_activate_action: false,
            in_active_action: true,
            reason: 'IN_ACTIVE_ACTION',
            reason_code: 'IN_ACTIVE_ACTION',
          },
        },
        needs_reauthentication: false,
      },
    ]);
  });

  it('lists gateways without zones as not steerable, with the reason', async () => {
    const { body } = await world.as(bootstrapKey).get(`/v1/devices?device_id=${ids.siteGateway}`).expect(200);
    expect(body.data[0]).toMatchObject({ user_id: null, device_type: 'site_gateway' });
    expect(body.data[0].steerable_status).toEqual({
      steering_enabled: false,
      steerable: false,
      reason: "The vendor's interface cannot steer this device.",
      reason_code: 'NO_VENDOR_CONTROL',
    });
  });

  it.each<[string, string[]]>([
    ['', all],
    ['?limit=4000', all],
    ['?steering_enabled=true', except('disabled', 'optedOut', 'gateway', 'siteGateway')],
    ['?steering_enabled=false', all],
    ['?steerable=true', ['busyTank', 'disabled', 'learning', 'ready']],
    ['?steerable=True&steering_enabled=true', ['busyTank', 'learning', 'ready']],
    ['?steerable=false', all],
    ['?needs_reauthentication=true', ['reauth']],
    ['?needs_reauthentication=false', all],
    ['?needs_reauthentication=null', all],
    ['?learning_period_ended=true', except('learning')],
    ['?learning_period_ended=false', ['learning']],
    ['?learning_period_ended=', all],
    ['?user_id=user_4', ['ready']],
    ['?user_id=nobody', []],
    ['?device_id=not-one-of-ours', []],
    ['?next_token=', all],
    ['?something_else=1', all],
  ])('takes %s', async (query, expected) => expect(await listed(query)).toEqual(expected));

  it('tells only ids and statuses with steerable_status=true, of every device', async () => {
    const { body } = await world.as(bootstrapKey).get('/v1/devices?steerable_status=true').expect(200);
    expect(body.data).toHaveLength(names.length);
    for (const device of body.data) expect(Object.keys(device)).toEqual(['device_id', 'steerable_status']);
  });

  it('pages by an opaque token through every device once', async () => {
    const seen: string[] = [];
    let token: string | null = null;
    do {
      const query: string = token === null ? '' : `&next_token=${token}`;
      const { body } = await world.as(bootstrapKey).get(`/v1/devices?limit=2${query}`).expect(200);
      expect(body.data.length).toBeLessThanOrEqual(2);
      seen.push(...body.data.map((device: { device_id: string }) => nameOf(device.device_id)));
      token = body.meta.next_token;
    } while (token !== null);
    expect(seen.sort()).toEqual(all);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=4001', 'limit'],
    ['?limit=1&limit=2', 'limit'],
    ['?steerable=maybe', 'steerable'],
    ['?learning_period_ended=2', 'learning_period_ended'],
    ['?next_token=abc', 'next_token'],
  ])('refuses %s, naming %s', async (query, field) => {
    const { body } = await world.as(bootstrapKey).get(`/v1/devices${query}`).expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });

  it('is read by the NOX adapter of this repository', async () => {
    const { wireDevices } = await readWithNoxClient();
    expect(wireDevices).toHaveLength(names.length);
  });

  async function readWithNoxClient() {
    const { vendorModule } = await import('@warmshift/vendors');
    const { inMemoryContext } = await import('../../../libs/vendors/contract/testing/in-memory-context');
    const context = inMemoryContext({
      baseUrl: world.api.url,
      credentials: { apiKey: bootstrapKey },
      settings: vendorModule('nox').settingsSchema.parse({}),
    });
    const listing = await vendorModule('nox').create(context).list();
    expect(listing.problems).toEqual([]);
    return { wireDevices: listing.devices };
  }
});
