import { randomBytes, randomUUID } from 'node:crypto';
import { Database } from '@warmshift/db';
import { sealedTo } from '@warmshift/fleet-sync';
import { SecretBox } from '@warmshift/security';
import { secretPlace } from '@warmshift/webhooks';
import { IdempotencyRepository } from '../../../apps/api/src/idempotency/idempotency.repository';
import { SecretsRotation, rowsPerBatch } from '../../../tools/secrets/secrets-rotation';
import { testDatabase } from '../../support';
import { ApiWorld } from '../api/api-world';

const v1 = { version: 'v1', key: randomBytes(32) };
const v2 = { version: 'v2', key: randomBytes(32) };
const clock = { now: () => Date.now(), virtualMs: (ms: number) => ms };

describe('the rotation of the key for secrets', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let system: Database;
  let supplierId: string;

  beforeAll(async () => {
    system = new Database({ url: db.url, scope: 'system' });
    supplierId = await world.newSupplier('A');
  });
  afterAll(() => system.close());

  async function newConnection(box: SecretBox, secret: string): Promise<string> {
    const id = randomUUID();
    await world.newConnection(supplierId, 'nox', {
      id,
      credentials: box.seal(secret, sealedTo(id, 'credentials')),
    });
    await db.query('INSERT INTO connection_runtime (connection_id, token) VALUES ($1, $2)', [
      id,
      box.seal(`token of ${secret}`, sealedTo(id, 'token')),
    ]);
    return id;
  }

  /** Opens both secrets of a connection as a process with these keys would. */
  async function secretsOf(id: string, box: SecretBox): Promise<string[]> {
    const [row] = await system.rows<{ credentials: string; token: string }>(
      'SELECT credentials, token FROM connections JOIN connection_runtime ON connection_id = id WHERE id = $1',
      [id],
    );
    return [
      box.open(row?.credentials ?? '', sealedTo(id, 'credentials')),
      box.open(row?.token ?? '', sealedTo(id, 'token')),
    ];
  }

  /** In whatever column of whatever table: a new one is looked into by existing. */
  async function sealedWith(version: string): Promise<string[]> {
    const columns = await db.query<{ tableName: string; columnName: string }>(
      `SELECT table_name AS "tableName", column_name AS "columnName" FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb')`,
    );
    const found = [];
    for (const { tableName, columnName } of columns) {
      const rows = await db.query(
        `SELECT 1 FROM "${tableName}" WHERE "${columnName}"::text ~ '(^|")${version}[.][A-Za-z0-9_-]{38,}($|")' LIMIT 1`,
      );
      if (rows.length > 0) found.push(`${tableName}.${columnName}`);
    }
    return found.sort();
  }

  it('seals everything anew under load, without one failure, and the old key can go', async () => {
    const before = new SecretBox(v1);
    const during = new SecretBox(v2, v1);
    const count = rowsPerBatch * 2 + 7;
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) ids.push(await newConnection(before, `secret ${index}`));
    const webhookId = randomUUID();
    const [secret, previous] = [1, 2].map((n) => before.seal(`whsec ${n}`, secretPlace(webhookId)));
    await db.query(
      `INSERT INTO webhook_subscriptions (id, supplier_id, url, events, secret, previous_secret, created_at)
       VALUES ($1, $2, 'https://example.com', '{}', $3, $4, now())`,
      [webhookId, supplierId, secret, previous],
    );
    const requests = Array.from({ length: 20 }, (_nothing, index) => ({
      supplierId,
      key: `key-${index}`,
      hash: 'h',
    }));
    const oldRequests = new IdempotencyRepository(system, before, clock);
    for (const request of requests) {
      await oldRequests.claim(request);
      await oldRequests.keep(request, {
        status: 201,
        headers: { location: '/x' },
        body: { key: `answer ${request.key}` },
      });
    }
    expect(await sealedWith('v1')).toEqual([
      'connection_runtime.token',
      'connections.credentials',
      'idempotency_keys.request_hash',
      'idempotency_keys.response',
      'webhook_subscriptions.previous_secret',
      'webhook_subscriptions.secret',
    ]);

    let running = true;
    let rounds = 0;
    const expected = (index: number) => [`secret ${index}`, `token of secret ${index}`];
    const readers = Array.from({ length: 4 }, async (_nothing, reader) => {
      for (let index = reader; running || rounds < 50; index = (index + 4) % count) {
        expect(await secretsOf(ids[index] ?? '', during)).toEqual(expected(index));
        rounds += 1;
      }
    });
    const renewals = (async () => {
      for (let index = 0; running; index = (index + 1) % count) {
        const id = ids[index] ?? '';
        // A process that has not got its new settings yet writes with the old key now and then.
        const box = index % 5 === 0 ? new SecretBox(v1, v2) : during;
        await system.run('UPDATE connection_runtime SET token = $2 WHERE connection_id = $1', [
          id,
          box.seal(`token of secret ${index}`, sealedTo(id, 'token')),
        ]);
      }
    })();
    const rotation = new SecretsRotation(system, during);
    const first = await rotation.run();
    running = false;
    await Promise.all([...readers, renewals]);
    const last = await rotation.run();

    expect(first.map(({ unreadable }) => unreadable)).toEqual([[], [], [], [], [], []]);
    expect(first.map(({ resealed }) => resealed)).toEqual([count, expect.any(Number), 20, 20, 1, 1]);
    expect(last.every(({ unreadable }) => unreadable.length === 0)).toBe(true);
    expect(await sealedWith('v1')).toEqual([]);

    const after = new SecretBox(v2);
    for (const [index, id] of ids.entries()) expect(await secretsOf(id, after)).toEqual(expected(index));
    const [webhook] = await db.query<{ secret: string; previous: string }>(
      'SELECT secret, previous_secret AS previous FROM webhook_subscriptions WHERE id = $1',
      [webhookId],
    );
    expect(after.open(webhook?.secret ?? '', secretPlace(webhookId))).toBe('whsec 1');
    expect(after.open(webhook?.previous ?? '', secretPlace(webhookId))).toBe('whsec 2');
    const newRequests = new IdempotencyRepository(system, after, clock);
    for (const request of requests)
      expect(await newRequests.claim(request)).toEqual({
        kind: 'answered',
        answer: { status: 201, headers: { location: '/x' }, body: { key: `answer ${request.key}` } },
      });
  });

  it('leaves what it cannot open as it is, names it, and goes on', async () => {
    const strange = await newConnection(new SecretBox({ version: 'v1', key: randomBytes(32) }), 'x');
    const fine = await newConnection(new SecretBox(v1), 'y');
    const [credentials] = await new SecretsRotation(system, new SecretBox(v2, v1)).run();
    expect(credentials).toEqual({
      place: 'credentials of connections',
      resealed: 1,
      unreadable: [{ id: strange, reason: 'wrong key, wrong place or changed' }],
    });
    expect(await secretsOf(fine, new SecretBox(v2))).toEqual(['y', 'token of y']);
  });
});
