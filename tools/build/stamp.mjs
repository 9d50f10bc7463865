import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesUnder, root, sources } from './files.mjs';

const stampFile = join(root, 'dist', '.build.json');

/** One hash over everything the output depends on: sources, settings, the build itself, the compiler's version. */
export function sourceHash() {
  const { scripts, assets } = sources();
  const settings = ['.swcrc', 'tsconfig.json', 'node_modules/@swc/core/package.json', 'tools/build.mjs'];
  const hash = createHash('sha256');
  for (const file of [...settings, ...filesUnder('tools/build'), ...scripts, ...assets]) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** True when the last finished build had this hash and all of its files are still there. */
export function isUpToDate(hash) {
  try {
    const last = JSON.parse(readFileSync(stampFile, 'utf8'));
    return last.hash === hash && last.files.every((file) => existsSync(join(root, 'dist', file)));
  } catch {
    return false;
  }
}

/** Called before the first file is written: an interrupted build must not look finished. */
export function forget() {
  rmSync(stampFile, { force: true });
}

/** Called after the last file is written. */
export function remember(hash, files) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ hash, files }));
}
