import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Started } from './containers';
import { publishInfra } from './infra-environment';
import { migrateInProcess } from './migration-engine';
import { startPostgres } from './postgres-for-tests';
import { startRedis } from './redis-for-tests';

declare global {
  /** What the teardown, in the same process, has to end. */
  var warmshiftTestServers: { started: Started[]; adminUrl: string; template: string } | undefined;
}

export default async function setUp(): Promise<void> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const template = `warmshift_template_${randomBytes(4).toString('hex')}`;
  globalThis.warmshiftTestServers = {
    started: redis ? [postgres, redis] : [postgres],
    adminUrl: postgres.url,
    template,
  };
  await createTemplate(postgres.url, template);
  publishInfra({
    adminUrl: postgres.url,
    template,
    redis: redis && { url: redis.url, ownServer: redis.ownServer },
  });
  // For tests that look for servers by the names a user would set.
  process.env.TEST_DATABASE_URL = postgres.url;
  if (redis) process.env.REDIS_URL = redis.url;
  process.stderr.write(
    `\nPostgres: ${postgres.from}. Redis: ${redis?.from ?? 'NONE, so its tests cannot run'}.\n`,
  );
}

async function createTemplate(adminUrl: string, template: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${template}`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  await migrateInProcess(url.href);
}
