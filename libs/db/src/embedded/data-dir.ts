import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canEnter, type OsUser } from './os-user';
import { ensureOwnDir, reachableOwnDir } from './own-dirs';

/** What lies in one data directory of ours. */
export interface DataDir {
  path: string;
  /** Postgres' own directory. */
  clusterDir: string;
  /** The superuser's password; only we can read it. */
  passwordFile: string;
  /** Who runs this directory's server; see `ownership.ts`. */
  ownerFile: string;
}

/**
 * Makes the directory, and moves it elsewhere when `user` cannot get there (a checkout below a home of mode 0700):
 * to `/var/lib/warmshift` for data meant to last, else below the temporary directory. Always the same for one `wanted`.
 */
export function prepareDataDir(wanted: string, user: OsUser | undefined, durable: boolean): DataDir {
  const path = resolve(wanted);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (!user) return describe(path);
  chmodSync(path, 0o711);
  if (canEnter(user, path)) return describe(path);
  const parent = durable ? ensureOwnDir('/var/lib/warmshift') : reachableOwnDir(user);
  return describe(
    ensureOwnDir(join(parent, `data-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`)),
  );
}

export function describe(dir: string): DataDir {
  const path = realpathSync(dir);
  return {
    path,
    clusterDir: join(path, 'cluster'),
    passwordFile: join(path, 'password'),
    ownerFile: join(path, 'owner.json'),
  };
}
