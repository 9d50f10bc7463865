import { randomBytes } from 'node:crypto';
import type { QueueSettings } from '@warmshift/queue';
import { describeWithRedis, testDatabase, testRedis } from '../../support';

/** Where the queues of a test file live. Valid from `beforeAll` on. */
export interface TestStore {
  /** The same store every time. */
  settings(): QueueSettings;
  /** A store that nobody has used yet. */
  freshSettings(): QueueSettings;
}

const random = () => randomBytes(6).toString('hex');

function redisStore(): TestStore {
  const redis = testRedis();
  const settings = (name: string) => ({ redisUrl: redis.url, prefix: `${redis.keyPrefix}-${name}` });
  return { settings: () => settings('queue'), freshSettings: () => settings(random()) };
}

function postgresStore(): TestStore {
  const database = testDatabase();
  const settings = (schema: string) => ({ databaseUrl: database.url, schema });
  return { settings: () => settings('bullmq'), freshSettings: () => settings(`bullmq_${random()}`) };
}

/** Runs the same tests on both backends. */
export function describeOnBothBackends(name: string, tests: (store: TestStore) => void): void {
  describeWithRedis(`${name} on redis`, () => tests(redisStore()));
  describe(`${name} on postgres`, () => tests(postgresStore()));
}
