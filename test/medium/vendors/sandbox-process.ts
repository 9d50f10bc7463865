import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const main = join(__dirname, '../../../dist/apps/sandbox/src/main.js');

/** A sandbox as a process of its own, and its control API. */
export class SandboxProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Starts it with these options and environment; resolves once it takes requests. */
  static async start(
    options: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<SandboxProcess> {
    const child = fork(main, [...options], {
      env: { ...process.env, ...env },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the sandbox ended with code ${code}`)));
      child.once('message', (message) => resolve((message as { url: string }).url));
    });
    return new SandboxProcess(child, url);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path, undefined);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.call<T>('POST', path, body);
  }

  private async call<T>(method: string, path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.url}/control${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /control${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
}

export interface SandboxConnection {
  readonly vendor: string;
  readonly baseUrl: string;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface SandboxDevice {
  readonly vendor: string;
  readonly vendorDeviceId: string;
  readonly zones: readonly ('DHW' | 'room')[];
  readonly ratedPowerW: number;
  readonly temperatureC: Readonly<Record<string, number>>;
  readonly mustRefuse: string | null;
  readonly steering: string | null;
}
