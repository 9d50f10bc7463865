import { slotMs } from '@warmshift/domain';
import { problemSchema } from '../../../apps/api/src/http/problem';
import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey } from './api-world';

const thisSlot = Math.floor(Date.now() / slotMs);
/** The start of a slot, so many slots after the one in which the tests began. */
const slot = (ahead: number) => new Date((thisSlot + ahead) * slotMs).toISOString();

describe('campaigns over HTTP', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const admin = () => world.as(bootstrapKey);
  const order = () => ({
    name: 'Evening peak',
    direction: 'decrease',
    targetKw: 1.5,
    startsAt: slot(40),
    endsAt: slot(44),
  });
  let supplierId: string;
  let connection: string;
  let device: string;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.supplierNamed('Energy Supplier A');
    connection = await world.newConnection(supplierId);
    device = await world.newDevice({
      supplierId,
      connectionId: connection,
      columns: { name: 'Cellar', country: 'BE' },
      zones: {
        room: {
          code: 'OFFLINE',
          online: false,
          temperature_c: 21,
          setpoint_c: 21,
          power_w: 1500,
          heating: true,
        },
      },
    });
  });
  afterAll(() => world.stop());

  it('previews in kW, names who is left out and why, and changes nothing', async () => {
    const { body } = await admin().post('/admin/v1/campaigns/preview', order()).expect(200);
    expect(body.slots).toHaveLength(4);
    expect(body.slots[0]).toEqual({
      startsAt: slot(40),
      targetKw: 1.5,
      expectedKw: 0,
      promisedKw: 0,
      shortfallKw: 1.5,
    });
    expect(body.chosen).toBe(0);
    expect(body.leftOutByCode).toEqual([{ code: 'OFFLINE', zones: 1 }]);
    expect(body.leftOut[0]).toMatchObject({
      deviceId: device,
      deviceName: 'Cellar',
      vendor: 'nox',
      zone: 'room',
      code: 'OFFLINE',
    });
    expect((await admin().get('/admin/v1/campaigns').expect(200)).body.data).toEqual([]);
  });

  it('orders, lists and cancels, and all of it is in the audit', async () => {
    const made = await admin().post('/admin/v1/campaigns', order()).expect(201);
    expect(made.body).toMatchObject({
      name: 'Evening peak',
      targetKw: 1.5,
      status: 'ACTIVE',
      startsAt: slot(40),
    });
    expect(made.body.occurrences).toHaveLength(1);
    const { campaignId } = made.body;
    const listed = await admin().get('/admin/v1/campaigns').expect(200);
    expect(listed.body.data.map((campaign: { campaignId: string }) => campaign.campaignId)).toEqual([
      campaignId,
    ]);
    const occurrence = made.body.occurrences[0].occurrenceId;
    const seen = await admin().get(`/admin/v1/occurrences/${occurrence}`).expect(200);
    expect(seen.body).toMatchObject({ campaignId, status: 'SCHEDULED', targetKw: 1.5 });
    await admin().get(`/admin/v1/occurrences/${occurrence}/plan`).expect(409);
    await admin().get(`/admin/v1/occurrences/${occurrence}/report`).expect(409);
    const cancelled = await admin().post(`/admin/v1/campaigns/${campaignId}/cancel`).expect(200);
    expect(cancelled.body.status).toBe('CANCELLED');
    await admin().post(`/admin/v1/campaigns/${campaignId}/cancel`).expect(409);
    const audit = await admin().get(`/admin/v1/audit?subject=campaign/${campaignId}`).expect(200);
    expect(audit.body.data.map(({ action }: { action: string }) => action)).toEqual([
      'campaign.cancel',
      'campaign.create',
    ]);
    expect(audit.body.data[0].actor).toMatch(/^key\/own_/);
  });

  it.each<[string, object, string[]]>([
    ['a name of spaces', { name: '   ' }, ['name']],
    ['a direction of its own', { direction: 'down' }, ['direction']],
    ['a negative target', { targetKw: -1 }, ['targetKw']],
    ['a target as text', { targetKw: '5' }, ['targetKw']],
    ['a time without an offset', { startsAt: '2031-01-15T17:00:00' }, ['startsAt']],
    ['an end before its start', { endsAt: slot(39) }, ['endsAt']],
    ['a window in the past', { startsAt: slot(-8), endsAt: slot(-4) }, ['startsAt']],
    ['a window off the grid', { startsAt: slot(40).replace(':00.000Z', ':30.000Z') }, ['startsAt']],
    ['a window of a day', { endsAt: slot(140) }, ['endsAt']],
    ['an unknown field', { powerKw: 3 }, ['powerKw']],
    ['an unknown field inside', { selection: { vendor: ['nox'] } }, ['selection.vendor']],
    ['a selection of nobody', { selection: { countries: ['FR'] } }, ['selection.countries']],
    ['a list that is empty', { selection: { deviceIds: [] } }, ['selection.deviceIds']],
    ['two mistakes', { holdOutShare: 2, staggerMinutes: 99 }, ['holdOutShare', 'staggerMinutes']],
  ])('refuses %s, naming the field', async (_what, change, fields) => {
    for (const path of ['/admin/v1/campaigns', '/admin/v1/campaigns/preview']) {
      const { body } = await admin()
        .post(path, { ...order(), ...change })
        .expect(400);
      const problem = problemSchema.parse(body);
      expect(problem.errors?.map(({ field }) => field).sort()).toEqual(fields);
      expect(world.lines.some((line) => line.includes(problem.reference))).toBe(true);
    }
  });

  it('says which fields are missing', async () => {
    const { body } = await admin().post('/admin/v1/campaigns', {}).expect(400);
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'direction',
      'endsAt',
      'name',
      'startsAt',
    ]);
  });

  it('shows the plan and the report of an occurrence in kW, and pages through who was left out', async () => {
    const zone = await world.zoneOf(device);
    const at = Date.parse('2026-01-15T17:00:00Z');
    const leftOut = Array.from({ length: 3 }, (_, index) => ({
      zoneId: zone,
      code: 'NOT_NEEDED',
      reason: `${index}`,
    }));
    const { occurrence } = await world.newCampaign(supplierId, {
      status: 'FINISHED',
      planned_at: new Date().toISOString(),
      finished_at: new Date().toISOString(),
      plan: {
        slots: [{ startsAt: at, targetW: 2500, expectedW: 2600.4, promisedW: 2400, shortfallW: 100 }],
        leftOut,
        chosen: 2,
        reboundWh: 512.3,
      },
      report: {
        slots: [
          {
            startsAt: at,
            askedW: 2500,
            promisedW: 2400,
            commandedW: 2600,
            acknowledgedW: 2500,
            observedW: 2450,
          },
        ],
        byVendor: [{ vendor: 'nox', actions: 2, measured: 1, observedWh: 612.5 }],
        outcomes: { RESTORED: 2 },
        reasons: {},
      },
    });
    const first = await admin().get(`/admin/v1/occurrences/${occurrence}/plan?limit=2`).expect(200);
    expect(first.body).toMatchObject({
      chosen: 2,
      reboundKwh: 0.512,
      leftOutByCode: [{ code: 'NOT_NEEDED', zones: 3 }],
    });
    expect(first.body.slots[0]).toMatchObject({
      targetKw: 2.5,
      expectedKw: 2.6,
      promisedKw: 2.4,
      shortfallKw: 0.1,
    });
    const rest = await admin()
      .get(`/admin/v1/occurrences/${occurrence}/plan?cursor=${first.body.nextCursor}`)
      .expect(200);
    const reasons = [...first.body.leftOut, ...rest.body.leftOut].map(
      ({ reason }: { reason: string }) => reason,
    );
    expect(reasons).toEqual(['0', '1', '2']);
    expect(rest.body.nextCursor).toBeNull();
    const report = await admin().get(`/admin/v1/occurrences/${occurrence}/report`).expect(200);
    expect(report.body.slots).toEqual([
      {
        startsAt: '2026-01-15T17:00:00.000Z',
        askedKw: 2.5,
        promisedKw: 2.4,
        commandedKw: 2.6,
        acknowledgedKw: 2.5,
        observedKw: 2.45,
      },
    ]);
    expect(report.body.byVendor).toEqual([
      { vendor: 'nox', actions: 2, measured: 1, observedKwh: 0.613, slots: [] },
    ]);
    const csv = await admin().get(`/admin/v1/occurrences/${occurrence}/report?format=csv`).expect(200);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text.split('\r\n').slice(0, 2)).toEqual([
      'starts_at,vendor,asked_kw,promised_kw,commanded_kw,acknowledged_kw,observed_kw,reported_kw,estimated_kw,rebound_kw,hold_out_delivered_kw',
      '2026-01-15T17:00:00.000Z,,2.5,2.4,2.6,2.5,2.45,,,,',
    ]);
    const actions = await admin()
      .get(`/admin/v1/occurrences/${occurrence}/report?of=actions`)
      .set('accept', 'text/csv')
      .expect(200);
    expect(actions.text).toMatch(/^action_id,device_id,/);
    await admin().get(`/admin/v1/occurrences/${occurrence}/report?format=xml`).expect(400);
  });

  it('lists actions with overdue restores first, in pages that hold each once', async () => {
    const { occurrence } = await world.newCampaign(supplierId);
    const of = { occurrence, connection, device, zone: await world.zoneOf(device) };
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const add = (columns: Record<string, unknown>) => world.newAction(supplierId, of, columns);
    const late = await add({ starts_at: ago(120), ends_at: ago(60), state: 'RESTORING' });
    const stopped = await add({ starts_at: ago(90), end_requested_at: ago(5), end_code: 'EMERGENCY_STOP' });
    const done = await add({ starts_at: ago(110), ends_at: ago(50), state: 'RESTORED', ended_at: ago(49) });
    const active = await add({ starts_at: ago(10) });
    const pages: { actionId: string; overdue: boolean }[] = [];
    let cursor = '';
    do {
      const { body } = await admin()
        .get(`/admin/v1/occurrences/${occurrence}/actions?limit=1${cursor}`)
        .expect(200);
      pages.push(...body.data);
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(pages.map(({ actionId, overdue }) => [actionId, overdue])).toEqual([
      [stopped, true],
      [late, true],
      [active, false],
      [done, false],
    ]);
    expect(pages[0]).toMatchObject({
      expectedYieldKw: 1.234,
      baselineKw: 1.5,
      deviceName: 'Cellar',
      campaignName: 'Evening',
    });
    const filtered = await admin().get('/admin/v1/actions?state=RESTORING,RESTORED').expect(200);
    expect(filtered.body.data.map(({ actionId }: { actionId: string }) => actionId)).toEqual([late, done]);
    const overdue = await admin().get(`/admin/v1/devices/${device}/actions?overdue=true`).expect(200);
    expect(overdue.body.data).toHaveLength(2);
    await admin().get('/admin/v1/actions?state=BUSY').expect(400);
  });

  it('tells the whole history of an action', async () => {
    const { occurrence } = await world.newCampaign(supplierId);
    const of = { occurrence, connection, device, zone: await world.zoneOf(device) };
    const action = await world.newAction(supplierId, of, { snapshot: { mode: 'auto' } });
    await db.query(
      `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, cause, words)
       VALUES ($1, $2, '2026-01-15T17:00:01Z', 'PLANNED', 'DISPATCHING', 'dispatch_started', NULL, NULL),
              ($1, $2, '2026-01-15T17:00:02Z', 'DISPATCHING', 'SENT', 'command_sent', 'Sent.', 'accepted')`,
      [action, supplierId],
    );
    const { body } = await admin().get(`/admin/v1/actions/${action}`).expect(200);
    expect(body.snapshot).toEqual({ mode: 'auto' });
    expect(body.history).toEqual([
      { at: '2026-01-15T17:00:01.000Z', from: 'PLANNED', to: 'DISPATCHING', event: 'dispatch_started' },
      {
        at: '2026-01-15T17:00:02.000Z',
        from: 'DISPATCHING',
        to: 'SENT',
        event: 'command_sent',
        cause: 'Sent.',
        words: 'accepted',
      },
    ]);
  });

  it('stops everything at once and says what that did', async () => {
    const mine = await world.newSupplier('Stopped supplier');
    const key = await world.newKey(mine, 'operator');
    const own = await world.newConnection(mine);
    const pump = await world.newDevice({
      supplierId: mine,
      connectionId: own,
      zones: { room: { code: 'READY' } },
    });
    const { occurrence } = await world.newCampaign(mine);
    const of = { occurrence, connection: own, device: pump, zone: await world.zoneOf(pump) };
    await world.newAction(mine, of, { state: 'ACTIVE' });
    await world.newAction(mine, of, {
      state: 'PLANNED',
      starts_at: new Date(Date.now() + 60_000).toISOString(),
    });
    const operator = world.as(key);
    const bad = await operator
      .post('/admin/v1/emergency-stop', { scope: { kind: 'world' }, reason: ' ' })
      .expect(400);
    expect(bad.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'reason',
      'scope.kind',
    ]);
    const stopped = await operator
      .post('/admin/v1/emergency-stop', { scope: { kind: 'supplier' }, reason: 'Drill' })
      .expect(202);
    expect(stopped.body).toEqual({ held: true, restoring: 1, cancelled: 1 });
    expect((await operator.get('/admin/v1/suppliers/me')).body).toMatchObject({
      heldReason: 'Drill',
      role: 'operator',
    });
    await operator.post('/admin/v1/emergency-stop/lift', { scope: { kind: 'supplier' } }).expect(200);
    expect((await operator.get('/admin/v1/suppliers/me')).body).not.toHaveProperty('heldAt');
    const audit = await operator.get('/admin/v1/audit').expect(200);
    expect(audit.body.data.map(({ action }: { action: string }) => action)).toEqual([
      'emergency-stop.lift',
      'emergency-stop',
    ]);
  });
});
