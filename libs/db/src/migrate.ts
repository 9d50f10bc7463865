import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError } from '@prisma/driver-adapter-utils';
import { Client, type DatabaseError, type Pool } from 'pg';
import { loadSchemaEngine } from './schema-engine';
import { ScopedPool } from './scoped-pool';

/** Serialises migrations of processes that start at the same time. Any constant will do. */
const advisoryLock = 7_275_001;

/**
 * Brings a database to the schema of `prisma/migrations` with Prisma's own engine (its WebAssembly build, so nothing
 * is downloaded). `_prisma_migrations` is kept as Prisma keeps it: `prisma migrate deploy` stays usable.
 *
 * @returns the names of the migrations applied now.
 * @throws when the database cannot be reached or a migration fails; the message never holds the connection string.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    const applied = await withEngine(databaseUrl, ({ applyMigrations }) => applyMigrations());
    await client.query('SELECT warmshift_protect_tenants()');
    return applied;
  } finally {
    await client.end();
  }
}

/** The SQL that makes an empty database equal to `prisma/schema.prisma` (for the drift check and new migrations). */
export function schemaSql(databaseUrl: string): Promise<string> {
  const schema = readFileSync(join(prismaDirectory(), 'schema.prisma'), 'utf8');
  return withEngine(databaseUrl, ({ diffFromEmpty }) => diffFromEmpty(schema));
}

/** The engine never closes its connections by itself; here they end with the work. */
async function withEngine<T>(databaseUrl: string, work: (engine: MigrationEngine) => Promise<T>): Promise<T> {
  const pool = new ScopedPool({ connectionString: databaseUrl, max: 2 }, 'system');
  try {
    return await work(await migrationEngine(pool));
  } finally {
    await pool.end();
  }
}

type MigrationEngine = Awaited<ReturnType<typeof migrationEngine>>;

/**
 * Sends a migration as it is written, in one message and so in one transaction, as `prisma migrate deploy` does. The adapter
 * itself cuts it at every semicolon, also at those inside of functions.
 */
class WholeScripts extends PrismaPg {
  constructor(private readonly pool: Pool) {
    super(pool);
  }

  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      await this.pool.query(script).catch((cause: DatabaseError) => {
        const { code = '', severity = 'ERROR', message, detail, column, hint } = cause;
        throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
      });
    };
    return adapter;
  }
}

async function migrationEngine(pool: Pool) {
  const { SchemaEngine } = await loadSchemaEngine();
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool));
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
  const filters = { externalTables: [], externalEnums: [] };
  return {
    async applyMigrations(): Promise<string[]> {
      const result = await engine.applyMigrations({ migrationsList: migrationsOnDisk(), filters });
      return result.appliedMigrationNames;
    },
    async diffFromEmpty(schema: string): Promise<string> {
      const result = await engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
        script: true,
        exitCode: null,
        filters,
      });
      return result.stdout ?? '';
    },
  };
}

function migrationsOnDisk() {
  const baseDir = join(prismaDirectory(), 'migrations');
  const names = readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir,
    lockfile: {
      path: 'migration_lock.toml',
      content: readFileSync(join(baseDir, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: readFileSync(join(baseDir, name, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

/** `prisma/` lies beside `libs/` in the sources and in the build. */
function prismaDirectory(): string {
  return join(__dirname, '..', '..', '..', 'prisma');
}
