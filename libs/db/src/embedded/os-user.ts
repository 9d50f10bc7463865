import { spawnSync } from 'node:child_process';

/** The unprivileged user Postgres runs as; undefined when we are not root and it simply runs as us. */
export interface OsUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root, so root drops to a user that already exists; none is ever created.
 * @throws when we are root and the machine has neither `postgres` nor `nobody`.
 */
export function postgresOsUser(): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = lookUp('postgres') ?? lookUp('nobody');
  if (!user) {
    throw new Error(
      'embedded Postgres cannot run as root, and there is no user "postgres" or "nobody" to run it as',
    );
  }
  return user;
}

function lookUp(name: string): OsUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  return uid === undefined || gid === undefined || uid === 0 ? undefined : { name, uid, gid };
}

/** Spawn options that make a child run as this user, in a place it can be in, with nothing of our environment. */
export function spawnAs(user: OsUser | undefined) {
  return { ...(user && { uid: user.uid, gid: user.gid }), cwd: '/', env: childEnvironment };
}

const childEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };

/** True when the user can enter this directory, asked of the system itself. */
export function canEnter(user: OsUser | undefined, dir: string): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', dir], { ...spawnAs(user), stdio: 'ignore' }).status === 0
  );
}
