import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDir } from './data-dir';
import { commandLine, holdsWithin, isAlive, isPostmasterOf } from './processes';

/** Long enough for a guard to notice that its parent died. */
const noticeMs = 2_000;
const shutdownMs = 60_000;

interface Owner {
  guardPid: number;
  /** Set by the guard once it has begun to shut the server down. */
  stopping?: boolean;
}

/**
 * Makes this guard the one that runs the server of a data directory. A guard that is still busy ending the previous
 * server is waited for; a server that outlived its guard is ended.
 * @throws when another live process uses the directory.
 */
export async function takeOwnership(dataDir: DataDir, guardPid: number): Promise<void> {
  while (!claim(dataDir, guardPid)) await waitForOwner(dataDir);
  await stopOrphanedServer(dataDir.clusterDir);
}

function claim({ ownerFile }: DataDir, guardPid: number): boolean {
  try {
    writeFileSync(ownerFile, JSON.stringify({ guardPid } satisfies Owner), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

async function waitForOwner(dataDir: DataDir): Promise<void> {
  const gone = () => !hasLiveOwner(dataDir);
  if ((await holdsWithin(noticeMs, () => gone() || readOwner(dataDir)?.stopping === true)) === false) {
    throw new Error(
      `${dataDir.path} is in use by process ${readOwner(dataDir)?.guardPid}; stop that one first`,
    );
  }
  if (!(await holdsWithin(shutdownMs, gone))) {
    throw new Error(`the previous Postgres over ${dataDir.path} does not come to an end`);
  }
  if (gone()) rmSync(dataDir.ownerFile, { force: true });
}

/** True while a guard of ours runs the server of this directory (or is about to, or is ending it). */
export function hasLiveOwner(dataDir: DataDir): boolean {
  const owner = readOwner(dataDir);
  return owner !== undefined && isAlive(owner.guardPid) && commandLine(owner.guardPid).includes(dataDir.path);
}

function readOwner({ ownerFile }: DataDir): Owner | undefined {
  try {
    return JSON.parse(readFileSync(ownerFile, 'utf8')) as Owner;
  } catch {
    return undefined; // not there, or just being written
  }
}

/** Ends a server whose guard was killed too. Nothing is signalled that is not proven to be that server. */
export async function stopOrphanedServer(clusterDir: string): Promise<void> {
  const pid = postmasterPid(clusterDir);
  if (pid === undefined || !isPostmasterOf(pid, clusterDir)) return;
  const gone = () => !isPostmasterOf(pid, clusterDir);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    if (await holdsWithin(shutdownMs / 2, gone)) return;
  }
  throw new Error(`an old Postgres (process ${pid}) over ${clusterDir} does not come to an end`);
}

/** First line of `postmaster.pid`: https://www.postgresql.org/docs/18/storage-file-layout.html */
export function postmasterPid(clusterDir: string): number | undefined {
  const pid = Number(postmasterLines(clusterDir)[0]);
  return pid > 1 ? pid : undefined;
}

/** True once this server takes connections: the eighth line of `postmaster.pid` then says so. */
export function isReady(clusterDir: string, pid: number): boolean {
  const lines = postmasterLines(clusterDir);
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
}

function postmasterLines(clusterDir: string): string[] {
  try {
    return readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}
