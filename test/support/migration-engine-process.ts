import { migrate, schemaSql } from '@warmshift/db';

/** See `migration-engine.ts`. */
async function main(): Promise<void> {
  const url = process.env.DATABASE_URL;
  if (url === undefined) throw new Error('DATABASE_URL is missing');
  const result = process.argv[2] === 'migrate' ? await migrate(url) : await schemaSql(url);
  process.stdout.write(JSON.stringify(result), () => process.exit(0));
}

void main();
