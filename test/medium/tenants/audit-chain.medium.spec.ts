import { Database, forTenant } from '@warmshift/db';
import { AuditVerifier, recordAudit } from '@warmshift/suppliers';
import { testDatabase } from '../../support';
import { ApiWorld } from '../api/api-world';

describe('the chain of the audit', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let api: Database;
  let system: Database;
  let verifier: AuditVerifier;
  let supplierId: string;
  let other: string;

  beforeAll(async () => {
    api = new Database({ url: db.url, scope: 'tenants' });
    system = new Database({ url: db.url, scope: 'system', poolSize: 1 });
    verifier = new AuditVerifier(system);
    supplierId = await world.newSupplier('A');
    other = await world.newSupplier('B');
    for (const whose of [supplierId, other])
      for (let index = 0; index < 5; index += 1) await write(whose, index);
  });
  afterAll(async () => {
    await api.close();
    await system.close();
  });

  const write = (whose: string, index: number) =>
    forTenant(whose, () =>
      recordAudit(
        api,
        {
          supplierId: whose,
          actor: 'key/abc',
          action: 'device.update',
          subject: `device/${index}`,
          detail: { z: 'ü "quoted" \u2028\n\t\\', a: [1.5, 1e21, null, true], '': { nested: index } },
        },
        1_760_000_000_000 + index,
      ),
    );

  const resultOf = async (whose: string) => (await verifier.verify(whose))[0];

  /** As somebody who stands above triggers. Given back afterwards. */
  async function tampered(sql: string, values: unknown[], check: () => Promise<void>): Promise<void> {
    await db.query('CREATE TABLE kept AS SELECT * FROM audit');
    await db.query('CREATE TABLE kept_heads AS SELECT * FROM audit_heads');
    for (const table of ['audit', 'audit_heads']) await db.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    try {
      await db.query(sql, values);
      await check();
    } finally {
      await db.query('DELETE FROM audit');
      await db.query('DELETE FROM audit_heads');
      await db.query('INSERT INTO audit SELECT * FROM kept');
      await db.query('INSERT INTO audit_heads SELECT * FROM kept_heads');
      await db.query('DROP TABLE kept, kept_heads');
      for (const table of ['audit', 'audit_heads'])
        await db.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    }
  }

  it('holds for what was written, of every supplier by itself', async () => {
    expect(await verifier.verify()).toHaveLength(2);
    for (const whose of [supplierId, other])
      expect(await resultOf(whose)).toMatchObject({ supplierId: whose, entries: 5, broken: undefined });
  });

  it.each(['UPDATE audit SET actor = actor', 'DELETE FROM audit', 'TRUNCATE audit'])(
    'refuses to %s',
    async (sql) => {
      await expect(db.query(sql)).rejects.toThrow('append-only');
      await expect(forTenant(supplierId, () => api.run(sql))).rejects.toThrow(
        /permission denied|append-only/,
      );
    },
  );

  it.each([
    `INSERT INTO audit_heads (chain, supplier_id, seq, hash) SELECT gen_random_uuid(), supplier_id, 0, '' FROM audit_heads`,
    'UPDATE audit_heads SET seq = seq + 1',
    'DELETE FROM audit_heads',
    'TRUNCATE audit_heads',
  ])('moves no head by hand: %s', async (sql) => {
    await expect(db.query(sql)).rejects.toThrow('move with its entries only');
    await expect(forTenant(supplierId, () => api.run(sql))).rejects.toThrow('permission denied');
  });

  it('lets the api say what an entry says, and nothing of its place', async () => {
    const writer = await world.newSupplier('C');
    const forged = (columns: string, values: string) =>
      forTenant(writer, () =>
        api.run(
          `INSERT INTO audit (supplier_id, at, actor, action, subject, ${columns})
           VALUES ($1, now(), 'key/abc', 'x', 'x', ${values})`,
          [writer],
        ),
      );
    for (const [columns, values] of [
      ['seq, hash', `1, '\\x00'`],
      ['seq', '1'],
      ['id', '1'],
    ] as const)
      await expect(forged(columns, values)).rejects.toThrow('permission denied');
    await expect(forged('detail', `'{}'`)).resolves.toBe(1);
    expect(await resultOf(writer)).toMatchObject({ entries: 1, broken: undefined });
  });

  it('takes no entry of another supplier, nor without one, from the api', async () => {
    for (const [whose, of] of [
      [supplierId, other],
      [other, undefined],
    ] as const)
      await expect(
        forTenant(whose, () =>
          api.run(
            `INSERT INTO audit (supplier_id, at, actor, action, subject) VALUES ($1, now(), 'x', 'x', 'x')`,
            [of ?? null],
          ),
        ),
      ).rejects.toThrow('row-level security');
    expect(await resultOf(other)).toMatchObject({ entries: 5, broken: undefined });
  });

  it.each([
    [
      'a changed field',
      'UPDATE audit SET subject = $2 WHERE supplier_id = $1 AND seq = 3',
      ['device/7'],
      3,
      'changed',
    ],
    [
      'a changed detail',
      `UPDATE audit SET detail = jsonb_set(detail, '{a}', $2) WHERE supplier_id = $1 AND seq = 4`,
      ['2'],
      4,
      'changed',
    ],
    ['a missing entry', 'DELETE FROM audit WHERE supplier_id = $1 AND seq = $2', [2], 2, 'missing'],
    ['a missing first entry', 'DELETE FROM audit WHERE supplier_id = $1 AND seq = $2', [1], 1, 'missing'],
    ['a cut-off tail', 'DELETE FROM audit WHERE supplier_id = $1 AND seq >= $2', [4], 4, 'missing'],
    [
      'two entries that changed places',
      'UPDATE audit SET seq = CASE seq WHEN 2 THEN 102 ELSE 2 END WHERE supplier_id = $1 AND seq IN (2, $2)',
      [3],
      2,
      'changed',
    ],
    [
      'an entry behind the head',
      `INSERT INTO audit (supplier_id, at, actor, action, subject, seq) VALUES ($1, now(), 'x', 'x', $2, 6)`,
      ['x'],
      6,
      'beyond the head',
    ],
    [
      'a lost head',
      'DELETE FROM audit_heads WHERE supplier_id = $1 AND $2::text IS NOT NULL',
      ['x'],
      1,
      'without a head',
    ],
  ])('names %s, and only in its chain', async (_what, sql, values, seq, problem) => {
    await tampered(sql, [supplierId, ...values], async () => {
      expect((await resultOf(supplierId))?.broken).toMatchObject({ seq, problem });
      expect((await resultOf(other))?.broken).toBeUndefined();
    });
    expect((await resultOf(supplierId))?.broken).toBeUndefined();
  });

  it('stays whole when many write at the same time, some of whom roll back', async () => {
    await Promise.allSettled(
      Array.from({ length: 200 }, (_nothing, index) =>
        forTenant(supplierId, () =>
          api.transaction(async (sql) => {
            const entry = { supplierId, actor: 'key/abc', action: 'x', subject: String(index) };
            await recordAudit(sql, entry, 1_760_000_000_000);
            if (index % 4 === 0) throw new Error('rolled back');
          }),
        ),
      ),
    );
    expect(await resultOf(supplierId)).toMatchObject({ entries: 155, broken: undefined });
  });
});
