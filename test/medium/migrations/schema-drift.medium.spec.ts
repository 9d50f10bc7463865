import { Client } from 'pg';
import { testDatabase } from '../../support';
import { migrateInProcess, schemaSqlInProcess } from '../../support/migration-engine';

/** What Prisma's schema can say about a database, one line each. Partitions follow their parent and are left out. */
const shapeSql = `
  WITH tables AS (
    SELECT oid, relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname <> '_prisma_migrations'
  )
  SELECT 'column ' || t.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
    FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
  UNION ALL
  SELECT 'index ' || replace(pg_get_indexdef(i.indexrelid), ' ONLY ', ' ') FROM tables t JOIN pg_index i ON i.indrelid = t.oid
  UNION ALL
  SELECT 'foreign key ' || t.relname || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
    FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f'
  UNION ALL
  SELECT 'enum ' || ty.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
    FROM pg_enum e JOIN pg_type ty ON ty.oid = e.enumtypid GROUP BY ty.typname
  ORDER BY 1`;

describe('prisma/migrations', () => {
  const migrated = testDatabase();
  const empty = testDatabase();

  async function shapeOf(url: string): Promise<string[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<{ line: string }>(shapeSql)).rows.map(({ line }) => line);
    } finally {
      await client.end();
    }
  }

  it('make the database that prisma/schema.prisma describes', async () => {
    await empty.query('DROP SCHEMA public CASCADE');
    await empty.query('CREATE SCHEMA public');
    await empty.query(await schemaSqlInProcess(empty.url));
    const described = await shapeOf(empty.url);
    const made = await shapeOf(migrated.url);

    expect(described.length).toBeGreaterThan(50);
    expect(described.filter((line) => !made.includes(line))).toEqual([]);
    const isColumn = (line: string) => line.startsWith('column ');
    expect(made.filter(isColumn)).toEqual(described.filter(isColumn));
  });

  it('have nothing left to do after they ran', async () => {
    expect(await migrateInProcess(migrated.url)).toEqual([]);
  });
});
