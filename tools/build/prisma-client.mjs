import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';

const generated = join(root, 'libs', 'db', 'src', 'generated');
const stamp = join(generated, '.schema-sha256');

/** Generates the Prisma client unless it was made from this very schema by this version of Prisma. */
export function generatePrismaClient() {
  const schemaFile = join(root, 'prisma', 'schema.prisma');
  if (!existsSync(schemaFile)) return;
  const wanted = createHash('sha256')
    .update(readFileSync(schemaFile))
    .update(readFileSync(join(root, 'node_modules', 'prisma', 'package.json')))
    .digest('hex');
  if (existsSync(join(generated, 'client.ts')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
    return;
  runPrismaGenerate();
  writeFileSync(stamp, wanted);
}

function runPrismaGenerate() {
  const prisma = join(root, 'node_modules', 'prisma', 'build', 'index.js');
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [prisma, 'generate', '--no-hints'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'tools', 'prisma-engine-stub.sh'),
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (status !== 0) throw new Error(`prisma generate: ${error?.message ?? `${stdout}${stderr}`.trim()}`);
}
