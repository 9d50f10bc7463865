import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from './data-dir';
import { hasLiveOwner, stopOrphanedServer } from './ownership';

const prefix = 'warmshift-pg-';
/** Between making a directory and taking ownership of it lies less than this. */
const youthMs = 60_000;

/** A new directory for a server that nobody needs afterwards: start it with `temporary: true`. */
export function makeTemporaryDataDir(root: string = tmpdir()): string {
  return mkdtempSync(join(root, prefix));
}

/**
 * Removes what earlier runs left below `root` when even their guards were killed: data directories, and servers that
 * still run over them. What a live process uses, and what is not ours, stays.
 * @returns the directories removed.
 */
export async function removeStaleTemporaryDirs(root: string = tmpdir()): Promise<string[]> {
  const removed: string[] = [];
  for (const name of readdirSync(root).filter((entry) => entry.startsWith(prefix))) {
    const path = join(root, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat?.isDirectory() || stat.uid !== process.getuid?.()) continue;
    const dataDir = describe(path);
    const isNew = !existsSync(dataDir.ownerFile) && Date.now() - stat.mtimeMs < youthMs;
    if (isNew || hasLiveOwner(dataDir)) continue;
    await stopOrphanedServer(dataDir.clusterDir);
    rmSync(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}
