import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { types, type Pool, type PoolClient, type PoolConfig } from 'pg';
import { PrismaClient } from './generated/client';
import { isSystem, type DatabaseScope } from './scope';
import { ScopedPool } from './scoped-pool';

/** Statements written by hand: set-based work, locks and hot paths. Instants come back as epoch ms. */
export interface Sql {
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** @returns how many rows were changed. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections of this process to Postgres. */
  readonly poolSize?: number;
  /** Called for errors of idle connections (a restart of Postgres): they are replaced by themselves. */
  readonly onIdleError?: (error: Error) => void;
  /** Absent: `system`, for processes that work for all suppliers. */
  readonly scope?: DatabaseScope;
}

/**
 * Our statements take milliseconds: compiling one or starting processes for it takes longer than running it, and Postgres does so
 * whenever it overestimates. Rows are found by their ids, which the default cost of a random page (of a turning disk) lets it
 * shun for whole tables.
 */
const sessionSettings = '-c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1';

/** Nobody waits longer for an answer over HTTP: a statement that takes so long is given up. Workers and tools wait. */
const tenantSettings = '-c statement_timeout=60s -c idle_in_transaction_session_timeout=60s';

/** Locks that one process holds or waits for at once; more of them wait in the process. */
const lockConnections = 4;

/** What one scope has: statements for one supplier and those over all never share a connection. */
interface Side {
  readonly pool: Pool;
  readonly prisma: PrismaClient;
}

/**
 * One process's door to Postgres. `prisma` is for reading and writing single things; `sql` and `transaction` are for
 * work on whole sets. Both share one pool; a transaction is either one or the other, never both. Whose rows a statement
 * sees follows from the scope it is asked in (`scope.ts`).
 */
export class Database implements Sql {
  private readonly scope: DatabaseScope;
  private readonly own: Side;
  /** Of a process for tenants: the connections of what it does as system. */
  private readonly system: Side;
  /** Apart from the others: whoever waits for a lock must not keep its holder from working. */
  private readonly lockPool: Pool;

  constructor(private readonly options: DatabaseOptions) {
    this.scope = options.scope ?? 'system';
    this.own = this.side();
    this.system = this.scope === 'system' ? this.own : this.side();
    this.lockPool = this.newPool({ max: lockConnections, idleTimeoutMillis: 5_000 });
  }

  /** Never `findUnique` in a process for tenants: Prisma may answer several askers with one statement. */
  get prisma(): PrismaClient {
    return this.present.prisma;
  }

  private get pool(): Pool {
    return this.present.pool;
  }

  private get present(): Side {
    return isSystem(this.scope) ? this.system : this.own;
  }

  private side(): Side {
    const options = this.scope === 'tenants' ? `${sessionSettings} ${tenantSettings}` : sessionSettings;
    const pool = this.newPool({ max: this.options.poolSize ?? 10, connectionTimeoutMillis: 10_000, options });
    return { pool, prisma: new PrismaClient({ adapter: new PrismaPg(pool) }) };
  }

  private newPool(config: PoolConfig): Pool {
    const { url, onIdleError } = this.options;
    const pool = new ScopedPool(
      { connectionString: url, options: sessionSettings, types: { getTypeParser }, ...config },
      this.scope,
    );
    pool.on('error', onIdleError ?? (() => undefined));
    return pool;
  }

  rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return sqlOn(this.pool).rows<Row>(text, values);
  }

  run(text: string, values: readonly unknown[] = []): Promise<number> {
    return sqlOn(this.pool).run(text, values);
  }

  /** All or nothing. The work must not be slow: vendor calls never happen inside. */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(sqlOn(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /**
   * Runs `work` while holding a lock that is valid across processes, on a connection of its own, so that slow work (a
   * vendor call) may happen inside. A killed process loses the lock with its connection.
   */
  async withSessionLock<T>(key: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.lockPool.connect();
    let broken: Error | undefined;
    try {
      await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [key]);
      return await work(sqlOn(client));
    } finally {
      await client
        .query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key])
        .catch((error: Error) => {
          broken = error;
        });
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    const sides = [...new Set([this.own, this.system])];
    for (const { prisma } of sides) await prisma.$disconnect();
    for (const pool of [...sides.map((side) => side.pool), this.lockPool]) if (!pool.ended) await pool.end();
  }
}

function sqlOn(target: Pool | PoolClient): Sql {
  return {
    async rows<Row extends object>(text: string, values: readonly unknown[] = []) {
      return (await target.query<Row>(statement(text, values))).rows;
    },
    async run(text: string, values: readonly unknown[] = []) {
      return (await target.query(statement(text, values))).rowCount ?? 0;
    },
  };
}

const names = new Map<string, string>();

/**
 * Statements with parameters are prepared once per connection: planning the larger ones takes longer than running them.
 * Texts are constants of the code, so their number is small.
 */
function statement(
  text: string,
  values: readonly unknown[],
): { text: string; values: unknown[]; name?: string } {
  if (values.length === 0) return { text, values: [] };
  let name = names.get(text);
  if (name === undefined)
    names.set(text, (name = `warmshift_${createHash('sha1').update(text).digest('hex').slice(0, 20)}`));
  return { text, values: [...values], name };
}

const timestamptz = 1184;
const int8 = 20;
const int8Array: number = 1016;

/** Instants as epoch ms, counts as numbers (our ids and counts stay far below 2^53). */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === timestamptz) return (value) => new Date(value).getTime();
  if (oid === int8) return Number;
  if (oid === int8Array) {
    const parseArray = types.getTypeParser(
      oid as number as Parameters<typeof types.getTypeParser>[0],
      'text',
    ) as (value: string) => (string | null)[];
    return (value) => parseArray(value).map((item) => (item === null ? null : Number(item)));
  }
  return types.getTypeParser(oid, format as 'text') as (value: string) => unknown;
}

/** An instant as a statement's parameter. */
export function at(instant: number): Date;
export function at(instant: number | undefined): Date | null;
export function at(instant: number | undefined): Date | null {
  return instant === undefined ? null : new Date(instant);
}

/** Rows as one JSON parameter for `jsonb_to_recordset($1)`; instants must be given as ISO strings (`iso`). */
export function recordset(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

export function iso(instant: number): string;
export function iso(instant: number | undefined): string | undefined;
export function iso(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

/** `undefined` for the NULL of a row: the domain knows "no statement" only as an absent value. */
export function given<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}
