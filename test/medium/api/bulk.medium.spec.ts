import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey } from './api-world';

describe('many devices at once, and changes that depend on what was read', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let supplierId: string;
  let connectionId: string;
  let ids: string[];
  let strangers: string;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.supplierNamed('Energy Supplier A');
    connectionId = await world.newConnection(supplierId);
    const other = await world.newSupplier('Energy Supplier B');
    strangers = await world.newDevice({
      supplierId: other,
      connectionId: await world.newConnection(other),
      zones: { room: { code: 'READY' } },
    });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    const made = Array.from({ length: 3 }, () =>
      world.newDevice({
        supplierId,
        connectionId,
        columns: { tags: ['old'] },
        zones: { room: { code: 'READY' } },
      }),
    );
    ids = await Promise.all(made);
  });

  const bulk = (csv: string, key = bootstrapKey) =>
    world.as(key).post('/admin/v1/devices/bulk').set('content-type', 'text/csv').send(csv);
  const device = async (id: string) => (await world.as(bootstrapKey).get(`/admin/v1/devices/${id}`)).body;

  it('opts devices out, switches and tags them; the statuses follow', async () => {
    const [a, b, c] = ids;
    const { body } = await bulk(
      `device_id,opted_out,enabled,tags\n${a},true,,north|b\n${b},,false,-\n${c},,,\n`,
    ).expect(200);
    expect(body).toEqual({ devices: 3 });
    expect(await device(a!)).toMatchObject({
      optedOutAt: expect.any(String),
      enabled: true,
      tags: ['north', 'b'],
      zones: [{ status: { code: 'CUSTOMER_OPT_OUT' } }],
    });
    expect(await device(b!)).toMatchObject({
      enabled: false,
      tags: [],
      zones: [{ status: { code: 'STEERING_DISABLED' } }],
    });
    expect(await device(c!)).toMatchObject({ enabled: true, tags: ['old'] });
    const audit = await world.as(bootstrapKey).get('/admin/v1/audit?limit=1');
    expect(audit.body.data[0]).toMatchObject({
      action: 'device.bulk-update',
      detail: {
        lines: [{ deviceId: a, optedOut: true, tags: ['north', 'b'] }, { deviceId: b }, { deviceId: c }],
      },
    });
  });

  it('does nothing of a list with a bad line, and names each', async () => {
    const [a, b] = ids;
    const { body } = await bulk(`device_id,tags\n${a},new\n${strangers},new\n${b},new\n`).expect(400);
    expect(body.errors).toEqual([{ field: 'line 3, device_id', reason: 'is no device of the fleet' }]);
    const wrong = await bulk(`device_id,opted_out\n${a},true\n${b},perhaps\n`).expect(400);
    expect(wrong.body.errors).toEqual([
      { field: 'line 3, opted_out', reason: 'must be true, false or empty' },
    ]);
    expect((await device(a!)).tags).toEqual(['old']);
    expect((await device(a!)).optedOutAt).toBeUndefined();
  });

  it('wants CSV and an operator', async () => {
    const json = await world.as(bootstrapKey).post('/admin/v1/devices/bulk', {}).expect(400);
    expect(json.body.errors[0]).toEqual({ field: 'body', reason: 'must be sent as text/csv' });
    await bulk(`device_id,tags\n${ids[0]},x\n`, await world.newKey(supplierId, 'viewer')).expect(403);
  });

  it.each(['devices', 'sites'])('changes %s only in the state that was read', async (kind) => {
    const id = kind === 'devices' ? ids[0]! : await world.newSite(supplierId, connectionId);
    const path = `/admin/v1/${kind}/${id}`;
    const { etag } = (await world.as(bootstrapKey).get(path).expect(200)).headers;
    expect(etag).toMatch(/^"[^"]+"$/);
    const first = await world
      .as(bootstrapKey)
      .patch(path, { tags: ['mine'] })
      .set('if-match', etag!)
      .expect(200);
    const late = await world
      .as(bootstrapKey)
      .patch(path, { tags: ['late'] })
      .set('if-match', etag!)
      .expect(412);
    expect(late.body.type).toBe('urn:warmshift:problem:precondition-failed');
    const now = await world.as(bootstrapKey).get(path);
    expect([now.body.tags, now.headers['etag']]).toEqual([['mine'], first.headers['etag']]);
    await world
      .as(bootstrapKey)
      .patch(path, { tags: ['again'] })
      .set('if-match', `"x", ${first.headers['etag']}`)
      .expect(200);
    await world
      .as(bootstrapKey)
      .patch(path, { tags: ['any'] })
      .set('if-match', '*')
      .expect(200);
    await world
      .as(bootstrapKey)
      .patch(path, { tags: ['none'] })
      .expect(200);
    await world
      .as(bootstrapKey)
      .patch(path, { tags: ['x'] })
      .set('if-match', 'bare')
      .expect(400);
  });

  it('lets only one of two changes through that were based on the same state', async () => {
    const path = `/admin/v1/devices/${ids[0]}`;
    const { etag } = (await world.as(bootstrapKey).get(path)).headers;
    const both = await Promise.all(
      ['one', 'two'].map((tag) =>
        world
          .as(bootstrapKey)
          .patch(path, { tags: [tag] })
          .set('if-match', etag!),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe('the rate limit of a key', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  beforeAll(() => world.start({ RATE_LIMIT_PER_MINUTE: '3' }));
  afterAll(() => world.stop());

  it('tells what is left, then when to come again; other keys and health are not touched', async () => {
    const supplierId = await world.supplierNamed('Energy Supplier A');
    const key = await world.newKey(supplierId, 'viewer');
    const asked = [];
    for (let n = 0; n < 4; n += 1) asked.push(await world.as(key).get('/v1/devices'));
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(asked[0]?.headers).toMatchObject({
      'ratelimit-policy': '"key";q=3;w=60',
      ratelimit: '"key";r=2;t=20',
    });
    expect(asked[3]?.headers['content-type']).toContain('application/problem+json');
    expect(asked[3]?.body).toMatchObject({ type: 'urn:warmshift:problem:too-many-requests', status: 429 });
    const waitS = Number(asked[3]?.headers['retry-after']);
    expect(waitS).toBeGreaterThanOrEqual(1);
    expect(waitS).toBeLessThanOrEqual(20);
    await world.as(bootstrapKey).get('/v1/devices').expect(200);
    await world.as(key).get('/health/live').expect(200);
  });
});
