import { createServer, type AddressInfo } from 'node:net';
import { Client } from 'pg';
import { postgresBinaries } from './binaries';
import { ensureCluster, serverArguments, superuser } from './cluster';
import { prepareDataDir, type DataDir } from './data-dir';
import { Guard } from './guard';
import { postgresOsUser } from './os-user';
import { isReady, postmasterPid, takeOwnership } from './ownership';
import { holdsWithin } from './processes';

const database = 'warmshift';
const startMs = 60_000;
const portAttempts = 5;

export interface EmbeddedPostgresOptions {
  /** Kept between runs. Made if missing. */
  dataDir: string;
  /** A free one when absent. */
  port?: number | undefined;
  /** False: faster, and a power cut may cost the data. For tests and demos. */
  durable: boolean;
  /** Removes the data directory once Postgres has ended. */
  temporary?: boolean | undefined;
  /** Receives each line of the server's log. */
  log: (line: string) => void;
  /** Where the programs lie (`bin/`, `lib/`, `share/`), when not in the npm package. */
  nativeDir?: string | undefined;
}

export interface EmbeddedPostgres {
  /** Holds the password: not for logs. */
  url: string;
  port: number;
  /** Of the server that runs now, or ran last. */
  readonly pid: number;
  /** Where the data really is: elsewhere than asked when we are root and the server's user cannot get there. */
  dataDir: string;
  /** Once the server has ended by itself or was killed: starts it again on the same data and port. */
  startAgain(): Promise<void>;
  /** Ends the server and waits for it. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres of our own over `dataDir`, on loopback only, with a password made once per directory. It ends when
 * this process ends, however it ends. Works as root as well: the server then runs as `postgres` or `nobody`.
 *
 * @throws when the directory is in use by another live process, the port is taken, or the server does not come up; the
 * message holds the server's last lines.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = postgresOsUser();
  const binaries = postgresBinaries(user, options.nativeDir);
  const dataDir = prepareDataDir(options.dataDir, user, options.durable);
  const guard = new Guard(dataDir, options.temporary ?? false, options.log);
  try {
    await takeOwnership(dataDir, guard.pid);
    guard.owns();
    const password = await ensureCluster(dataDir, binaries, user, options.durable);
    const start = async (candidate: number): Promise<void> => {
      guard.start(binaries.postgres, serverArguments(dataDir.clusterDir, candidate, options.durable), user);
      await untilReady(guard, dataDir);
    };
    const port = await startOnPort(options, dataDir, start);
    await ensureDatabase(urlOf(port, password, 'postgres'));
    guard.letGo();
    return {
      url: urlOf(port, password, database),
      port,
      get pid() {
        return guard.serverPid ?? 0;
      },
      dataDir: dataDir.path,
      startAgain: async () => {
        await holdsWithin(startMs, () => guard.hasServerEnded);
        await start(port);
      },
      stop: () => guard.stop(),
    };
  } catch (error) {
    await guard.stop();
    throw error;
  }
}

/** A free port can be taken by somebody else before Postgres has it; then another one is tried. */
async function startOnPort(
  { port }: EmbeddedPostgresOptions,
  dataDir: DataDir,
  start: (port: number) => Promise<void>,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const candidate = port ?? (await freePort());
    try {
      await start(candidate);
      return candidate;
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('Address already in use');
      if (!taken || port !== undefined || attempt === portAttempts) throw error;
      await holdsWithin(startMs, () => postmasterPid(dataDir.clusterDir) === undefined);
    }
  }
}

async function untilReady(guard: Guard, { clusterDir }: DataDir): Promise<void> {
  const settled = await holdsWithin(startMs, () => {
    return guard.hasServerEnded || (guard.serverPid !== undefined && isReady(clusterDir, guard.serverPid));
  });
  if (settled && !guard.hasServerEnded) return;
  throw new Error(`embedded Postgres did not start: ${guard.serverLog}`);
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

function urlOf(port: number, password: string, name: string): string {
  return `postgresql://${superuser}:${password}@127.0.0.1:${port}/${name}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
