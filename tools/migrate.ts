import { loadConfig } from '@warmshift/config';
import { migrate } from '@warmshift/db';

/** `npm run db:migrate`: brings the database of DATABASE_URL to the schema of this version. */
async function main(): Promise<void> {
  const config = loadConfig(process.env, { require: ['DATABASE_URL'] });
  const applied = await migrate(config.database.url);
  process.stdout.write(applied.length === 0 ? 'Nothing to apply.\n' : `Applied: ${applied.join(', ')}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
