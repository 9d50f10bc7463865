import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createLogger, createMetrics } from '@warmshift/observability';
import { loadConfig } from '@warmshift/config';
import { buildOpenApi } from './openapi';
import { createApi } from './start';

/** Nothing of it is used: the description does not depend on where the service runs. */
const anywhere = {
  DATABASE_URL: 'postgres://nobody@localhost:1/nothing',
  SECRETS_KEY: randomBytes(32).toString('hex'),
};

/** The text of `docs/openapi.json`. Needs no database. */
export async function openApiText(): Promise<string> {
  const config = loadConfig(anywhere, { require: ['DATABASE_URL', 'SECRETS_KEY'] });
  const logger = createLogger({ name: 'openapi', level: 'silent' });
  const app = await createApi(config, logger, createMetrics());
  try {
    return `${JSON.stringify(buildOpenApi(app), undefined, 2)}\n`;
  } finally {
    await app.close();
  }
}

/** `node dist/apps/api/src/write-openapi.js [FILE]`; without a file, `docs/openapi.json` of the working directory. */
async function main(file = 'docs/openapi.json'): Promise<void> {
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await openApiText());
  process.stdout.write(`Wrote ${file}.\n`);
}

if (require.main === module) {
  main(process.argv[2]).catch((error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  });
}
