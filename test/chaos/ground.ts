import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeTemporaryDataDir,
  migrate,
  removeStaleTemporaryDirs,
  startEmbeddedPostgres,
} from '@warmshift/db';
import type { EmbeddedPostgres } from '@warmshift/db';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startLocalRedis, type LocalRedis } from '../../tools/launch/local-redis';

const template = 'chaos_template';

/** What runs that come one after another stand on: a Postgres and a Redis of their own, which the attacks may kill. */
export class Ground {
  private runs = 0;

  private constructor(
    readonly postgres: EmbeddedPostgres,
    readonly redis: LocalRedis | undefined,
  ) {}

  /** @param withRedis false: the queue lives in Postgres. */
  static async prepare(withRedis: boolean): Promise<Ground> {
    await removeStaleTemporaryDirs();
    const postgres = await startEmbeddedPostgres({
      dataDir: makeTemporaryDataDir(),
      durable: false,
      temporary: true,
      log: () => undefined,
    });
    let redis: LocalRedis | undefined;
    try {
      if (withRedis) redis = await startLocalRedis();
      const ground = new Ground(postgres, redis);
      await ground.makeTemplate();
      return ground;
    } catch (error) {
      await Promise.all([postgres.stop(), redis?.stop()]);
      throw error;
    }
  }

  /** A folder that goes with everything else, however we end. */
  newLogDir(name: string): string {
    const dir = join(this.postgres.dataDir, 'logs', `${name}-${Date.now()}`);
    mkdirSync(dir, { recursive: true });
    return dir;
  }

  /**
   * A database of its own and an empty Redis.
   * @param from the database it is a copy of, which nobody may be using; a migrated one without rows when absent.
   * @returns the database's URL.
   */
  async fresh(from?: string): Promise<string> {
    const name = `chaos_${(this.runs += 1)}`;
    const original = from === undefined ? template : nameOf(from);
    await this.administer(`CREATE DATABASE ${name} TEMPLATE ${original}`);
    await this.flushRedis();
    return this.urlOf(name);
  }

  async drop(databaseUrl: string): Promise<void> {
    await this.administer(`DROP DATABASE IF EXISTS ${nameOf(databaseUrl)} WITH (FORCE)`);
  }

  async flushRedis(): Promise<void> {
    if (!this.redis) return;
    const client = new Redis(this.redis.url);
    await client.flushall();
    client.disconnect();
  }

  async stop(): Promise<void> {
    await Promise.all([this.redis?.stop(), this.postgres.stop()]);
  }

  /** Postgres keeps the real time of every commit: which came first, the snapshot or the write, is then no opinion. */
  private async makeTemplate(): Promise<void> {
    await this.administer('ALTER SYSTEM SET track_commit_timestamp = on');
    process.kill(this.postgres.pid, 'SIGTERM');
    await this.postgres.startAgain();
    await this.administer(`CREATE DATABASE ${template}`);
    await migrate(this.urlOf(template));
  }

  private urlOf(database: string): string {
    const url = new URL(this.postgres.url);
    url.pathname = `/${database}`;
    return url.toString();
  }

  private async administer(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

function nameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}
