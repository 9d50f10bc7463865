import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey } from './api-world';

type Row = Record<string, unknown>;

describe('the fleet over HTTP', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const admin = () => world.as(bootstrapKey);
  let supplierId: string;
  let nox: string;
  let istabai: string;
  let site: string;
  let pump: string;
  let heater: string;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.supplierNamed('Energy Supplier A');
    nox = await world.newConnection(supplierId, 'nox');
    istabai = await world.newConnection(supplierId, 'istabai');
    site = await world.newSite(supplierId, nox, { name: 'Mill Lane 3', tags: ['north'] });
    pump = await world.newDevice({
      supplierId,
      connectionId: nox,
      columns: {
        name: '100% pump',
        site_id: site,
        max_cycles_per_day: 8,
        tags: ['pilot'],
        rated_power_w: 2000,
      },
      zones: {
        DHW: { code: 'LEGIONELLA_DUE', power_w: 0, power_quality: 'reported', temperature_c: 49.5 },
        room: {
          code: 'READY',
          power_w: 1250,
          power_quality: 'reported',
          expected_power_w: 900,
          setpoint_c: 21,
        },
      },
    });
    heater = await world.newDevice({
      supplierId,
      connectionId: istabai,
      columns: { kind: 'heater', name: '1000 heaters' },
      zones: { room: { code: 'OFFLINE', power_w: 700, power_quality: 'stale' } },
    });
  });
  afterAll(() => world.stop());

  const idsOf = (body: { data: Row[] }) => body.data.map(({ deviceId }) => deviceId).sort();
  const both = () => [pump, heater].sort();

  it.each<[string, () => string, () => string[]]>([
    ['nothing', () => '', both],
    ['vendor', () => '?vendor=nox', () => [pump]],
    ['kind', () => '?kind=heater', () => [heater]],
    ['code', () => '?code=READY', () => [pump]],
    ['code of no zone', () => '?code=HELD', () => []],
    ['site', () => `?site=${site}`, () => [pump]],
    ['connection', () => `?connection=${istabai}`, () => [heater]],
    ['tag of the device', () => '?tag=pilot', () => [pump]],
    ['tag of the site', () => '?tag=north', () => [pump]],
    ['search in any case', () => '?search=HEATERS', () => [heater]],
    ["search in the site's name", () => '?search=mill', () => [pump]],
    ['search, with a wildcard that means itself', () => '?search=100%25', () => [pump]],
    ['two at once', () => '?vendor=nox&kind=heater', () => []],
  ])('filters devices by %s', async (_what, query, expected) => {
    const { body } = await admin().get(`/admin/v1/devices${query()}`).expect(200);
    expect(idsOf(body)).toEqual(expected());
  });

  it('pages through devices', async () => {
    const first = await admin().get('/admin/v1/devices?limit=1').expect(200);
    const second = await admin().get(`/admin/v1/devices?limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect([...idsOf(first.body), ...idsOf(second.body)].sort()).toEqual(both());
    expect(second.body.nextCursor).toBeNull();
  });

  it.each([
    ['?kind=toaster', 'kind'],
    ['?code=SLEEPY', 'code'],
    ['?site=home', 'site'],
    ['?vendorr=nox', 'vendorr'],
    ['?limit=1001', 'limit'],
  ])('refuses devices%s, naming %s', async (query, field) => {
    const { body } = await admin().get(`/admin/v1/devices${query}`).expect(400);
    expect(body.errors.map((error: Row) => error['field'])).toEqual([field]);
  });

  it('shows a device with zones, cycles and legionella, in kW', async () => {
    await db.query(
      `INSERT INTO cycle_ledger (device_id, local_day, supplier_id, observed_starts, reserved_starts) VALUES ($1, '2026-01-15', $2, 4, 1)`,
      [pump, supplierId],
    );
    await db.query(
      'UPDATE devices SET legionella_frequency_per_weeks = 1, legionella_capacity_wh = 20000 WHERE id = $1',
      [pump],
    );
    await db.query(
      `INSERT INTO legionella_ledger (zone_id, supplier_id, enrolled_at) VALUES ($1, $2, '2026-01-01T00:00:00Z')`,
      [await world.zoneOf(pump, 'DHW'), supplierId],
    );
    const { body } = await admin().get(`/admin/v1/devices/${pump}`).expect(200);
    expect(body).toMatchObject({ siteName: 'Mill Lane 3', ratedPowerKw: 2, enabled: true, country: 'BE' });
    expect(body.cycles).toEqual([{ localDay: '2026-01-15', observedStarts: 4, reservedStarts: 1 }]);
    expect(body.legionella).toEqual({
      frequencyPerWeeks: 1,
      capacityKwh: 20,
      enrolledAt: '2026-01-01T00:00:00.000Z',
    });
    expect(body.zones).toHaveLength(2);
    expect(body.zones[1]).toMatchObject({
      zone: 'room',
      powerKw: 1.25,
      status: { code: 'READY', canActivate: true },
    });
    expect(body).not.toHaveProperty('model');
  });

  it('counts by vendor, kind and code, and adds up what is drawn', async () => {
    const { body } = await admin().get('/admin/v1/fleet/summary').expect(200);
    expect(body).toMatchObject({
      devices: 2,
      zones: 3,
      readyZones: 1,
      inActionZones: 0,
      powerKw: 1.25,
      expectedPowerKw: 0.9,
    });
    expect(body.byVendor).toEqual(
      expect.arrayContaining([
        { vendor: 'nox', devices: 1 },
        { vendor: 'istabai', devices: 1 },
      ]),
    );
    expect(body.byKind).toEqual(
      expect.arrayContaining([
        { kind: 'heat_pump', devices: 1 },
        { kind: 'heater', devices: 1 },
      ]),
    );
    expect(body.byCode).toContainEqual({ code: 'READY', zones: 1, powerKw: 1.25 });
  });

  it('changes a device, and its status follows at once', async () => {
    const patch = { enabled: false, tags: ['a', 'b'], ruleSettings: { roomFloorC: 18, minOnMs: 600_000 } };
    const changed = await admin().patch(`/admin/v1/devices/${heater}`, patch).expect(200);
    expect(changed.body).toMatchObject(patch);
    expect(changed.body.zones[0].status.code).toBe('STEERING_DISABLED');
    const history = await admin().get(`/admin/v1/devices/${heater}/status-history`).expect(200);
    expect(history.body.data[0]).toMatchObject({ zone: 'room', code: 'STEERING_DISABLED' });
    const audit = await admin().get(`/admin/v1/audit?subject=device/${heater}`).expect(200);
    expect(audit.body.data[0]).toMatchObject({ action: 'device.update', detail: patch });
    const back = await admin()
      .patch(`/admin/v1/devices/${heater}`, { enabled: true, optedOut: true })
      .expect(200);
    expect(back.body).toMatchObject({ enabled: true, tags: ['a', 'b'], ruleSettings: patch.ruleSettings });
    expect(back.body.zones[0].status.code).toBe('CUSTOMER_OPT_OUT');
  });

  it.each<[string, object, string[]]>([
    ['nothing', {}, ['body']],
    ['an unknown field', { enable: true }, ['enable']],
    [
      'settings beyond the hard limits',
      { ruleSettings: { roomFloorC: 3, maxStartsPerHour: 99 } },
      ['ruleSettings.roomFloorC', 'ruleSettings.maxStartsPerHour'],
    ],
    ['an unknown setting', { ruleSettings: { legionella: 0 } }, ['ruleSettings.legionella']],
    [
      'a contradiction',
      { ruleSettings: { roomFloorC: 22, roomCeilingC: 20 } },
      ['ruleSettings.roomCeilingC'],
    ],
  ])('refuses a change of a device by %s', async (_what, patch, fields) => {
    const { body } = await admin().patch(`/admin/v1/devices/${pump}`, patch).expect(400);
    expect(body.errors.map((error: Row) => error['field'])).toEqual(fields);
  });

  it('changes a site', async () => {
    const patch = {
      quietHours: [{ from: '22:00', to: '06:00', weekdays: [1, 2] }],
      tags: ['south'],
      timeZone: 'Europe/Paris',
    };
    const { body } = await admin().patch(`/admin/v1/sites/${site}`, patch).expect(200);
    expect(body).toMatchObject({ ...patch, devices: 1, warnings: [] });
    const optedOut = await admin().patch(`/admin/v1/sites/${site}`, { optedOut: true }).expect(200);
    expect(optedOut.body.optedOutAt).toBeDefined();
    const device = await admin().get(`/admin/v1/devices/${pump}`).expect(200);
    expect(device.body.zones.map((zone: { status: Row }) => zone.status['code'])).toEqual([
      'CUSTOMER_OPT_OUT',
      'CUSTOMER_OPT_OUT',
    ]);
    const back = await admin().patch(`/admin/v1/sites/${site}`, { optedOut: false }).expect(200);
    expect(back.body).not.toHaveProperty('optedOutAt');
    expect(back.body.quietHours).toEqual(patch.quietHours);
  });

  it('names everything that is wrong with a change of a site', async () => {
    const patch = { quietHours: [{ from: '25:00', to: '06:00' }], timeZone: 'Mars/Olympus' };
    const { body } = await admin().patch(`/admin/v1/sites/${site}`, patch).expect(400);
    expect(body.errors.map((error: Row) => error['field'])).toEqual(['quietHours[0].from', 'timeZone']);
  });

  it('gives readings of a time and a zone, oldest first, in pages', async () => {
    await db.query(
      `CREATE TABLE readings_20260115 PARTITION OF readings FOR VALUES FROM ('2026-01-15') TO ('2026-01-16')`,
    );
    const room = await world.zoneOf(pump, 'room');
    const tank = await world.zoneOf(pump, 'DHW');
    await db.query(
      `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, temperature_c, power_w, power_quality)
       SELECT zone, '2026-01-15T17:00:00Z'::timestamptz + minute * interval '5 minutes', $1, now(), 20, 1000 + minute, 'reported'
       FROM unnest($2::uuid[]) zone, generate_series(0, 3) minute`,
      [supplierId, [room, tank]],
    );
    const path = `/admin/v1/devices/${pump}/readings?from=2026-01-15T17:00:00Z&to=2026-01-15T18:15:00%2B01:00`;
    const whole = await admin().get(`${path}&limit=100`).expect(200);
    expect(whole.body.data).toHaveLength(6);
    const first = await admin().get(`${path}&zone=room&limit=2`).expect(200);
    const rest = await admin().get(`${path}&zone=room&limit=2&cursor=${first.body.nextCursor}`).expect(200);
    const times = [...first.body.data, ...rest.body.data].map((reading: Row) => reading['measuredAt']);
    expect(times).toEqual([
      '2026-01-15T17:00:00.000Z',
      '2026-01-15T17:05:00.000Z',
      '2026-01-15T17:10:00.000Z',
    ]);
    expect(first.body.data[1]).toMatchObject({
      zone: 'room',
      powerKw: 1.001,
      powerQuality: 'reported',
      temperatureC: 20,
    });
    await admin()
      .get(`/admin/v1/devices/${pump}/readings?from=2026-01-15T17:00:00Z&to=2026-01-15T16:00:00Z`)
      .expect(400);
    await admin().get(`/admin/v1/devices/${pump}/readings?from=2025-01-15T17:00:00Z`).expect(400);
  });

  it('sets rules for the whole fleet', async () => {
    const { body } = await admin()
      .patch('/admin/v1/suppliers/me', { ruleSettings: { restMs: 3_600_000 } })
      .expect(200);
    expect(body).toMatchObject({ name: 'Energy Supplier A', ruleSettings: { restMs: 3_600_000 } });
    const wrong = await admin()
      .patch('/admin/v1/suppliers/me', { ruleSettings: { restMs: 'long' } })
      .expect(400);
    expect(wrong.body.errors[0].field).toBe('ruleSettings.restMs');
  });
});
