import { allows, roles, type Role } from '@warmshift/security';
import { buildOpenApi } from '../../../apps/api/src/openapi';
import { testDatabase } from '../../support';
import { ApiWorld } from './api-world';
import { operationsOf, schemasOf, type Operation, type Schemas } from './openapi/operations';
import { populatedSupplier, type Ids } from './openapi/populated-supplier';
import { examplesOf } from './openapi/values';

const mark = 'canary-of-the-victim';

describe('what is another supplier’s', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const keys = {} as Record<Role, string>;
  let victim: { readonly supplierId: string; readonly ids: Ids };
  let operations: Operation[];
  let schemas: Schemas;

  beforeAll(async () => {
    await world.start();
    victim = await populatedSupplier(world, mark);
    const other = await world.newSupplier('Energy Supplier B');
    for (const role of roles) keys[role] = await world.newKey(other, role);
    const document = buildOpenApi(world.api.app);
    operations = operationsOf(document).filter(({ role }) => role !== undefined);
    schemas = schemasOf(document);
  });
  afterAll(() => world.stop());

  /** All rows of the victim, in whatever table. */
  async function rowsOfVictim(): Promise<Record<string, string>> {
    const tables = await db.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'supplier_id'
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    const sums: Record<string, string> = {};
    for (const { name } of tables) {
      const [row] = await db.query<{ sum: string }>(
        `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS sum
         FROM "${name}" t WHERE supplier_id = $1`,
        [victim.supplierId],
      );
      sums[name] = row?.sum ?? '';
    }
    const [own] = await db.query<{ sum: string }>(
      `SELECT md5((SELECT s::text FROM suppliers s WHERE id = $1) || (SELECT string_agg(r::text, '') FROM connection_runtime r
         JOIN connections c ON c.id = r.connection_id WHERE c.supplier_id = $1)) AS sum`,
      [victim.supplierId],
    );
    return { ...sums, own: own?.sum ?? '' };
  }

  /** A filter by somebody else's id finds nothing; an operation on one row, named in the query, has none. */
  function mustNameOne({ parameters }: Operation): boolean {
    return parameters.some(
      ({ in: place, required, schema }) => place === 'query' && required && schema.format === 'uuid',
    );
  }

  /** Every way to name the victim's rows in a request of this operation. */
  function requestsOf({ path, parameters, body }: Operation, id: string) {
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && parameter.schema.format === 'uuid')
      .map(({ name }) => `${name}=${id}`);
    const paths = [path, ...query.map((text) => `${path}?${text}`)].map((text) =>
      text.replace(/\{\w+\}/g, id),
    );
    const bodies = body === undefined ? [undefined] : (examplesOf(body, schemas, id) as object[]);
    return paths.flatMap((target) => bodies.map((sent) => ({ target, sent })));
  }

  it('is neither shown nor changed, found nor admitted to exist, by any operation, to any role', async () => {
    const before = await rowsOfVictim();
    const named = new Map<Operation, boolean>();
    let asked = 0;
    for (const operation of operations) {
      const ids = operation.path.includes('{')
        ? Object.values(victim.ids)
        : [victim.ids.device, victim.ids.connection];
      for (const id of ids) {
        for (const { target, sent } of requestsOf(operation, id)) {
          const isNamed =
            operation.path.includes('{') ||
            JSON.stringify(sent ?? '').includes(id) ||
            (mustNameOne(operation) && target.includes(id));
          for (const role of roles) {
            const method = operation.method as 'get' | 'post';
            const { status, text } = await world.as(keys[role])[method](target, sent);
            asked += 1;
            const request = { method, target, sent, role };
            if (!allows(role, operation.role ?? 'admin'))
              expect({ ...request, status }).toEqual({ ...request, status: 403 });
            else if (isNamed) {
              // A body that is refused whatever it is about tells nothing; every operation has one that is not.
              if (status !== 400) expect({ ...request, status }).toEqual({ ...request, status: 404 });
              named.set(operation, (named.get(operation) ?? false) || status === 404);
            }
            expect({ ...request, shown: text.includes(mark) }).toEqual({ ...request, shown: false });
          }
        }
      }
    }
    const neverFound = [...named]
      .filter(([, found]) => !found)
      .map(([{ method, path }]) => `${method} ${path}`);
    expect(neverFound).toEqual([]);
    expect(asked).toBeGreaterThan(operations.length * roles.length);
    expect(await rowsOfVictim()).toEqual(before);
  });

  it('is shown to its owner by every operation that reads, so the test above can fail', async () => {
    const own = world.as(await world.newKey(victim.supplierId, 'admin'));
    const kinds = {
      connections: 'connection',
      sites: 'site',
      devices: 'device',
      actions: 'action',
      campaigns: 'campaign',
    };
    for (const [path, kind] of Object.entries(kinds)) {
      expect((await own.get(`/admin/v1/${path}`).expect(200)).text).toContain(mark);
      expect(
        (await own.get(`/admin/v1/${path}/${victim.ids[kind as keyof Ids]}`).expect(200)).text,
      ).toContain(mark);
    }
    for (const path of ['/v1/devices', '/admin/v1/audit', '/admin/v1/api-keys', '/admin/v1/suppliers/me'])
      expect((await own.get(path).expect(200)).text).toContain(mark);
  });
});
