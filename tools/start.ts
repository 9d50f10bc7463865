import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError, loadConfig } from '@warmshift/config';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@warmshift/db';
import { keptSecretsKey } from './launch/secrets-key';
import { startService } from './launch/service';

const help = `npm start: runs Warmshift (api and one worker) until Ctrl-C.

Without settings everything is embedded: Postgres with its data in .warmshift/, the queue on that same Postgres.
For real use set DATABASE_URL, SECRETS_KEY and REDIS_URL. All settings: README, .env.example.`;

/** Nothing went wrong inside: the sentence is all that has to be said. */
class Refused extends Error {}

async function main(): Promise<void> {
  const [option] = process.argv.slice(2);
  if (option === '--help') return void process.stdout.write(`${help}\n`);
  if (option !== undefined)
    throw new Refused(`There is no option ${option}: the settings come from the environment. See --help.`);
  const config = loadConfig();
  const dataDir = resolve(config.data.dir);
  let postgres: EmbeddedPostgres | undefined;
  if (config.database.url === undefined) {
    // Others may pass through: as root, Postgres runs as a user of its own. What lies in it is closed to them.
    mkdirSync(dataDir, { recursive: true });
    process.stderr.write(`No DATABASE_URL: starting the embedded Postgres over ${dataDir}.\n`);
    postgres = await startEmbeddedPostgres({
      dataDir: join(dataDir, 'postgres'),
      durable: true,
      log: () => undefined,
    });
  } else {
    // With a database of its own, an installation must bring its key: the data cannot be read without it.
    loadConfig(process.env, { require: ['SECRETS_KEY'] });
  }
  try {
    await run(postgres?.url ?? config.database.url!, dataDir);
  } finally {
    await postgres?.stop();
  }
}

async function run(databaseUrl: string, dataDir: string): Promise<void> {
  const service = await startService({
    env: {
      DATABASE_URL: databaseUrl,
      SECRETS_KEY: process.env['SECRETS_KEY']?.trim() || keptSecretsKey(join(dataDir, 'secrets-key')),
    },
    workers: 1,
  });
  process.stderr.write(
    `Warmshift is running at ${service.apiUrl} (API documentation: ${service.apiUrl}/docs). Ctrl-C ends it.\n`,
  );
  const stopped = new Promise<string>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done(signal));
  });
  const why = await Promise.race([stopped, service.broken]);
  process.stderr.write(`Stopping: ${why}\n`);
  if (!why.startsWith('SIG')) process.exitCode = 1;
  await service.stop();
}

main().catch((error: unknown) => {
  const isExplained = error instanceof ConfigError || error instanceof Refused;
  process.stderr.write(`${isExplained ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
