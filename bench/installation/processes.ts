import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
/** Also for tests, which run from the sources. */
const dist = basename(root) === 'dist' ? root : join(root, 'dist');

/** A program of `dist/` as a process of its own. */
export class BenchProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Where it listens, for those that do. */
    readonly url: string,
  ) {}

  /** Resolves once it says that it is ready. */
  static async start(
    script: string,
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): Promise<BenchProcess> {
    const child = fork(join(dist, script), args, {
      env: { PATH: process.env['PATH'], ...env },
      execArgv: execArguments(script),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = await new Promise<string>((done, fail) => {
      child.once('exit', (code) => fail(new Error(`${script} ended with code ${code}`)));
      child.once('message', (message) => done((message as { url?: string }).url ?? ''));
    });
    child.removeAllListeners('exit');
    return new BenchProcess(child, url);
  }

  /** Runs a program to its end. */
  static async run(script: string, env: Readonly<Record<string, string>>): Promise<void> {
    const child = fork(join(dist, script), [], {
      env: { PATH: process.env['PATH'], ...env },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${script} ended with code ${code}`);
  }

  /** Most memory it ever had in RAM, MiB; where the system tells. */
  get peakMiB(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
      return kib === undefined ? undefined : Number(kib) / 1024;
    } catch {
      return undefined;
    }
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

/** So that somebody can look where the time goes: `BENCH_CPU_PROF=DIR` writes a CPU profile of each worker. */
function execArguments(script: string): string[] {
  const folder = process.env['BENCH_CPU_PROF'];
  return folder === undefined || !script.includes('worker') ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

export interface BenchRedis {
  readonly url: string;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** A `redis-server` of its own, set up as in production. */
export async function startRedis(): Promise<BenchRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'warmshift-bench-redis-'));
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', ''];
  const server = spawn('redis-server', [...settings, '--appendonly', 'yes'], { stdio: 'ignore' });
  server.once('error', () => undefined);
  await answers(port, server);
  return {
    url: `redis://127.0.0.1:${port}`,
    flush: async () => void (await ask(port, 'FLUSHALL')),
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function answers(port: number, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (server.pid === undefined || server.exitCode !== null)
      throw new Error('redis-server cannot be started: is it installed?');
    if ((await ask(port, 'PING').catch(() => '')).startsWith('+PONG')) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('redis-server does not answer.');
}

async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(`${command}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString('utf8');
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
