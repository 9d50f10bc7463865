import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresBinaries } from './binaries';
import type { DataDir } from './data-dir';
import { spawnAs, type OsUser } from './os-user';

export const superuser = 'postgres';

/**
 * Makes the cluster unless it exists. It appears under its name only when it is whole, so a start that was killed
 * half way does no harm.
 * @returns the superuser's password.
 */
export async function ensureCluster(
  dataDir: DataDir,
  { initdb }: PostgresBinaries,
  user: OsUser | undefined,
  durable: boolean,
): Promise<string> {
  if (existsSync(dataDir.clusterDir)) return readFileSync(dataDir.passwordFile, 'utf8');
  const password = randomBytes(24).toString('hex');
  const fresh = `${dataDir.clusterDir}.new`;
  const passwordForInitdb = join(dataDir.path, 'initdb-password');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(dataDir.passwordFile, password, { mode: 0o600 });
  writeFileSync(passwordForInitdb, password, { mode: 0o600 });
  try {
    if (user) for (const path of [fresh, passwordForInitdb]) chownSync(path, user.uid, user.gid);
    await run(initdb, initdbArguments(fresh, passwordForInitdb, durable), user);
    renameSync(fresh, dataDir.clusterDir);
  } finally {
    rmSync(passwordForInitdb, { force: true });
  }
  return password;
}

function initdbArguments(clusterDir: string, passwordFile: string, durable: boolean): string[] {
  return [
    `--pgdata=${clusterDir}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
}

/**
 * The server's command line: loopback TCP only. Unless `durable`, a power cut may cost the data; a killed server never
 * does, so `synchronous_commit` stays on.
 */
export function serverArguments(clusterDir: string, port: number, durable: boolean): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    'timezone=UTC',
    'log_timezone=UTC',
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
  return ['-D', clusterDir, ...settings.flatMap((setting) => ['-c', setting])];
}

function run(program: string, args: string[], user: OsUser | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...spawnAs(user), stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`initdb failed: ${errors.trim()}`)),
    );
  });
}
