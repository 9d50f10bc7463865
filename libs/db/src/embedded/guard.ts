import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DataDir } from './data-dir';
import { spawnAs, type OsUser } from './os-user';

type GuardMessage =
  | { type: 'started'; pid: number | undefined }
  | { type: 'log'; line: string }
  | { type: 'ended'; code: number | null; signal: NodeJS.Signals | null };

/** The process between us and Postgres: it ends Postgres when we end, even by kill -9. */
export class Guard {
  /** The server's last words, for error messages. */
  private lastLines: string[] = [];
  private serverEnded = false;
  /** Of the server started last; undefined until the guard has said so. */
  serverPid: number | undefined;
  private readonly child: ChildProcess;

  constructor(dataDir: DataDir, temporary: boolean, log: (line: string) => void) {
    const args = [dataDir.path, dataDir.ownerFile, temporary ? 'remove' : 'keep'];
    this.child = fork(join(__dirname, 'guard-process.js'), args, {
      cwd: '/',
      detached: true,
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child.on('message', (message: GuardMessage) => this.receive(message, log));
    this.child.on('error', (error) => log(`guard: ${error.message}`));
  }

  get pid(): number {
    if (this.child.pid === undefined)
      throw new Error('the guard process of embedded Postgres could not be started');
    return this.child.pid;
  }

  get hasServerEnded(): boolean {
    return this.serverEnded || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get serverLog(): string {
    return this.lastLines.join('\n');
  }

  owns(): void {
    this.child.send({ type: 'owns' });
  }

  start(program: string, args: string[], user: OsUser | undefined): void {
    this.serverEnded = false;
    this.serverPid = undefined;
    this.lastLines = [];
    this.child.send({ type: 'start', program, args, options: spawnAs(user) });
  }

  /** From here on the guard does not keep our event loop running. */
  letGo(): void {
    this.child.unref();
    this.child.channel?.unref();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    const exit = once(this.child, 'exit');
    if (this.child.connected) this.child.send({ type: 'stop' }, () => undefined);
    await exit;
  }

  private receive(message: GuardMessage, log: (line: string) => void): void {
    switch (message.type) {
      case 'started':
        this.serverPid = message.pid;
        return;
      case 'ended':
        this.serverEnded = true;
        log(`Postgres ended (${message.signal ?? message.code})`);
        return;
      case 'log':
        this.lastLines = [...this.lastLines, message.line].slice(-20);
        log(message.line);
    }
  }
}
