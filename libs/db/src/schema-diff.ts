import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { loadSchemaEngine } from './schema-engine';

/**
 * The SQL that turns a database of one Prisma schema into one of another; both are the texts of schema files. Needs no
 * database and no network.
 *
 * @returns an empty text when the two describe the same database.
 * @throws Error with Prisma's explanation when a text is not a Prisma schema.
 */
export async function schemaDiff(fromSchema: string, toSchema: string): Promise<string> {
  const { SchemaEngine } = await loadSchemaEngine();
  const engine = await SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(noDatabase),
  );
  const result = await engine.diff({
    from: datamodel(fromSchema),
    to: datamodel(toSchema),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  const sql = result.stdout ?? '';
  return sql.trim() === emptyMigration ? '' : sql;
}

/** What Prisma writes when there is nothing to do. */
const emptyMigration = '-- This is an empty migration.';

function datamodel(content: string) {
  return { tag: 'schemaDatamodel' as const, files: [{ path: 'schema.prisma', content }] };
}

const identity = { provider: 'postgres', adapterName: '@prisma/adapter-pg' } as const;

/** The engine wants a database before it compares two texts, and asks it for its version. This one answers nothing. */
const nothing: SqlDriverAdapter = {
  ...identity,
  queryRaw: () => Promise.resolve({ columnNames: [], columnTypes: [], rows: [] }),
  executeRaw: () => Promise.resolve(0),
  executeScript: () => Promise.resolve(),
  startTransaction: () => Promise.reject(new Error('There is no database behind a comparison of schemas.')),
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  dispose: () => Promise.resolve(),
};

const noDatabase: SqlMigrationAwareDriverAdapterFactory = {
  ...identity,
  connect: () => Promise.resolve(nothing),
  connectToShadowDb: () => Promise.resolve(nothing),
};
