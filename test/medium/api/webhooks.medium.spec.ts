import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Database } from '@warmshift/db';
import { createLogger } from '@warmshift/observability';
import { SecretBox } from '@warmshift/security';
import { WebhookDeliverer, WebhookHandOut } from '@warmshift/webhooks';
import { testClock, testDatabase, type TestClock } from '../../support';
import { ApiWorld, bootstrapKey, nowIso } from './api-world';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As a receiver would, by the text of the Standard Webhooks document and not by our code. */
function isSignedBy(secret: string, { headers, body }: Received): boolean {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((part) => {
      const given = Buffer.from(part.split(',')[1] ?? '', 'base64');
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}

describe('webhooks', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const secretsKey = randomBytes(32).toString('hex');
  const received: Received[] = [];
  let answer = 200;
  let receiver: Server;
  let url: string;
  let clock: TestClock;
  let database: Database;
  let handOut: WebhookHandOut;
  let deliverer: WebhookDeliverer;
  let supplierId: string;

  beforeAll(async () => {
    await world.start({ SECRETS_KEY: secretsKey });
    supplierId = await world.supplierNamed('Energy Supplier A');
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers, body });
        response.writeHead(answer).end('thanks');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => receiver.once('listening', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    database = new Database({ url: db.url });
    clock = testClock(Date.now());
    const secrets = new SecretBox({ version: 'v1', key: Buffer.from(secretsKey, 'hex') });
    const logger = createLogger({ name: 'test', level: 'silent' });
    handOut = new WebhookHandOut(database, clock);
    deliverer = new WebhookDeliverer({ db: database, secrets, policy: { allowLocal: true }, clock, logger });
  });
  afterAll(async () => {
    await world.stop();
    await database.close();
    receiver.close();
  });
  beforeEach(async () => {
    received.length = 0;
    answer = 200;
    clock.set(Date.now());
    await db.query('DELETE FROM webhook_subscriptions');
    await db.query('DELETE FROM webhook_events');
    await db.query('DELETE FROM webhook_deliveries');
    await db.query('DELETE FROM outbox');
  });

  async function subscribe(events: string[], to = url) {
    const { body } = await world.as(bootstrapKey).post('/admin/v1/webhooks', { url: to, events }).expect(201);
    return body as { webhookId: string; secret: string };
  }

  /** What the worker's tick, relay and queue do with what is due. @returns how many jobs there were. */
  async function work(): Promise<number> {
    await handOut.tick();
    const due = await db.query<{ payload: { deliveryId: string } }>(
      `DELETE FROM outbox WHERE name = 'webhook.deliver' AND run_at <= $1 RETURNING payload`,
      [new Date(clock.now()).toISOString()],
    );
    for (const { payload } of due) await deliverer.deliver(payload.deliveryId);
    return due.length;
  }

  async function zoneGoesOffline(of = supplierId) {
    const connectionId = await world.newConnection(of);
    const device = await world.newDevice({ supplierId: of, connectionId, zones: { room: {} } });
    const zone = await world.zoneOf(device);
    for (const code of ['READY', 'OFFLINE']) {
      await db.query(
        'INSERT INTO status_history (zone_id, supplier_id, at, code, reason) VALUES ($1, $2, $3, $4, $4)',
        [zone, of, nowIso(), code],
      );
    }
    return { connectionId, device, zone };
  }

  const log = async (webhookId: string, query = '') =>
    (await world.as(bootstrapKey).get(`/admin/v1/webhooks/${webhookId}/deliveries${query}`).expect(200)).body
      .data;

  it('tells a change of status, signed, with an id and the facts', async () => {
    const { secret, webhookId } = await subscribe(['device.*']);
    const { device, zone } = await zoneGoesOffline();
    expect(await work()).toBe(2);
    expect(received).toHaveLength(2);
    for (const delivery of received) expect(isSignedBy(secret, delivery)).toBe(true);
    expect(isSignedBy('whsec_AAAA', received[0]!)).toBe(false);
    const event = received.map(({ body }) => JSON.parse(body)).find(({ data }) => data.code === 'OFFLINE');
    expect(event).toMatchObject({
      id: expect.stringMatching(/^evt_\d+$/),
      type: 'device.steerable_status.changed',
      timestamp: expect.any(String),
      data: { deviceId: device, zoneId: zone, zone: 'room', code: 'OFFLINE', previousCode: 'READY' },
    });
    expect(await log(webhookId)).toMatchObject([
      { state: 'DELIVERED', attempts: 1, lastStatus: 200 },
      { state: 'DELIVERED', attempts: 1, lastStatus: 200 },
    ]);
    expect(await work()).toBe(0);
  });

  it('tells of actions, occurrences and connections only what was subscribed to, and to nobody else', async () => {
    await subscribe(['action.restored', 'occurrence.finished', 'connection.*']);
    const { connectionId, device, zone } = await zoneGoesOffline();
    const { occurrence } = await world.newCampaign(supplierId);
    const action = await world.newAction(supplierId, { occurrence, connection: connectionId, device, zone });
    for (const [from, to] of [
      ['ACTIVE', 'RESTORING'],
      ['RESTORING', 'RESTORING'],
      ['RESTORING', 'RESTORED'],
    ]) {
      await db.query(
        `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event) VALUES ($1, $2, now(), $3, $4, 'x')`,
        [action, supplierId, from, to],
      );
    }
    await db.query(`UPDATE occurrences SET status = 'RUNNING' WHERE id = $1`, [occurrence]);
    await db.query(`UPDATE occurrences SET status = 'FINISHED' WHERE id = $1`, [occurrence]);
    await db.query(`UPDATE connections SET status = 'UNAVAILABLE' WHERE id = $1`, [connectionId]);
    await db.query(`UPDATE connections SET status = 'UNAVAILABLE' WHERE id = $1`, [connectionId]);
    const other = await world.newSupplier(`Other ${nowIso()}`);
    const theirs = await world.newConnection(other);
    await db.query(`UPDATE connections SET status = 'UNAVAILABLE' WHERE id = $1`, [theirs]);
    await work();
    expect(received.map(({ body }) => JSON.parse(body).type).sort()).toEqual([
      'action.restored',
      'connection.unavailable',
      'occurrence.finished',
    ]);
  });

  it('writes no event of a change that was rolled back', async () => {
    await subscribe(['connection.*']);
    const connectionId = await world.newConnection(supplierId);
    await database
      .transaction(async (sql) => {
        await sql.run(`UPDATE connections SET status = 'UNAVAILABLE' WHERE id = $1`, [connectionId]);
        throw new Error('back');
      })
      .catch(() => undefined);
    expect(await work()).toBe(0);
  });

  it('tries again after a 500 with the same id, later and later, for a day, and then gives up', async () => {
    const { webhookId } = await subscribe(['connection.*']);
    await anEvent();
    answer = 500;
    const startedAt = clock.now();
    let attempts = await work();
    while (attempts < 50) {
      const [delivery] = await log(webhookId);
      if (delivery.state !== 'PENDING') break;
      expect(await work()).toBe(0);
      clock.set(Date.parse(delivery.nextAttemptAt));
      attempts += await work();
    }
    expect(attempts).toBe(11);
    const hours = (clock.now() - startedAt) / 3_600_000;
    expect(hours).toBeGreaterThan(24);
    expect(hours).toBeLessThan(25);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [failed] = await log(webhookId, '?state=FAILED');
    expect(failed).toMatchObject({ attempts: 11, lastStatus: 500, lastError: 'The receiver answered 500.' });

    answer = 204;
    const since = new Date(startedAt - 1000).toISOString();
    const replay = await world
      .as(bootstrapKey)
      .post(`/admin/v1/webhooks/${webhookId}/replay`, { failedSince: since })
      .expect(202);
    expect(replay.body).toEqual({ deliveries: 1 });
    await work();
    expect(await log(webhookId)).toMatchObject([{ state: 'DELIVERED', attempts: 1, lastStatus: 204 }]);
    expect(received.at(-1)?.body).toBe(received[0]?.body);
  });

  it('delivers after one 500, and sends one delivery again when asked', async () => {
    const { webhookId } = await subscribe(['connection.*']);
    await anEvent();
    answer = 500;
    await work();
    answer = 200;
    clock.advance(5_000);
    await work();
    const [delivery] = await log(webhookId);
    expect(delivery).toMatchObject({ state: 'DELIVERED', attempts: 2 });
    const body = { deliveryIds: [delivery.deliveryId] };
    await world.as(bootstrapKey).post(`/admin/v1/webhooks/${webhookId}/replay`, body).expect(202);
    await work();
    expect(received).toHaveLength(3);
  });

  it('signs with both secrets while they overlap, then only with the new one', async () => {
    const { secret, webhookId } = await subscribe(['connection.*']);
    const rotated = await world
      .as(bootstrapKey)
      .post(`/admin/v1/webhooks/${webhookId}/rotate-secret`, { overlapHours: 1 })
      .expect(200);
    await anEvent();
    await work();
    expect([secret, rotated.body.secret].map((each) => isSignedBy(each, received[0]!))).toEqual([true, true]);
    clock.advance(3_660_000);
    await anEvent();
    await work();
    expect([secret, rotated.body.secret].map((each) => isSignedBy(each, received[1]!))).toEqual([
      false,
      true,
    ]);
  });

  it('finds a delivery whose job was lost', async () => {
    await subscribe(['connection.*']);
    await anEvent();
    await handOut.tick();
    await db.query('DELETE FROM outbox');
    expect(await work()).toBe(0);
    clock.advance(121_000);
    expect(await work()).toBe(1);
    expect(received).toHaveLength(1);
  });

  it('sends nothing more to a deleted one', async () => {
    const { webhookId } = await subscribe(['connection.*']);
    await anEvent();
    await handOut.tick();
    await world.as(bootstrapKey).delete(`/admin/v1/webhooks/${webhookId}`).expect(204);
    await work();
    expect(received).toEqual([]);
    expect((await world.as(bootstrapKey).get('/admin/v1/webhooks')).body.data).toEqual([]);
    await world.as(bootstrapKey).get(`/admin/v1/webhooks/${webhookId}/deliveries`).expect(404);
  });

  it('keeps secrets sealed, and shows them once', async () => {
    const { secret } = await subscribe(['connection.*']);
    const rows = await db.query('SELECT * FROM webhook_subscriptions');
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6));
    const listed = await world.as(bootstrapKey).get('/admin/v1/webhooks');
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect(world.lines.join('')).not.toContain(secret);
  });

  it.each([
    ['http://hooks.example/x', 'url'],
    ['https://169.254.169.254/latest', 'url'],
    ['https://user:pass@hooks.example/', 'url'],
    ['https://hooks.example/?token=x', 'url'],
    ['nonsense', 'url'],
  ])('refuses %s, naming %s', async (to, field) => {
    const body = { url: to, events: ['action.*'] };
    const { body: problem } = await world.as(bootstrapKey).post('/admin/v1/webhooks', body).expect(400);
    expect(problem.errors).toEqual([{ field, reason: expect.any(String) }]);
  });

  it('does not follow a name or an address into the local network unless that is allowed', async () => {
    const { webhookId } = await subscribe(['connection.*'], url);
    await anEvent();
    const secrets = new SecretBox({ version: 'v1', key: Buffer.from(secretsKey, 'hex') });
    const logger = createLogger({ name: 'test', level: 'silent' });
    const strict = new WebhookDeliverer({
      db: database,
      secrets,
      policy: { allowLocal: false },
      clock,
      logger,
    });
    await handOut.tick();
    const [delivery] = await log(webhookId);
    await strict.deliver(delivery.deliveryId);
    expect(received).toEqual([]);
    expect((await log(webhookId))[0]).toMatchObject({
      state: 'PENDING',
      lastError: expect.stringContaining('must be a public host'),
    });
  });

  it("keeps other suppliers and lower roles away from one's webhooks", async () => {
    const { webhookId } = await subscribe(['connection.*']);
    const stranger = await world.newKey(await world.newSupplier(`Strangers ${nowIso()}`), 'admin');
    const operator = await world.newKey(supplierId, 'operator');
    const path = `/admin/v1/webhooks/${webhookId}`;
    await world.as(stranger).delete(path).expect(404);
    await world.as(stranger).post(`${path}/rotate-secret`, {}).expect(404);
    await world.as(stranger).get(`${path}/deliveries`).expect(404);
    await world.as(stranger).post(`${path}/replay`, { failedSince: nowIso() }).expect(404);
    await world.as(operator).delete(path).expect(403);
    await world
      .as(operator)
      .post('/admin/v1/webhooks', { url, events: ['action.*'] })
      .expect(403);
  });

  async function anEvent(): Promise<void> {
    const connectionId = await world.newConnection(supplierId);
    await db.query(`UPDATE connections SET status = 'UNAVAILABLE' WHERE id = $1`, [connectionId]);
  }
});
