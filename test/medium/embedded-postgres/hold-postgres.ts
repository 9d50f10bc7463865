/** `hold-postgres.ts DATA_DIR keep|remove`: starts a Postgres, prints how to reach it and lives until it is killed. */
import { startEmbeddedPostgres } from '../../../libs/db/src/embedded';

async function main(): Promise<void> {
  const [dataDir = '', afterwards] = process.argv.slice(2);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    durable: false,
    temporary: afterwards === 'remove',
    log: () => undefined,
  });
  const { url, pid } = postgres;
  process.stdout.write(`${JSON.stringify({ url, pid })}\n`);
  setInterval(() => undefined, 60_000);
}

void main();
