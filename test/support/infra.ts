import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Client, type QueryResultRow } from 'pg';
import { readInfra } from './infra-environment';

export interface TestDatabase {
  /** Of a superuser; valid from `beforeAll` on. */
  readonly url: string;
  /** Reads or arranges rows directly. */
  query<R extends QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
}

/** Call once at the top of a test file or of a `describe`: a migrated database of its own, dropped afterwards. */
export function testDatabase(): TestDatabase {
  const name = `warmshift_test_${randomBytes(6).toString('hex')}`;
  let client: Client | undefined;
  beforeAll(async () => {
    await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${readInfra().template}`);
    client = new Client({ connectionString: urlOf(name) });
    client.on('error', () => undefined); // a chaos test may have restarted the server
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });
  return {
    get url() {
      return urlOf(name);
    },
    async query<R extends QueryResultRow>(sql: string, values: unknown[] = []) {
      if (!client) throw new Error('the test database is there from beforeAll on');
      return (await client.query<R>(sql, values)).rows;
    },
  };
}

function urlOf(name: string): string {
  const url = new URL(readInfra().adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Cloning fails while somebody is connected to the template, so clones are made one at a time. */
async function asAdmin(sql: string): Promise<void> {
  const client = new Client({ connectionString: readInfra().adminUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(7275002)');
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface TestRedis {
  readonly url: string;
  /** For everything the test writes, so that test files do not meet. */
  readonly keyPrefix: string;
  /** As if Redis had lost everything this test file wrote. */
  flush(): Promise<void>;
}

/** Call inside `describeWithRedis`. What was written is removed afterwards. */
export function testRedis(): TestRedis {
  const keyPrefix = `warmshift-test-${randomBytes(6).toString('hex')}`;
  const redis: TestRedis = {
    get url() {
      return redisUrl();
    },
    keyPrefix,
    flush: () => flush(keyPrefix),
  };
  afterAll(() => redis.flush());
  return redis;
}

/** On a server of our own each worker has its own database, for programs that know no prefix. */
function redisUrl(): string {
  const { redis } = readInfra();
  if (!redis) throw new Error('there is no Redis; put the test into describeWithRedis');
  return redis.ownServer ? `${redis.url}/${Number(process.env.JEST_WORKER_ID ?? 1) % 64}` : redis.url;
}

async function flush(keyPrefix: string): Promise<void> {
  const client = new Redis(redisUrl());
  try {
    if (readInfra().redis?.ownServer) return void (await client.flushdb());
    for await (const keys of client.scanStream({ match: `${keyPrefix}*`, count: 1000 }) as AsyncIterable<
      string[]
    >) {
      if (keys.length > 0) await client.unlink(keys);
    }
  } finally {
    client.disconnect();
  }
}

/** A `describe` that needs Redis: without one it says so and is skipped, and under CI it fails. */
export function describeWithRedis(name: string, tests: () => void): void {
  if (readInfra().redis) return describe(name, tests);
  const problem = `NOT TESTED without Redis (set REDIS_URL or install redis-server): ${name}`;
  if (process.env.CI) {
    return describe(name, () => {
      it('has a Redis to run on', () => {
        throw new Error(problem);
      });
    });
  }
  process.stderr.write(`\n*** ${problem} ***\n`);
  return describe.skip(name, tests);
}
