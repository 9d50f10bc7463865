import { randomBytes } from 'node:crypto';
import { Warmshift } from '@warmshift/client';
import { scaledClock, type Clock } from '@warmshift/config';
import type { TestDatabase } from '../../support';
import { JsonClient } from './json-client';
import { Program, type Settings } from './program';

export interface InstallationOptions {
  readonly database: TestDatabase;
  /** Absent: the queue lives in Postgres. */
  readonly redisUrl?: string | undefined;
  readonly workers?: number;
  /** Virtual ms per real ms; default 100. */
  readonly scale?: number;
  /** What the clock shows when everything has started. */
  readonly startsAt?: string;
  /** Of the sandbox: homes per vendor. */
  readonly homes?: Readonly<Record<'heatingcontrol' | 'istabai' | 'nox' | 'microclimates', number>>;
}

export interface SandboxConnection {
  readonly vendor: string;
  readonly baseUrl: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

const smallFleet = { heatingcontrol: 20, istabai: 6, nox: 12, microclimates: 2 };

/** A whole Warmshift as processes from `dist/`, beside a sandbox, on a database and on ports of its own. */
export class Installation {
  readonly secretsKey = randomBytes(32).toString('base64');
  readonly adminKey = `e2e-${randomBytes(24).toString('base64url')}`;
  readonly clock: Clock;
  /** With the first admin's key. Of the api that was started last. */
  admin!: Warmshift;
  /** Everything that the api answered to it. */
  readonly answers: string[] = [];
  /** The truth, the judge and the switches of the sandbox. */
  readonly control = new JsonClient(() => `${this.sandboxUrl}/control`);
  /** Also those that have ended. */
  readonly programs: Program[] = [];
  api!: Program;
  workers: Program[] = [];
  private sandbox!: Program;
  apiUrl = '';
  private sandboxUrl = '';
  private readonly clockSettings: Settings;

  constructor(private readonly options: InstallationOptions) {
    const { scale = 100, startsAt = '2026-01-14T16:00:00Z' } = options;
    const clock = { virtualStart: Date.parse(startsAt), realStart: Date.now() + 5_000, scale };
    this.clock = scaledClock(clock);
    this.clockSettings = {
      CLOCK_VIRTUAL_START: String(clock.virtualStart),
      CLOCK_REAL_START: String(clock.realStart),
      CLOCK_SCALE: String(scale),
    };
  }

  get settings(): Settings {
    return {
      DATABASE_URL: this.options.database.url,
      REDIS_URL: this.options.redisUrl,
      SECRETS_KEY: this.secretsKey,
      BOOTSTRAP_ADMIN_KEY: this.adminKey,
      BOOTSTRAP_SUPPLIER: 'Energy Supplier A',
      ALLOW_LOCAL_VENDOR_HOSTS: 'true',
      LOG_LEVEL: 'debug',
      PORT: '0',
      ...this.clockSettings,
    };
  }

  async start(): Promise<void> {
    const { homes = smallFleet, workers = 1 } = this.options;
    const sizes = Object.entries({ port: 0, ...homes }).flatMap(([name, size]) => [
      `--${name}`,
      String(size),
    ]);
    this.sandbox = this.keep(new Program('apps/sandbox/src/main.js', this.clockSettings, sizes));
    const [sandboxUrl] = await Promise.all([
      this.sandbox.ready(),
      this.startApi(),
      ...Array.from({ length: workers }, () => this.startWorker()),
    ]);
    this.sandboxUrl = sandboxUrl;
    // Heat pumps are steered minutes after they were connected: what they did before must not leave them all out.
    const body = { ruleSettings: { unseenStartsPerDay: 0 } };
    await this.admin.patch('/admin/v1/suppliers/me', { body });
  }

  async startApi(): Promise<void> {
    this.api = this.keep(new Program('apps/api/src/main.js', this.settings));
    this.apiUrl = await this.api.ready();
    this.admin = new Warmshift({
      baseUrl: this.apiUrl,
      apiKey: this.adminKey,
      fetch: (request) => this.remembering(request),
    });
  }

  async startWorker(): Promise<Program> {
    const worker = this.keep(new Program('apps/worker/src/main.js', this.settings));
    this.workers.push(worker);
    await worker.ready();
    return worker;
  }

  /** What an operator types in to connect each vendor. */
  vendors(): Promise<SandboxConnection[]> {
    return this.control.get('/connections');
  }

  /** Everything that every program of ours wrote so far. */
  get logs(): string {
    return this.programs
      .filter((program) => program !== this.sandbox)
      .map(({ output }) => output)
      .join('\n');
  }

  /** In the opposite order; whatever has ended already is left alone. */
  async stop(): Promise<void> {
    for (const program of [...this.programs].reverse()) if (program.isRunning) await program.stop();
  }

  private async remembering(request: Request): Promise<Response> {
    const response = await fetch(request);
    this.answers.push(await response.clone().text());
    return response;
  }

  private keep(program: Program): Program {
    this.programs.push(program);
    return program;
  }
}
