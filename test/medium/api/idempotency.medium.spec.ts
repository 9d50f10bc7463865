import { testDatabase } from '../../support';
import { problemSchema } from '../../../apps/api/src/http/problem';
import { ApiWorld, bootstrapKey } from './api-world';

describe('Idempotency-Key', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const order = { name: 'Dashboard', role: 'viewer' };
  const post = (key: string, body: object = order, apiKey = bootstrapKey) =>
    world.as(apiKey).post('/admin/v1/api-keys', body).set('idempotency-key', key);
  const madeKeys = async () => {
    const { body } = await world.as(bootstrapKey).get('/admin/v1/api-keys').expect(200);
    return body.data.filter(({ name }: { name: string }) => name === order.name).length as number;
  };

  beforeAll(() => world.start());
  afterAll(() => world.stop());

  it('does the same request once and gives the first answer again', async () => {
    const first = await post('once').expect(201);
    const again = await post('once', { role: 'viewer', name: 'Dashboard' }).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(await madeKeys()).toBe(1);
  });

  it('keeps the answer sealed: the new key is nowhere in the table', async () => {
    const { body } = await post('sealed').expect(201);
    const rows = await db.query('SELECT * FROM idempotency_keys');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(body.key);
    expect(JSON.stringify(rows)).not.toContain(body.prefix);
  });

  it('does it once when the same request comes many times at once', async () => {
    const before = await madeKeys();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('race')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
    expect(statuses).toContain(201);
    expect(await madeKeys()).toBe(before + 1);
  });

  it('refuses another request under the same key', async () => {
    await post('other').expect(201);
    const { body } = await post('other', { ...order, role: 'operator' }).expect(422);
    expect(problemSchema.parse(body).type).toBe('urn:warmshift:problem:idempotency-key-reused');
  });

  it('says so while the first request is being worked on, until that one is lost', async () => {
    const first = await post('working').expect(201);
    await db.query(`UPDATE idempotency_keys SET response = NULL, status = NULL WHERE key = 'working'`);
    await post('working').expect(409);
    await db.query(
      `UPDATE idempotency_keys SET created_at = now() - interval '3 minutes' WHERE key = 'working'`,
    );
    const second = await post('working').expect(201);
    expect(second.body.apiKeyId).not.toBe(first.body.apiKeyId);
  });

  it('lets a failed request be sent again', async () => {
    await post('mend', { ...order, role: 'king' }).expect(400);
    await post('mend').expect(201);
  });

  it('forgets after 24 hours', async () => {
    const first = await post('old').expect(201);
    await db.query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'old'`);
    const second = await post('old', { ...order, role: 'operator' }).expect(201);
    expect(second.body.apiKeyId).not.toBe(first.body.apiKeyId);
  });

  it('is a matter of one supplier', async () => {
    const first = await post('shared').expect(201);
    const other = await world.newKey(await world.newSupplier('B'), 'admin');
    const theirs = await post('shared', order, other).expect(201);
    expect(theirs.body.apiKeyId).not.toBe(first.body.apiKeyId);
  });

  it('must be a plain text', async () => {
    const { body } = await post('a'.repeat(201)).expect(400);
    expect(body.errors[0].field).toBe('Idempotency-Key');
  });
});
