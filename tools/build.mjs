// `npm run build`: sources -> dist/. Generates the Prisma client where needed, compiles with swc, copies assets.
// Needs no network. Does nothing when nothing changed. `--clean` removes what earlier builds made.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build/files.mjs';
import { withLock } from './build/lock.mjs';
import { generatePrismaClient } from './build/prisma-client.mjs';
import { forget, isUpToDate, remember, sourceHash } from './build/stamp.mjs';
import { writeOutput } from './build/write-output.mjs';

async function build() {
  const startedAt = Date.now();
  generatePrismaClient();
  const hash = sourceHash();
  if (isUpToDate(hash)) return;
  const { compile } = await import('./build/compile.mjs'); // brings the compilers, so only when there is work
  const output = await compile();
  forget();
  writeOutput(output);
  remember(hash, [...output.keys()]);
  process.stdout.write(`Built ${output.size} files in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.\n`);
}

function clean() {
  for (const path of ['dist', 'libs/db/src/generated'])
    rmSync(join(root, path), { recursive: true, force: true });
}

mkdirSync(join(root, '.cache'), { recursive: true });
try {
  await withLock(join(root, '.cache', 'build.lock'), process.argv.includes('--clean') ? clean : build);
} catch (error) {
  process.stderr.write(`Build failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
