import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '../../support';

const dist = join(__dirname, '..', '..', '..', 'dist');

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type Settings = Readonly<Record<string, string | undefined>>;

/** What the environment of the tests may say about servers must not reach a program by accident. */
const ownSettings =
  /^(DATABASE_URL|REDIS_URL|SECRETS_KEY|PORT|HOST|DATA_DIR|LOG_LEVEL|CLOCK_|BOOTSTRAP_|ALLOW_)/;

const running = new Set<Program>();
// Whatever a test that failed left running.
afterAll(async () => {
  for (const program of running) await program.kill();
});

/** One program of `dist/` as a process of its own, with everything it wrote. */
export class Program {
  /** Both streams, as they came. */
  output = '';
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;
  private readonly messages: { event?: string; url?: string }[] = [];

  /** @param script below `dist/`, like `apps/api/src/main.js`. */
  constructor(
    readonly script: string,
    settings: Settings = {},
    args: readonly string[] = [],
  ) {
    const inherited = Object.entries(process.env).filter(([name]) => !ownSettings.test(name));
    this.child = fork(join(dist, script), args, {
      env: { ...Object.fromEntries(inherited), ...settings },
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.on('message', (message: { event?: string }) => void this.messages.push(message));
    running.add(this);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        running.delete(this);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.script} could not be started`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits for its `….ready`. @returns where it listens, for those that do. */
  async ready(): Promise<string> {
    const message = await eventually(
      () => {
        if (!this.isRunning) throw new Error(`${this.script} ended before it was ready:\n${this.output}`);
        return this.messages.find(({ event }) => event?.endsWith('.ready'));
      },
      { timeoutMs: 180_000 },
    );
    return message.url ?? '';
  }

  /** Waits until it has written this. */
  async said(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    return eventually(() => pattern.exec(this.output) ?? undefined, { timeoutMs }).catch((cause: unknown) => {
      throw new Error(`${this.script} did not say ${String(pattern)}:\n${this.output.slice(-4_000)}`, {
        cause,
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to end; kills what does not within `withinMs`, and then says so. */
  async stop(withinMs = 20_000): Promise<Ending> {
    if (this.isRunning) this.child.kill('SIGTERM');
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.child.kill('SIGKILL');
    }, withinMs);
    const ending = await this.ended;
    clearTimeout(timer);
    if (late)
      throw new Error(`${this.script} did not end within ${withinMs} ms:\n${this.output.slice(-4_000)}`);
    return ending;
  }
}
