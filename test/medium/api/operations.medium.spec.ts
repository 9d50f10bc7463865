import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApi } from '../../../apps/api/src/start';
import { loadConfig } from '@warmshift/config';
import { createLogger, createMetrics } from '@warmshift/observability';
import { randomBytes } from 'node:crypto';
import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey } from './api-world';

describe('operating the API', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const admin = () => world.as(bootstrapKey);
  let vendor: Server;
  let vendorUrl: string;

  beforeAll(async () => {
    await world.start();
    vendor = createServer((request, response) => {
      const known = request.headers['x-api-key'] === 'the-right-key';
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(known ? { data: [], meta: { next_token: null } } : { detail: 'Unknown key' }),
      );
    });
    await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
    vendorUrl = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await world.stop();
    vendor.closeAllConnections();
    vendor.close();
  });

  const nox = (name: string, apiKey = 'the-right-key') => ({
    vendor: 'nox',
    name,
    baseUrl: vendorUrl,
    credentials: { apiKey },
  });

  it('connects a vendor and never shows the credentials again', async () => {
    const made = await admin().post('/admin/v1/connections', nox('Main')).expect(201);
    expect(made.body).toMatchObject({ vendor: 'nox', name: 'Main', status: 'ACTIVE', baseUrl: vendorUrl });
    const all = await admin().get('/admin/v1/connections').expect(200);
    expect(all.text + made.text + world.lines.join('')).not.toContain('the-right-key');
    const rows = await db.query('SELECT * FROM connections');
    expect(JSON.stringify(rows)).not.toContain('the-right-key');
    const audit = await admin()
      .get(`/admin/v1/audit?subject=connection/${made.body.connectionId}`)
      .expect(200);
    expect(audit.body.data[0]).toMatchObject({
      action: 'connection.create',
      detail: { vendor: 'nox', name: 'Main' },
    });
  });

  it('keeps a connection whose key the vendor refuses, until a better one comes', async () => {
    const made = await admin().post('/admin/v1/connections', nox('Wrong key', 'a-wrong-key')).expect(201);
    expect(made.body.status).toBe('NEEDS_REAUTHENTICATION');
    const path = `/admin/v1/connections/${made.body.connectionId}`;
    const mended = await admin()
      .put(`${path}/credentials`, { credentials: { apiKey: 'the-right-key' } })
      .expect(200);
    expect(mended.body.status).toBe('ACTIVE');
    const synced = await admin().post(`${path}/sync`).expect(202);
    expect(synced.body).toEqual({ jobs: 2, requestedAt: expect.any(String) });
    const jobs = await db.query<{ name: string }>(
      `SELECT name FROM outbox WHERE payload ->> 'connectionId' = $1 ORDER BY id`,
      [made.body.connectionId],
    );
    expect(jobs.map(({ name }) => name)).toEqual(['connection.discover', 'connection.read']);
    await admin().delete(path).expect(204);
    await admin().get(path).expect(404);
  });

  it.each<[string, object, string[]]>([
    ['an unknown vendor', { vendor: 'acme' }, ['vendor']],
    ['no credentials', { credentials: {} }, ['credentials.apiKey']],
    ['an address that is none', { baseUrl: 'vendor' }, ['baseUrl']],
    ['an unknown field', { apiKey: 'x' }, ['apiKey']],
  ])('refuses to connect with %s', async (_what, change, fields) => {
    const { body } = await admin()
      .post('/admin/v1/connections', { ...nox('Refused'), ...change })
      .expect(400);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  it('refuses a second connection of the same name', async () => {
    await admin().post('/admin/v1/connections', nox('Twice')).expect(201);
    await admin().post('/admin/v1/connections', nox('Twice')).expect(409);
  });

  it('changes the name and the agreed pace of a connection, and takes the pace back', async () => {
    const { body: made } = await admin()
      .post('/admin/v1/connections', { ...nox('Paced'), requestsPerSecond: 5 })
      .expect(201);
    expect(made.requestsPerSecond).toBe(5);
    const path = `/admin/v1/connections/${made.connectionId}`;
    const renamed = await admin().patch(path, { name: 'Paced well', requestsPerSecond: 50 }).expect(200);
    expect(renamed.body).toMatchObject({ name: 'Paced well', requestsPerSecond: 50 });
    const { body: own } = await admin().patch(path, { requestsPerSecond: null }).expect(200);
    expect(own).not.toHaveProperty('requestsPerSecond');
    await admin().patch(path, { requestsPerSecond: 0 }).expect(400);
    await admin().post('/admin/v1/connections', nox('Taken')).expect(201);
    await admin().patch(path, { name: 'Taken' }).expect(409);
  });

  it('says what each vendor needs, and which of it is secret', async () => {
    const { body } = await admin().get('/admin/v1/vendors').expect(200);
    expect(body.data.map(({ vendor: name }: { vendor: string }) => name).sort()).toEqual([
      'heatingcontrol',
      'istabai',
      'microclimates',
      'nox',
      'sgready',
    ]);
    const istabai = body.data.find(({ vendor: name }: { vendor: string }) => name === 'istabai');
    expect(istabai.credentials).toEqual([
      { name: 'email', title: 'E-mail of the Istabai user', type: 'string', required: true, secret: false },
      { name: 'password', title: 'Password', type: 'string', required: true, secret: true },
    ]);
    expect(istabai.settings.every(({ required }: { required: boolean }) => !required)).toBe(true);
  });

  it('is live and ready, and says why when it is not', async () => {
    await world.as().get('/health/live').expect(200, { status: 'live' });
    await db.query('DELETE FROM outbox');
    const ready = await world.as().get('/health/ready').expect(200);
    expect(ready.body).toMatchObject({
      status: 'ready',
      checks: { postgres: { ok: true }, outbox: { ok: true }, restores: { overdue: 0 } },
    });
    await db.query(
      `INSERT INTO outbox (name, payload, run_at, created_at) VALUES ('connection.discover', '{}', now() - interval '2 minutes', now() - interval '2 minutes')`,
    );
    const late = await world.as().get('/health/ready').expect(503);
    expect(late.body.checks.outbox.ok).toBe(false);
    expect(late.body.checks.outbox.oldestSeconds).toBeGreaterThan(110);
    await db.query('DELETE FROM outbox');
  });

  it('is not ready while something is not given back', async () => {
    const supplierId = await world.supplierNamed('Energy Supplier A');
    const connection = await world.newConnection(supplierId);
    const device = await world.newDevice({
      supplierId,
      connectionId: connection,
      zones: { room: { code: 'READY' } },
    });
    const { occurrence } = await world.newCampaign(supplierId);
    const ends_at = new Date(Date.now() - 120_000).toISOString();
    const action = await world.newAction(
      supplierId,
      { occurrence, connection, device, zone: await world.zoneOf(device) },
      { ends_at },
    );
    const { body } = await world.as().get('/health/ready').expect(503);
    expect(body.checks.restores).toEqual({ ok: false, overdue: 1 });
    const metrics = await world.as().get('/metrics').expect(200);
    expect(metrics.text).toContain('warmshift_overdue_restores 1');
    expect(metrics.text).toContain('warmshift_zones{code="READY"}');
    expect(metrics.text).toContain('warmshift_outbox_oldest_seconds 0');
    expect(metrics.text).toContain('warmshift_scrape_errors_total 0');
    expect(metrics.text).not.toContain(supplierId);
    await db.query(`UPDATE actions SET state = 'RESTORED' WHERE id = $1`, [action]);
    await world.as().get('/health/ready').expect(200);
  });

  it('describes itself', async () => {
    const { body } = await world.as().get('/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    expect(body.components.securitySchemes['x-api-key']).toEqual({
      type: 'apiKey',
      in: 'header',
      name: 'x-api-key',
    });
    const page = await world.as().get('/docs').expect(200);
    expect(page.text).toContain('swagger-ui');
    const script = await world.as().get('/docs/swagger-ui-init.js').expect(200);
    expect(script.text).toContain('/v1/devices');
    await world.as().get('/docs/swagger-ui-bundle.js').expect(200);
  });

  it('answers unknown addresses and broken ids with problems', async () => {
    await admin().get('/admin/v1/nothing').expect(404);
    const { body } = await admin().get('/admin/v1/devices/not-an-id').expect(400);
    expect(body.errors).toEqual([{ field: 'id', reason: 'is not an id' }]);
  });
});

describe('the first start', () => {
  const db = testDatabase();
  const empty = testDatabase();
  const start = (url: string, env: Record<string, string> = {}) =>
    startApi(
      loadConfig(
        { DATABASE_URL: url, SECRETS_KEY: randomBytes(32).toString('hex'), PORT: '0', ...env },
        { require: ['DATABASE_URL', 'SECRETS_KEY'] },
      ),
      createLogger({ name: 'api', level: 'silent' }),
      createMetrics(),
    );

  it('makes one admin key, once', async () => {
    const first = await start(db.url);
    await first.app.close();
    expect(first.firstKey).toMatch(/^ws_live_/);
    const second = await start(db.url);
    try {
      expect(second.firstKey).toBeUndefined();
      const answer = await fetch(`${second.url}/admin/v1/suppliers/me`, {
        headers: { 'x-api-key': first.firstKey ?? '' },
      });
      expect(await answer.json()).toMatchObject({ name: 'Default supplier', role: 'admin' });
    } finally {
      await second.app.close();
    }
  });

  it('takes a given admin key too, and does not revive a revoked one', async () => {
    const env = { BOOTSTRAP_ADMIN_KEY: bootstrapKey };
    await (await start(db.url, env)).app.close();
    await db.query(`UPDATE api_keys SET revoked_at = now() WHERE prefix LIKE 'own_%'`);
    const { app, url } = await start(db.url, env);
    try {
      const answer = await fetch(`${url}/admin/v1/suppliers/me`, { headers: { 'x-api-key': bootstrapKey } });
      expect(answer.status).toBe(401);
    } finally {
      await app.close();
    }
  });

  it('refuses to run without tables or without a database, in a sentence', async () => {
    await empty.query('DROP SCHEMA public CASCADE');
    await empty.query('CREATE SCHEMA public');
    await expect(start(empty.url)).rejects.toThrow('run the migrations first');
    await expect(start('postgres://nobody:secret@127.0.0.1:1/nothing')).rejects.toThrow('cannot be used');
  });
});
