import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** In a process of its own: Jest cannot load the engine, and no connection to the database stays open afterwards. */
async function ask<T>(question: 'migrate' | 'schema-sql', databaseUrl: string): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-r', join(__dirname, 'register-ts.cjs'), join(__dirname, 'migration-engine-process.ts'), question],
    { env: { ...process.env, DATABASE_URL: databaseUrl }, maxBuffer: 16 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as T;
}

/** @returns the names of the migrations applied now. */
export function migrateInProcess(databaseUrl: string): Promise<string[]> {
  return ask('migrate', databaseUrl);
}

/** The SQL that makes an empty database equal to `prisma/schema.prisma`. */
export function schemaSqlInProcess(databaseUrl: string): Promise<string> {
  return ask('schema-sql', databaseUrl);
}
