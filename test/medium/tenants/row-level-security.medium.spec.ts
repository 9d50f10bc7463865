import { randomBytes } from 'node:crypto';
import { Database, forTenant, openTenantScope, ReadingPartitions, tablesOpenToAll } from '@warmshift/db';
import { testDatabase } from '../../support';
import { migrateInProcess } from '../../support/migration-engine';
import { ApiWorld } from '../api/api-world';

/** Every table that holds a supplier's data without saying whose: named here, so that a new one is a decision. */
const withoutSupplierId = ['connection_memory', 'connection_runtime', 'device_leases', 'outbox', 'suppliers'];
/** Tables that hold no supplier's data. */
const nobodys = ['_prisma_migrations'];

const login = `plain_${randomBytes(4).toString('hex')}`;

describe('row-level security', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let api: Database;
  let worker: Database;
  const suppliers: string[] = [];

  beforeAll(async () => {
    api = new Database({ url: db.url, scope: 'tenants', poolSize: 2 });
    worker = new Database({ url: db.url, scope: 'system', poolSize: 2 });
    await new ReadingPartitions(worker).ensure([Date.UTC(2026, 0, 15), Date.UTC(2026, 0, 16)]);
    for (const name of ['A', 'B']) suppliers.push(await supplierWithRows(name));
  });
  afterAll(async () => {
    await api.close();
    await worker.close();
  });

  /** One row in every table with a supplier_id, in the order in which they need one another. */
  async function supplierWithRows(name: string): Promise<string> {
    const supplierId = await world.newSupplier(name);
    await world.newKey(supplierId, 'admin');
    const connection = await world.newConnection(supplierId);
    await db.query('INSERT INTO connection_runtime (connection_id) VALUES ($1)', [connection]);
    await world.newSite(supplierId, connection);
    const zones = { room: { code: 'READY' } };
    const device = await world.newDevice({ supplierId, connectionId: connection, zones });
    const zone = await world.zoneOf(device);
    const { occurrence } = await world.newCampaign(supplierId);
    const action = await world.newAction(supplierId, { occurrence, connection, device, zone });
    await db.query(
      `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, power_quality)
       VALUES ($1, '2026-01-15T12:00:00Z', $2, now(), 'reported')`,
      [zone, supplierId],
    );
    await db.query('INSERT INTO cycle_ledger (device_id, local_day, supplier_id) VALUES ($1, $2, $3)', [
      device,
      '2026-01-15',
      supplierId,
    ]);
    await db.query(
      `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event) VALUES ($1, $2, now(), 'a', 'b', 'c')`,
      [action, supplierId],
    );
    await db.query(
      `INSERT INTO audit (supplier_id, at, actor, action, subject) VALUES ($1, now(), 'system', 'a', 's')`,
      [supplierId],
    );
    return supplierId;
  }

  interface Table {
    name: string;
    hasSupplier: boolean;
    enabled: boolean;
    forced: boolean;
    policies: string[];
  }

  /** Partitions too: whoever names one directly must not get around its parent. */
  function tables(): Promise<Table[]> {
    return db.query<Table & Record<string, unknown>>(`
      SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
        EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'supplier_id') AS "hasSupplier",
        ARRAY(SELECT polname::text FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`);
  }

  const seen = async (by: Database, table: string) =>
    (await by.rows<{ n: number }>(`SELECT count(*) AS n FROM "${table}"`))[0]?.n ?? -1;

  it('is on and forced for every table, partition and whatever comes next, with its policies', async () => {
    const all = await tables();
    expect(all.filter(({ name }) => /^readings_\d+$/.test(name))).toHaveLength(2);
    for (const { name, hasSupplier, ...rest } of all) {
      if (nobodys.includes(name)) continue;
      if (!hasSupplier) expect(withoutSupplierId).toContain(name);
      expect({ name, ...rest }).toEqual({
        name,
        enabled: true,
        forced: true,
        policies: name === 'outbox' ? ['enqueue', 'system', 'tenant'] : ['system', 'tenant'],
      });
    }
  });

  it('shows nothing without a supplier, to a supplier its own only, and all to the worker', async () => {
    let compared = 0;
    for (const { name, hasSupplier } of await tables()) {
      if (nobodys.includes(name)) continue;
      const [{ n } = { n: -1 }] = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${name}"`);
      expect({ name, seen: await openTenantScope(() => seen(api, name)) }).toEqual({ name, seen: 0 });
      expect({ name, seen: await seen(api, name) }).toEqual({ name, seen: 0 });
      expect({ name, seen: await seen(worker, name) }).toEqual({ name, seen: n });
      if (!hasSupplier || n === 0) continue;
      compared += 1;
      for (const supplierId of suppliers) {
        const rows = await forTenant(supplierId, () =>
          api.rows<{ whose: string }>(`SELECT supplier_id AS whose FROM "${name}"`),
        );
        expect({ name, whose: [...new Set(rows.map(({ whose }) => whose))] }).toEqual({
          name,
          whose: [supplierId],
        });
      }
    }
    expect(compared).toBeGreaterThanOrEqual(12);
    for (const supplierId of suppliers) {
      expect(await forTenant(supplierId, () => seen(api, 'suppliers'))).toBe(1);
      expect(await forTenant(supplierId, () => seen(api, 'connection_runtime'))).toBe(1);
    }
  });

  it('lets nobody write, move or touch what is another one’s', async () => {
    const [own = '', other = ''] = suppliers;
    await forTenant(own, async () => {
      const insert = `INSERT INTO sites (id, supplier_id, connection_id, vendor_site_id, name, created_at)
        SELECT gen_random_uuid(), $1, connection_id, 'x', 'x', now() FROM sites LIMIT 1`;
      await expect(api.run(insert, [other])).rejects.toThrow('row-level security');
      await expect(api.run('UPDATE devices SET supplier_id = $1', [other])).rejects.toThrow(
        'row-level security',
      );
      expect(await api.run('UPDATE devices SET name = $1 WHERE supplier_id = $2', ['x', other])).toBe(0);
      expect(await api.run('DELETE FROM readings WHERE supplier_id = $1', [other])).toBe(0);
      expect(await api.prisma.device.count()).toBe(1);
      await api.transaction(async (sql) => {
        expect(await sql.rows('SELECT id FROM campaigns WHERE supplier_id = $1', [other])).toEqual([]);
      });
      await api.withSessionLock('x', async (sql) => {
        expect(await sql.rows('SELECT id FROM campaigns WHERE supplier_id = $1', [other])).toEqual([]);
      });
    });
  });

  it('keeps suppliers apart on the same few connections at the same time, also when statements fail', async () => {
    const asked = Array.from({ length: 400 }, (_nothing, index) => suppliers[index % 2] ?? '');
    const answers = await Promise.all(
      asked.map((supplierId, index) =>
        forTenant(supplierId, async () => {
          if (index % 7 === 0) await expect(api.rows('SELECT 1 / 0')).rejects.toThrow('division');
          const sql = 'SELECT id FROM suppliers';
          const rows =
            index % 3 === 0
              ? await api.transaction((inside) => inside.rows<{ id: string }>(sql))
              : await api.rows<{ id: string }>(sql);
          return rows.map(({ id }) => id);
        }),
      ),
    );
    expect(answers).toEqual(asked.map((supplierId) => [supplierId]));
  });

  it('is not left by the role of the api, and the role makes no tables', async () => {
    await forTenant(suppliers[0] ?? '', () =>
      api.transaction(async (sql) => {
        await sql.rows("SELECT set_config('warmshift.scope', 'system', true)");
        expect(await sql.rows('SELECT id FROM suppliers')).toHaveLength(1);
        await expect(sql.run('CREATE TABLE mine (id int)')).rejects.toThrow('permission denied');
      }),
    ).catch((error: Error) => expect(error.message).toMatch('aborted'));
  });

  describe('with a plain user who owns the tables', () => {
    const plainDb = testDatabase();
    let url: string;

    beforeAll(async () => {
      await plainDb.query('DROP SCHEMA public CASCADE');
      await plainDb.query(`CREATE ROLE ${login} LOGIN PASSWORD 'x' NOSUPERUSER NOCREATEROLE`);
      const [{ name } = { name: '' }] = await plainDb.query<{ name: string }>(
        'SELECT current_database() AS name',
      );
      await plainDb.query(`ALTER DATABASE ${name} OWNER TO ${login}`);
      await plainDb.query(`CREATE SCHEMA public AUTHORIZATION ${login}`);
      const plain = new URL(plainDb.url);
      plain.username = login;
      plain.password = 'x';
      url = plain.href;
      await migrateInProcess(url);
    });
    // Its database is gone by then.
    afterAll(() => db.query(`DROP ROLE IF EXISTS ${login}`));

    it('holds as well, for the api and for the worker', async () => {
      const plainApi = new Database({ url, scope: 'tenants' });
      const plainWorker = new Database({ url, scope: 'system' });
      try {
        await new ReadingPartitions(plainWorker).ensure([Date.UTC(2026, 0, 15)]);
        for (const name of ['A', 'B'])
          await plainWorker.run(
            'INSERT INTO suppliers (id, name, created_at) VALUES (gen_random_uuid(), $1, now())',
            [name],
          );
        const [{ id } = { id: '' }] = await plainWorker.rows<{ id: string }>(
          'SELECT id FROM suppliers ORDER BY name',
        );
        expect(await plainWorker.rows('SELECT id FROM suppliers')).toHaveLength(2);
        expect(await plainApi.rows('SELECT id FROM suppliers')).toEqual([]);
        expect(await forTenant(id, () => plainApi.rows('SELECT id FROM suppliers'))).toEqual([{ id }]);
        expect(await openTenantScope(() => tablesOpenToAll(plainApi))).toEqual([]);
      } finally {
        await plainApi.close();
        await plainWorker.close();
      }
    });
  });

  it('is found missing by the api before it serves', async () => {
    expect(await tablesOpenToAll(api)).toEqual([]);
    await db.query('CREATE TABLE forgotten (supplier_id uuid)');
    expect(await tablesOpenToAll(api)).toEqual(['forgotten']);
    await db.query('SELECT warmshift_protect_tenants()');
    expect(await tablesOpenToAll(api)).toEqual([]);
  });
});
