import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canEnter, type OsUser } from './os-user';

/**
 * A directory below the system's temporary directory that belongs to us and that `user` can enter, for what cannot
 * stay where it is. Made if missing.
 * @throws when nothing fits, or when somebody else put something there first.
 */
export function reachableOwnDir(user: OsUser): string {
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find((candidate) => canEnter(user, candidate));
  if (!parent)
    throw new Error(`user "${user.name}" can enter no temporary directory, so embedded Postgres cannot run`);
  return ensureOwnDir(join(parent, `warmshift-${process.getuid?.() ?? 0}`));
}

/** Makes a directory others may pass through but not write to; an existing one must be exactly that and ours. */
export function ensureOwnDir(dir: string): string {
  try {
    mkdirSync(dir, { mode: 0o755 });
    chmodSync(dir, 0o755); // whatever the umask took away
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) {
    throw new Error(`${dir} is not a directory that only we can write to; remove it and try again`);
  }
  return dir;
}
