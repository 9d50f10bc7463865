import { randomBytes } from 'node:crypto';
import {
  makeTemporaryDataDir,
  removeStaleTemporaryDirs,
  startEmbeddedPostgres,
} from '../../libs/db/src/embedded/index';
import { startContainer, type Started } from './containers';

/** `TEST_DATABASE_URL`, else a container, else the embedded Postgres; never what happens to be installed. */
export async function startPostgres(): Promise<Started> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { url, from: 'TEST_DATABASE_URL', stop: () => Promise.resolve() };
  return (await inContainer()) ?? (await embedded());
}

function inContainer(): Promise<Started | undefined> {
  const password = randomBytes(16).toString('hex');
  return startContainer(
    'postgres:17-alpine',
    5432,
    { POSTGRES_PASSWORD: password },
    (host, port) => `postgresql://postgres:${password}@${host}:${port}/postgres`,
  );
}

async function embedded(): Promise<Started> {
  await removeStaleTemporaryDirs();
  const postgres = await startEmbeddedPostgres({
    dataDir: makeTemporaryDataDir(),
    durable: false,
    temporary: true,
    log: () => undefined,
  });
  return { url: postgres.url, from: 'embedded Postgres', stop: () => postgres.stop() };
}
