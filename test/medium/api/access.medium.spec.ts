import { allows, newApiKey, roles, type Role } from '@warmshift/security';
import { problemSchema } from '../../../apps/api/src/http/problem';
import { buildOpenApi } from '../../../apps/api/src/openapi';
import { eventually, testDatabase } from '../../support';
import { ApiWorld, bootstrapKey } from './api-world';

const nobody = '00000000-0000-4000-8000-000000000000';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

describe('access to the API', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const keys = {} as Record<Role, string>;
  let supplierId: string;

  beforeAll(async () => {
    await world.start();
    supplierId = await world.supplierNamed('Energy Supplier A');
    for (const role of roles) keys[role] = await world.newKey(supplierId, role);
  });
  afterAll(() => world.stop());

  /** Every operation of the published description, with an id that nothing has. */
  function operations(): { method: Method; path: string; role: Role | undefined }[] {
    return Object.entries(buildOpenApi(world.api.app).paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<Method, { 'x-required-role'?: Role }>).map(([method, operation]) => ({
        method: method as Method,
        path: path.replace('{id}', nobody),
        role: operation['x-required-role'],
      })),
    );
  }

  it('needs a key for everything but health', async () => {
    for (const { method, path, role } of operations()) {
      const { status } = await world.as()[method](path);
      if (role === undefined) expect(path).toMatch(/^\/health\//);
      expect({ method, path, refused: status === 401 }).toEqual({
        method,
        path,
        refused: role !== undefined,
      });
    }
  });

  it('asks each operation for its role, and no more', async () => {
    for (const { method, path, role: needed } of operations()) {
      if (needed === undefined) continue;
      for (const role of roles) {
        const { status } = await world.as(keys[role])[method](path);
        expect({ method, path, role, allowed: status !== 403 }).toEqual({
          method,
          path,
          role,
          allowed: allows(role, needed),
        });
        expect(status).not.toBe(401);
      }
    }
  });

  it.each<[Method, string]>([
    ['post', '/admin/v1/campaigns'],
    ['post', '/admin/v1/emergency-stop'],
    ['post', '/admin/v1/connections'],
    ['post', '/admin/v1/api-keys'],
    ['patch', `/admin/v1/devices/${nobody}`],
    ['delete', `/admin/v1/connections/${nobody}`],
  ])('lets a viewer not %s %s', async (method, path) => {
    const { body } = await world.as(keys.viewer)[method](path).expect(403);
    expect(problemSchema.parse(body).type).toBe('urn:warmshift:problem:forbidden');
  });

  it('refuses a missing, unknown, wrong, expired and revoked key in the same words', async () => {
    const past = new Date(Date.now() - 1000).toISOString();
    const bad = [
      undefined,
      'short',
      newApiKey().key,
      `${keys.admin.slice(0, -1)}${keys.admin.endsWith('0') ? '1' : '0'}`,
      await world.newKey(supplierId, 'admin', { expires_at: past }),
      await world.newKey(supplierId, 'admin', { revoked_at: past }),
    ];
    const answers = [];
    for (const key of bad) {
      const { body, headers } = await world.as(key).get('/admin/v1/suppliers/me').expect(401);
      const { instance: _instance, reference: _reference, ...rest } = problemSchema.parse(body);
      answers.push({ ...rest, scheme: headers['www-authenticate'] });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('never writes a key into the log', () => {
    expect(world.lines.length).toBeGreaterThan(10);
    for (const key of [...Object.values(keys), bootstrapKey]) expect(world.lines.join('')).not.toContain(key);
  });

  it('notes the use of a key once a minute', async () => {
    const key = await world.newKey(supplierId, 'viewer', {
      last_used_at: new Date(Date.now() - 30_000).toISOString(),
    });
    const usedAt = async () => {
      const { body } = await world.as(keys.admin).get('/admin/v1/api-keys');
      return body.data.find(({ prefix }: { prefix: string }) => key.includes(prefix)).lastUsedAt as string;
    };
    const before = await usedAt();
    await world.as(key).get('/admin/v1/suppliers/me').expect(200);
    expect(await usedAt()).toBe(before);
    await db.query(`UPDATE api_keys SET last_used_at = now() - interval '61 seconds' WHERE prefix = $1`, [
      key.split('_')[2],
    ]);
    await world.as(key).get('/admin/v1/suppliers/me').expect(200);
    await eventually(async () => (await usedAt()) > before);
  });

  it('shows a new key once, and revokes it at once', async () => {
    const made = await world
      .as(keys.admin)
      .post('/admin/v1/api-keys', { name: 'Dashboard', role: 'viewer' })
      .expect(201);
    const { key, apiKeyId, prefix } = made.body;
    await world.as(key).get('/admin/v1/suppliers/me').expect(200);
    const listed = await world.as(keys.admin).get('/admin/v1/api-keys').expect(200);
    expect(listed.text).toContain(prefix);
    expect(listed.text).not.toContain(key);
    await world.as(keys.admin).delete(`/admin/v1/api-keys/${apiKeyId}`).expect(204);
    await world.as(key).get('/admin/v1/suppliers/me').expect(401);
  });

  it('replaces a key, with both valid during the overlap, and only the new one after it', async () => {
    const admin = world.as(keys.admin);
    const old = (await admin.post('/admin/v1/api-keys', { name: 'Billing', role: 'viewer' }).expect(201))
      .body;
    const path = `/admin/v1/api-keys/${old.apiKeyId}/rotate`;
    const rotated = (await admin.post(path, { overlapHours: 2 }).expect(201)).body;
    expect(rotated).toMatchObject({ name: 'Billing', role: 'viewer', replaced: { prefix: old.prefix } });
    expect(Date.parse(rotated.replaced.expiresAt) - Date.parse(rotated.createdAt)).toBe(2 * 3_600_000);
    for (const key of [old.key, rotated.key]) await world.as(key).get('/admin/v1/suppliers/me').expect(200);

    // A second rotation does not lengthen what the first one ended.
    const again = (await admin.post(path, { overlapHours: 24 }).expect(201)).body;
    expect(again.replaced.expiresAt).toBe(rotated.replaced.expiresAt);
    await db.query(`UPDATE api_keys SET expires_at = now() WHERE prefix = $1`, [old.prefix]);
    await world.as(old.key).get('/admin/v1/suppliers/me').expect(401);
    await world.as(rotated.key).get('/admin/v1/suppliers/me').expect(200);
    await admin.post(path, {}).expect(409);
    const audit = await admin.get(`/admin/v1/audit?subject=api-key/${rotated.apiKeyId}`).expect(200);
    expect(audit.body.data).toMatchObject([
      { action: 'api-key.rotate', detail: { prefix: rotated.prefix, replaces: old.prefix } },
    ]);
    expect(audit.text).not.toContain(rotated.key);
  });

  it('does not revoke the last admin key', async () => {
    const lonely = await world.newSupplier('Lonely');
    const key = await world.newKey(lonely, 'admin');
    const { body } = await world.as(key).get('/admin/v1/api-keys');
    await world.as(key).delete(`/admin/v1/api-keys/${body.data[0].apiKeyId}`).expect(409);
    await world.as(key).get('/admin/v1/api-keys').expect(200);
  });

  describe('of two suppliers', () => {
    let otherKey: string;
    let ids: Record<'connection' | 'site' | 'device' | 'campaign' | 'occurrence' | 'action', string>;

    beforeAll(async () => {
      otherKey = await world.newKey(await world.newSupplier('Energy Supplier B'), 'admin');
      const connection = await world.newConnection(supplierId);
      const site = await world.newSite(supplierId, connection);
      const columns = { site_id: site };
      const device = await world.newDevice({
        supplierId,
        connectionId: connection,
        columns,
        zones: { room: { code: 'READY' } },
      });
      const { campaign, occurrence } = await world.newCampaign(supplierId);
      const action = await world.newAction(supplierId, {
        occurrence,
        connection,
        device,
        zone: await world.zoneOf(device),
      });
      ids = { connection, site, device, campaign, occurrence, action };
    });

    it('shows to its owner what the next tests look for', async () => {
      for (const [kind, id] of Object.entries(ids)) {
        await world.as(keys.viewer).get(`/admin/v1/${kind}s/${id}`).expect(200);
        if (kind === 'occurrence') continue;
        const { body } = await world.as(keys.viewer).get(`/admin/v1/${kind}s`).expect(200);
        expect(JSON.stringify(body.data)).toContain(id);
      }
    });

    it('gives the other one nothing to see in lists', async () => {
      for (const path of [
        'connections',
        'sites',
        'devices',
        'campaigns',
        'actions',
        'audit',
        'legionella/overdue',
      ]) {
        const { body } = await world.as(otherKey).get(`/admin/v1/${path}`).expect(200);
        expect({ path, data: body.data }).toEqual({ path, data: [] });
      }
      expect((await world.as(otherKey).get('/v1/devices').expect(200)).body.data).toEqual([]);
      expect((await world.as(otherKey).get('/admin/v1/fleet/summary').expect(200)).body).toMatchObject({
        devices: 0,
        zones: 0,
      });
      const filtered = await world.as(otherKey).get(`/admin/v1/actions?device=${ids.device}`).expect(200);
      expect(filtered.body.data).toEqual([]);
    });

    it('lets the other one neither read nor change a single row', async () => {
      const other = world.as(otherKey);
      const requests: [Method, string, object?][] = [
        ['get', `connections/${ids.connection}`],
        ['patch', `connections/${ids.connection}`, { name: 'Mine now' }],
        ['put', `connections/${ids.connection}/credentials`, { credentials: { apiKey: 'x' } }],
        ['post', `connections/${ids.connection}/sync`],
        ['delete', `connections/${ids.connection}`],
        ['get', `sites/${ids.site}`],
        ['patch', `sites/${ids.site}`, { optedOut: true }],
        ['get', `devices/${ids.device}`],
        ['patch', `devices/${ids.device}`, { enabled: false }],
        ['get', `devices/${ids.device}/readings`],
        ['get', `devices/${ids.device}/status-history`],
        ['get', `devices/${ids.device}/actions`],
        ['get', `devices/${ids.device}/legionella`],
        ['get', `campaigns/${ids.campaign}`],
        ['post', `campaigns/${ids.campaign}/cancel`],
        ['get', `occurrences/${ids.occurrence}`],
        ['get', `occurrences/${ids.occurrence}/plan`],
        ['get', `occurrences/${ids.occurrence}/actions`],
        ['get', `occurrences/${ids.occurrence}/report`],
        ['get', `actions/${ids.action}`],
        ['post', 'emergency-stop', { scope: { kind: 'device', id: ids.device }, reason: 'test' }],
        ['post', 'emergency-stop/lift', { scope: { kind: 'connection', id: ids.connection } }],
      ];
      const settings = { device_id: ids.device, dhw: { temperature_lower_bound: 45 } };
      const room = Array.from({ length: 96 }, (_slot, index) => (index < 4 ? 'decrease' : 'none'));
      const thermal: [Method, string, object?][] = [
        ['get', `/v1/device/thermal-control/current-state?device_id=${ids.device}`],
        ['get', `/v1/device/thermal-control/forecast?device_id=${ids.device}`],
        ['post', '/v1/device/thermal-control/schedule', { device_id: ids.device, room }],
        ['post', '/v1/device/thermal-control/settings', settings],
        ['get', `/v1/devices/settings?device_id=${ids.device}`],
        ['patch', '/v1/devices/settings', settings],
      ];
      const all = [
        ...requests.map(([method, path, body]) => [method, `/admin/v1/${path}`, body] as const),
        ...thermal,
      ];
      for (const [method, path, body] of all) {
        const { status } = await other[method](path, body);
        expect({ method, path, status }).toEqual({ method, path, status: 404 });
      }
    });
  });
});
