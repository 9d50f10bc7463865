import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { schemaDiff } from '@warmshift/db';

const help = `npm run db:new -- NAME [options]

Writes prisma/migrations/<time>_NAME/migration.sql: the SQL that brings databases from the schema of the last commit
to prisma/schema.prisma as it is now. Needs no database and no network. Read the SQL before you commit it.

  --from FILE   compare with this schema file instead of the one of the last commit
  --empty       write an empty migration, for SQL that Prisma's schema cannot say (partitions, checks, data)
  --help        this text

NAME: small letters, digits and _, such as add_device_colour.`;

/** Something the caller must change. The message is the whole explanation. */
class BadRequest extends Error {}

const schemaFile = 'prisma/schema.prisma';
const migrationsFolder = 'prisma/migrations';

async function main(): Promise<void> {
  const wanted = readArguments(process.argv.slice(2));
  if (wanted === 'help') return void process.stdout.write(`${help}\n`);
  const sql = wanted.empty ? '-- Written by hand: say why here.\n' : await changesSince(wanted.from);
  const folder = join(migrationsFolder, folderName(wanted.name, new Date()));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'migration.sql');
  writeFileSync(file, sql, { flag: 'wx' });
  process.stdout.write(`Wrote ${file}.\n`);
  const losses = sql.split('\n').filter((line) => /\bDROP (TABLE|COLUMN|TYPE)\b/.test(line));
  if (losses.length > 0) process.stdout.write(`It loses data where there is any:\n${losses.join('\n')}\n`);
}

function readArguments(args: readonly string[]): 'help' | { name: string; from?: string; empty: boolean } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { from: text, empty: flag, help: flag },
    });
  } catch (error) {
    throw new BadRequest(`${(error as Error).message}\nTry --help.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || !/^[a-z][a-z0-9_]{0,80}$/.test(name))
    throw new BadRequest(
      'Give one NAME of small letters, digits and _, such as add_device_colour.\nTry --help.',
    );
  if (values.from !== undefined && values.empty)
    throw new BadRequest('--from and --empty exclude each other.');
  return { name, empty: values.empty, ...(values.from === undefined ? {} : { from: values.from }) };
}

/** @throws BadRequest when there is nothing to migrate. */
async function changesSince(from: string | undefined): Promise<string> {
  const before = from === undefined ? committedSchema() : readText(from);
  const sql = await schemaDiff(before, readText(schemaFile));
  if (sql === '') {
    const since = from ?? 'the last commit';
    throw new BadRequest(
      `${schemaFile} describes the same database as ${since}: there is nothing to migrate.`,
    );
  }
  return sql;
}

function committedSchema(): string {
  try {
    return execFileSync('git', ['show', `HEAD:./${schemaFile}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch {
    throw new BadRequest(
      `The last commit has no ${schemaFile} to compare with. Give the old file with --from.`,
    );
  }
}

function readText(file: string): string {
  if (!existsSync(file))
    throw new BadRequest(`There is no file ${file} here. Run this in the root of the checkout.`);
  return readFileSync(file, 'utf8');
}

/** Migrations are applied in the order of their names, so a new one must come last. */
function folderName(name: string, now: Date): string {
  const time = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const newest = existsSync(migrationsFolder)
    ? readdirSync(migrationsFolder)
        .filter((entry) => /^\d{14}_/.test(entry))
        .sort()
        .at(-1)
    : undefined;
  if (newest !== undefined && newest.slice(0, 14) >= time)
    throw new BadRequest(
      `The migration ${newest} is not older than now (${time}, UTC). Is this machine's clock right?`,
    );
  return `${time}_${name}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
