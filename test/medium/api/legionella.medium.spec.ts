import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey, nowIso } from './api-world';

const dayMs = 86_400_000;
const ago = (days: number, hours = 0) =>
  new Date(Date.now() - days * dayMs + hours * 3_600_000).toISOString();

describe('disinfection over HTTP', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const admin = () => world.as(bootstrapKey);
  let supplierId: string;
  let connectionId: string;
  let otherKey: string;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.supplierNamed('Energy Supplier A');
    connectionId = await world.newConnection(supplierId, 'nox');
    otherKey = await world.newKey(await world.newSupplier('Energy Supplier B'), 'admin');
  });
  afterAll(() => world.stop());
  beforeEach(() => db.query('UPDATE devices SET retired_at = now()'));

  /** A tank in the Netherlands whose last run ended so many days ago. */
  async function tank(lastRunDaysAgo?: number, name = 'Heat pump') {
    const device = await world.newDevice({
      supplierId,
      connectionId,
      columns: { name, country: 'NL', legionella_frequency_per_weeks: 1 },
      zones: { DHW: { temperature_c: 45, max_c: 58, gain_k_per_h: 20 } },
    });
    const zone = await world.zoneOf(device, 'DHW');
    const last = lastRunDaysAgo === undefined ? null : ago(lastRunDaysAgo);
    await db.query(
      'INSERT INTO legionella_ledger (zone_id, supplier_id, enrolled_at, last_completed_at) VALUES ($1, $2, $3, $4)',
      [zone, supplierId, ago(400), last],
    );
    if (last !== null)
      await db.query(
        'INSERT INTO legionella_runs (zone_id, supplier_id, started_at, completed_at, profile) VALUES ($1, $2, $3, $4, $5)',
        [zone, supplierId, ago(lastRunDaysAgo!, -0.5), last, 'nl-2026-11'],
      );
    return { device, zone };
  }

  it('tells state, rule, profile with its source, and the runs of the last year', async () => {
    const { device, zone } = await tank(3);
    const { body } = await admin().get(`/admin/v1/devices/${device}/legionella`).expect(200);
    expect(body).toMatchObject({
      deviceId: device,
      zoneId: zone,
      state: 'idle',
      overdue: false,
      intervalHours: 168,
      marginHours: 2,
      profile: { id: 'nl-2026-11', country: 'NL', source: expect.stringContaining('https://') },
      evidence: {
        kept: false,
        runs: [{ heldMinutes: 30, profileId: 'nl-2026-11' }],
        gaps: [{ open: false }],
      },
    });
    expect(body.profile.holds[0]).toEqual({ temperatureC: 60, minutes: 20 });
    expect(Date.parse(body.dueAt) - Date.parse(body.lastCompletedAt)).toBe(7 * dayMs);
    expect(body).not.toHaveProperty('planned');
    expect(body).not.toHaveProperty('obstacle');
  });

  it('names a planned run with its action, which is listed with its purpose and no campaign', async () => {
    const { device, zone } = await tank(6);
    const action = await world.insert('actions', {
      supplier_id: supplierId,
      purpose: 'disinfection',
      connection_id: connectionId,
      device_id: device,
      zone_id: zone,
      zone_kind: 'DHW',
      vendor: 'nox',
      direction: 'increase',
      starts_at: ago(-0.5),
      ends_at: ago(-0.5, 1),
      state: 'PLANNED',
      expected_yield_w: 1_500,
      baseline_w: 100,
      cycles_reserved: 1,
      cycle_day: '2026-01-15',
      created_at: nowIso(),
    });
    await db.query(
      'UPDATE legionella_ledger SET planned_starts_at = $2, planned_ends_at = $3, planned_action_id = $4 WHERE zone_id = $1',
      [zone, ago(-0.5), ago(-0.5, 2), action],
    );
    const { body } = await admin().get(`/admin/v1/devices/${device}/legionella`).expect(200);
    expect(body).toMatchObject({ state: 'planned', planned: { actionId: action } });
    const listed = await admin().get(`/admin/v1/devices/${device}/actions`).expect(200);
    expect(listed.body.data).toMatchObject([{ actionId: action, purpose: 'disinfection' }]);
    expect(listed.body.data[0]).not.toHaveProperty('campaignId');
    await admin().get(`/admin/v1/actions/${action}`).expect(200);
  });

  it('gives the evidence as CSV, by format or by Accept', async () => {
    const { device } = await tank(3);
    const path = `/admin/v1/devices/${device}/legionella`;
    const byFormat = await admin().get(`${path}?format=csv`).expect(200);
    expect(byFormat.headers['content-type']).toBe('text/csv; charset=utf-8');
    const [header, ...lines] = byFormat.text.trimEnd().split('\r\n');
    expect(header).toBe(
      'device_id,record,started_at,completed_at,held_minutes,profile,required,interval_hours,over_hours,open',
    );
    expect(lines.map((line) => line.split(',').slice(0, 2))).toEqual([
      [device, 'gap'],
      [device, 'run'],
    ]);
    const byAccept = await admin().get(path).set('accept', 'text/csv').expect(200);
    expect(byAccept.text.split('\r\n')[0]).toBe(header);
    const json = await admin().get(`${path}?format=json`).set('accept', 'text/csv').expect(200);
    expect(json.body.deviceId).toBe(device);
  });

  it('lists overdue tanks page by page, longest first, and says why no run is planned', async () => {
    const never = await tank(undefined, 'Never seen');
    const longer = await tank(20);
    const late = await tank(9);
    await tank(2);
    const found: { deviceId: string; obstacle: { code: string } }[] = [];
    let cursor = '';
    for (let pages = 0; pages < 3; pages += 1) {
      const { body } = await admin().get(`/admin/v1/legionella/overdue?limit=1${cursor}`).expect(200);
      found.push(...body.data);
      cursor = `&cursor=${body.nextCursor}`;
      expect(body.nextCursor === null).toBe(pages === 2);
    }
    expect(found.map(({ deviceId }) => deviceId)).toEqual([never.device, longer.device, late.device]);
    expect(found[0]).toMatchObject({
      deviceName: 'Never seen',
      vendor: 'nox',
      obstacle: { code: 'NO_HEADROOM' },
    });
    const detail = await admin().get(`/admin/v1/devices/${late.device}/legionella`).expect(200);
    expect(detail.body).toMatchObject({ state: 'overdue', overdue: true, obstacle: { code: 'NO_HEADROOM' } });
  });

  it.each([
    ['devices/%s/legionella?format=xml', 'format'],
    ['legionella/overdue?limit=0', 'limit'],
    ['legionella/overdue?cursor=nonsense', 'cursor'],
  ])('refuses %s', async (path, field) => {
    const { device } = await tank(3);
    const { body } = await admin()
      .get(`/admin/v1/${path.replace('%s', device)}`)
      .expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });

  it('shows nothing of it to another supplier, nor to a stranger, and knows no tank where there is none', async () => {
    const { device } = await tank(9);
    const path = `/admin/v1/devices/${device}/legionella`;
    await world.as(otherKey).get(path).expect(404);
    await world.as(otherKey).get(`${path}?format=csv`).expect(404);
    const { body } = await world.as(otherKey).get('/admin/v1/legionella/overdue').expect(200);
    expect(body).toEqual({ data: [], nextCursor: null });
    await world.as().get(path).expect(401);
    const heater = await world.newDevice({ supplierId, connectionId, zones: { room: {} } });
    await admin().get(`/admin/v1/devices/${heater}/legionella`).expect(404);
  });

  it('takes the settings of a supplier within their limits, and reads the frequency by them', async () => {
    const { device } = await tank(3);
    await db.query('UPDATE devices SET legionella_frequency_per_weeks = 2 WHERE id = $1', [device]);
    const intervalOf = async () =>
      (await admin().get(`/admin/v1/devices/${device}/legionella`).expect(200)).body.intervalHours as number;
    expect(await intervalOf()).toBe(84);
    const ruleSettings = {
      legionellaFrequencyReading: 'weeks-between-runs',
      legionellaMarginMs: 14_400_000,
      startsPerDayWithoutHistory: 10,
      spareStarts: 2,
      unseenStartsPerDay: 0,
    };
    const { body } = await admin().patch('/admin/v1/suppliers/me', { ruleSettings }).expect(200);
    expect(body.ruleSettings).toEqual(ruleSettings);
    expect(await intervalOf()).toBe(336);
    const wrong = {
      legionellaFrequencyReading: 'never',
      legionellaMarginMs: 0,
      startsPerDayWithoutHistory: 0,
      spareStarts: 0,
      unseenStartsPerDay: 49,
    };
    const refused = await admin().patch('/admin/v1/suppliers/me', { ruleSettings: wrong }).expect(400);
    expect(refused.body.errors.map((error: { field: string }) => error.field).sort()).toEqual(
      Object.keys(wrong)
        .map((name) => `ruleSettings.${name}`)
        .sort(),
    );
    await admin().patch('/admin/v1/suppliers/me', { ruleSettings: {} }).expect(200);
  });
});
