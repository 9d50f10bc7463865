import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startContainer, type Started } from './containers';
import { eventually } from './eventually';

/** The same program that watches over the embedded Postgres: no Redis outlives a killed test run. */
const guardProgram = join(__dirname, '..', '..', 'libs', 'db', 'src', 'embedded', 'guard-process.js');

/** `REDIS_URL`, else a container, else a local `redis-server` on a free port; undefined when there is none of them. */
export async function startRedis(): Promise<(Started & { ownServer: boolean }) | undefined> {
  const url = process.env.REDIS_URL;
  if (url) return { url, from: 'REDIS_URL', ownServer: false, stop: () => Promise.resolve() };
  const started = (await inContainer()) ?? (await startLocalRedis());
  return started && { ...started, ownServer: true };
}

function inContainer(): Promise<Started | undefined> {
  return startContainer('redis:7-alpine', 6379, {}, (host, port) => `redis://${host}:${port}`);
}

/** A server of its own, for tests that kill or flush Redis as well. @returns undefined where it is not installed. */
export async function startLocalRedis(): Promise<(Started & { pid: number }) | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'warmshift-redis-'));
  const port = await freePort();
  const guard = fork(guardProgram, [dir, join(dir, 'owner.json'), 'remove'], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const started = new Promise<number>((resolve) => {
    guard.on('message', (message: { type: string; pid: number }) => {
      if (message.type === 'started') resolve(message.pid);
    });
  });
  guard.send({ type: 'owns' });
  guard.send({
    type: 'start',
    program: 'redis-server',
    args: redisArguments(dir, port),
    options: { cwd: dir },
  });
  const pid = await started;
  await eventually(() => accepts(port));
  guard.unref();
  guard.channel?.unref();
  return {
    url: `redis://127.0.0.1:${port}`,
    from: 'local redis-server',
    pid,
    stop: async () => {
      if (guard.exitCode !== null || guard.signalCode !== null) return;
      const exit = once(guard, 'exit');
      guard.ref();
      guard.send({ type: 'stop' }, () => undefined);
      await exit;
    },
  };
}

/** As in production (append-only file, noeviction), with enough databases for one per test worker. */
function redisArguments(dir: string, port: number): string[] {
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
    databases: '64',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function accepts(port: number): Promise<true> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end();
      resolve(true);
    });
    socket.on('error', reject);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
