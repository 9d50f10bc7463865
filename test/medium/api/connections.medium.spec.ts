import { testDatabase } from '../../support';
import { ApiWorld } from './api-world';

/** A closed port of this machine: connected and found away at once. */
const nowhere = 'http://127.0.0.1:9';

describe('connections over HTTP', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let supplierId: string;
  let admin: ReturnType<ApiWorld['as']>;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.newSupplier('Brussels Energy Cooperative');
    admin = world.as(await world.newKey(supplierId, 'admin'));
  });
  afterAll(() => world.stop());

  const connect = async (name: string) => {
    const wanted = { vendor: 'nox', name, baseUrl: nowhere, credentials: { apiKey: 'secret of the vendor' } };
    return admin.post('/admin/v1/connections', wanted).expect(201);
  };
  const audited = async (id: string) => {
    const { body } = await admin.get(`/admin/v1/audit?subject=connection/${id}`).expect(200);
    return body.data.map(({ action }: { action: string }) => action) as string[];
  };

  it('are made at an address of their own, with a tag of their state', async () => {
    const { body, headers } = await connect('NOX of Ixelles');
    expect(headers['location']).toBe(`/admin/v1/connections/${body.connectionId}`);
    const read = await admin.get(headers['location'] ?? '').expect(200);
    expect(read.headers['etag']).toBe(headers['etag']);
    expect(await audited(body.connectionId)).toEqual(['connection.create']);
    await admin.post('/admin/v1/connections', { ...body, baseUrl: nowhere, credentials: {} }).expect(400);
  });

  it('are changed only from the state that the change is based on', async () => {
    const { body, headers } = await connect('NOX of Uccle');
    const path = `/admin/v1/connections/${body.connectionId}`;
    const seen = headers['etag'] ?? '';
    const patched = await admin.patch(path, { name: 'NOX of Forest' }).set('if-match', seen).expect(200);
    expect(patched.headers['etag']).not.toBe(seen);
    await admin.patch(path, { requestsPerSecond: 5 }).set('if-match', seen).expect(412);
    const credentials = { credentials: { apiKey: 'another secret' } };
    await admin.put(`${path}/credentials`, credentials).set('if-match', seen).expect(412);
    const current = patched.headers['etag'] ?? '';
    const renewed = await admin.put(`${path}/credentials`, credentials).set('if-match', current).expect(200);
    // New credentials are a new state, though no answer shows them.
    expect(renewed.headers['etag']).not.toBe(current);
    await admin.patch(path, { requestsPerSecond: 5 }).set('if-match', '*').expect(200);
    expect((await admin.get(path)).body).toMatchObject({ name: 'NOX of Forest', requestsPerSecond: 5 });
    expect(await audited(body.connectionId)).toEqual([
      'connection.update',
      'connection.reauthenticate',
      'connection.update',
      'connection.create',
    ]);
  });

  it('do not share a name, and a patch that says nothing is refused', async () => {
    const { body } = await connect('NOX of Etterbeek');
    await connect('NOX of Schaerbeek');
    const path = `/admin/v1/connections/${body.connectionId}`;
    await admin.patch(path, { name: 'NOX of Schaerbeek' }).expect(409);
    await admin.patch(path, {}).expect(400);
    await admin.patch(path, { requestsPerSecond: null }).expect(200);
  });

  it('are not changed where the audit cannot be written', async () => {
    const { body } = await connect('NOX of Jette');
    const path = `/admin/v1/connections/${body.connectionId}`;
    await db.query(`CREATE FUNCTION no_audit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the disk of the audit is full'; END $$`);
    await db.query('CREATE TRIGGER no_audit BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION no_audit()');
    try {
      await admin.patch(path, { name: 'Unaudited' }).expect(500);
      await admin.put(`${path}/credentials`, { credentials: { apiKey: 'unaudited' } }).expect(500);
      await admin.post(`${path}/sync`).expect(500);
      await admin.delete(path).expect(500);
      const unaudited = { vendor: 'nox', name: 'Unaudited', baseUrl: nowhere, credentials: { apiKey: 'x' } };
      await admin.post('/admin/v1/connections', unaudited).expect(500);
    } finally {
      await db.query('DROP TRIGGER no_audit ON audit');
      await db.query('DROP FUNCTION no_audit()');
    }
    expect((await admin.get(path).expect(200)).body).toMatchObject({ name: 'NOX of Jette' });
    const { body: all } = await admin.get('/admin/v1/connections');
    expect(JSON.stringify(all)).not.toContain('Unaudited');
  });

  it('tell what becomes of a sync', async () => {
    const connectionId = await world.newConnection(supplierId);
    const { body, headers } = await admin.post(`/admin/v1/connections/${connectionId}/sync`).expect(202);
    const state = async () => (await admin.get(headers['location'] ?? '').expect(200)).body.sync;
    expect(await state()).toEqual({ requestedAt: body.requestedAt, state: 'PENDING' });
    const set = (columns: string) =>
      db.query(`UPDATE connections SET ${columns} WHERE id = $1`, [connectionId]);
    await set('last_discovered_at = sync_requested_at');
    expect(await state()).toMatchObject({ state: 'PENDING' });
    await set(`status = 'UNAVAILABLE'`);
    expect(await state()).toMatchObject({ state: 'FAILED' });
    await set(`status = 'ACTIVE', last_read_at = sync_requested_at`);
    expect(await state()).toMatchObject({ state: 'DONE' });
  });

  it('are removed once, with their credentials', async () => {
    const { body } = await connect('NOX of Laeken');
    await admin.delete(`/admin/v1/connections/${body.connectionId}`).expect(204);
    await admin.delete(`/admin/v1/connections/${body.connectionId}`).expect(404);
    const [row] = await db.query('SELECT credentials FROM connections WHERE id = $1', [body.connectionId]);
    expect(row).toEqual({ credentials: '' });
    expect(await audited(body.connectionId)).toEqual(['connection.remove', 'connection.create']);
  });
});

describe('work that goes on after its answer', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let supplierId: string;
  let operator: ReturnType<ApiWorld['as']>;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.newSupplier('Brussels Energy Cooperative');
    operator = world.as(await world.newKey(supplierId, 'operator'));
  });
  afterAll(() => world.stop());

  async function steered(state: string) {
    const connection = await world.newConnection(supplierId);
    const device = await world.newDevice({ supplierId, connectionId: connection, zones: { room: {} } });
    const { campaign, occurrence } = await world.newCampaign(supplierId);
    const zone = await world.zoneOf(device);
    const action = await world.newAction(supplierId, { occurrence, connection, device, zone }, { state });
    return { action, campaign, device };
  }

  it('is watched in the list of what a stop has not given back yet', async () => {
    const { action, device } = await steered('ACTIVE');
    const stop = { scope: { kind: 'device', id: device }, reason: 'The customer called.' };
    const { body, headers } = await operator.post('/admin/v1/emergency-stop', stop).expect(202);
    expect(body).toEqual({ held: true, restoring: 1, cancelled: 0 });
    const open = async () => (await operator.get(headers['location'] ?? '').expect(200)).body.data;
    expect(await open()).toMatchObject([{ actionId: action }]);
    await db.query(`UPDATE actions SET state = 'RESTORED' WHERE id = $1`, [action]);
    expect(await open()).toEqual([]);
  });

  it('is none when nothing was on a device', async () => {
    const { campaign, device } = await steered('PLANNED');
    const stop = { scope: { kind: 'device', id: device }, reason: 'The customer called.' };
    const { headers } = await operator.post('/admin/v1/emergency-stop', stop).expect(200);
    expect(headers['location']).toBeUndefined();
    await operator.post(`/admin/v1/campaigns/${campaign}/cancel`).expect(200);
  });

  it('is told again in the same words to whoever repeats the request', async () => {
    const { campaign } = await steered('ACTIVE');
    const cancel = () =>
      operator.post(`/admin/v1/campaigns/${campaign}/cancel`).set('idempotency-key', `cancel-${campaign}`);
    const first = await cancel().expect(202);
    expect(first.headers['location']).toBe(`/admin/v1/campaigns/${campaign}`);
    const again = await cancel().expect(202);
    expect(again.body).toEqual(first.body);
    expect(again.headers).toMatchObject({
      'idempotency-replayed': 'true',
      location: first.headers['location'],
    });
  });
});

describe('the rules of a supplier over HTTP', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  beforeAll(() => world.start());
  afterAll(() => world.stop());

  it('are changed only from the state that the change is based on', async () => {
    const admin = world.as(await world.newKey(await world.newSupplier('Brussels'), 'admin'));
    const path = '/admin/v1/suppliers/me';
    const seen = (await admin.get(path).expect(200)).headers['etag'] ?? '';
    const change = (roomFloorC: number) => admin.patch(path, { ruleSettings: { roomFloorC } });
    const { headers } = await change(18).set('if-match', seen).expect(200);
    await change(19).set('if-match', seen).expect(412);
    await change(19)
      .set('if-match', headers['etag'] ?? '')
      .expect(200);
  });
});
