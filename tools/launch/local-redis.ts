import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The same program that watches over the embedded Postgres: no Redis outlives a killed parent. */
const guardProgram = join(__dirname, '..', '..', 'libs', 'db', 'src', 'embedded', 'guard-process.js');
const startMs = 10_000;

export interface LocalRedis {
  readonly url: string;
  /** Of the server that runs now, or ran last. */
  readonly pid: number;
  /** Once the server was killed: starts it again on the same data and port. */
  startAgain(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * A `redis-server` of our own on a free loopback port, with data of its own, for tests that may kill or flush it.
 * @returns undefined where Redis is not installed.
 */
export async function startLocalRedis(): Promise<LocalRedis | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'warmshift-redis-'));
  const port = await freePort();
  const server = new GuardedRedis(dir, port);
  await server.start();
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    startAgain: () => server.start(),
    stop: () => server.stop(),
  };
}

class GuardedRedis {
  pid = 0;
  private running = false;
  private readonly guard: ChildProcess;

  constructor(
    private readonly dir: string,
    private readonly port: number,
  ) {
    this.guard = fork(guardProgram, [dir, join(dir, 'owner.json'), 'remove'], {
      detached: true,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.guard.on('message', ({ type, pid }: { type: string; pid?: number }) => {
      if (type === 'started') this.pid = pid ?? 0;
      if (type === 'ended') this.running = false;
    });
    this.guard.send({ type: 'owns' });
  }

  async start(): Promise<void> {
    this.guard.ref();
    this.guard.channel?.ref();
    await within('the old Redis ends', () => Promise.resolve(!this.running));
    this.running = true;
    const { dir, port } = this;
    const args = redisArguments(dir, port);
    this.guard.send({ type: 'start', program: 'redis-server', args, options: { cwd: dir } });
    await within('Redis answers', () => accepts(port));
    this.guard.unref();
    this.guard.channel?.unref();
  }

  async stop(): Promise<void> {
    const { guard } = this;
    if (guard.exitCode !== null || guard.signalCode !== null) return;
    const exit = once(guard, 'exit');
    guard.ref();
    guard.send({ type: 'stop' }, () => undefined);
    await exit;
  }
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

async function within(what: string, holds: () => Promise<boolean>): Promise<void> {
  const givenUpAt = Date.now() + startMs;
  while (!(await holds())) {
    if (Date.now() > givenUpAt) throw new Error(`Waited ${startMs / 1000} s in vain until ${what}.`);
    await delay(25);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
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
