import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

export interface ChildOptions {
  /** Shown in messages. */
  readonly name: string;
  /** Below the build's root, like `apps/api/src/main.js`. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The message with which it says that it is ready. */
  readonly ready: string;
  /** Its output goes into this file; absent: to ours. */
  readonly logFile?: string | undefined;
  readonly readyWithinMs?: number;
}

export interface ReadyMessage {
  readonly event: string;
  readonly url?: string;
}

/** Where the build is, whichever tool of it is running: `tools/launch/` lies two below it. */
const buildRoot = join(__dirname, '..', '..');
const stopWithinMs = 25_000;

/** A process of ours that ends when we do: `child-guard.ts` sees the channel to us close, however we ended. */
export class Child {
  readonly ended: Promise<number>;
  private output = '';
  private readonly log: WriteStream | undefined;
  private readonly process: ChildProcess;

  constructor(private readonly options: ChildOptions) {
    this.log = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: 'a' });
    this.process = fork(join(buildRoot, options.script), options.args ?? [], {
      env: { ...process.env, ...options.env },
      execArgv: ['--enable-source-maps', '-r', join(__dirname, 'child-guard.js')],
      stdio: ['ignore', this.log ? 'pipe' : 'inherit', 'pipe', 'ipc'],
    });
    this.process.stdout?.on('data', (chunk: Buffer) => this.log?.write(chunk));
    this.process.stderr?.on('data', (chunk: Buffer) => this.onError(chunk));
    this.ended = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** @throws with the process's last words when it ends before it is ready, or is not in time. */
  async ready(): Promise<ReadyMessage> {
    const { name, ready, readyWithinMs = 180_000 } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const message = new Promise<ReadyMessage>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${name} was not ready within ${readyWithinMs / 1000} s.`)),
        readyWithinMs,
      );
      this.process.on('message', (said: ReadyMessage) => {
        if (said.event === ready) resolve(said);
      });
      void this.ended.then((code) =>
        reject(new Error(`${name} ended with code ${code} before it was ready.\n${this.output.trim()}`)),
      );
    });
    try {
      return await message;
    } finally {
      clearTimeout(timer);
    }
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
    this.log?.end();
  }

  /** Asks it to finish what is in flight and waits for it; ends it for good when that takes too long. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), stopWithinMs);
    await this.ended;
    clearTimeout(timer);
    this.log?.end();
  }

  private onError(chunk: Buffer): void {
    this.output = (this.output + chunk.toString('utf8')).slice(-4_000);
    if (this.log) this.log.write(chunk);
    else process.stderr.write(chunk);
  }
}
