import { randomBytes } from 'node:crypto';
import { scaledClock, type Clock } from '@warmshift/config';
import { Pool } from 'pg';
import { Child } from '../../tools/launch/child';
import { newSecretsKey } from '../../tools/launch/secrets-key';
import { startApi, startWorker } from '../../tools/launch/service';
import { Operator } from '../../tools/demo/operator';
import type { FleetSize } from './options';
import { SandboxControl } from './sandbox-control';

/** Later in the afternoon every run is another one; starting everything takes about so long. */
const startUpRealMs = 6_000;

export interface InstallationOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly workers: number;
  readonly scale: number;
  readonly startsAt: number;
  readonly seed: number;
  readonly fleet: FleetSize;
  readonly logDir: string;
  /** Of the first worker's clock, ms of the installation's time. */
  readonly skewMs: number;
}

/** A whole Warmshift as processes from `dist/`, beside a sandbox, for one run. */
export class Installation {
  readonly clock: Clock;
  readonly sql: Pool;
  readonly databaseUrl: string;
  sandbox!: SandboxControl;
  operator!: Operator;
  readonly workers: Child[] = [];
  private api: Child | undefined;
  private readonly children: Child[] = [];
  private readonly adminKey = `chaos-${randomBytes(24).toString('base64url')}`;
  private readonly settings: Readonly<Record<string, string | undefined>> & { readonly DATABASE_URL: string };
  private readonly virtualStart: number;

  constructor(private readonly options: InstallationOptions) {
    const { startsAt, scale } = options;
    this.virtualStart = startsAt;
    this.databaseUrl = options.databaseUrl;
    const realStart = Date.now() + startUpRealMs;
    this.clock = scaledClock({ virtualStart: startsAt, realStart, scale });
    this.sql = new Pool({ connectionString: options.databaseUrl, max: 4, connectionTimeoutMillis: 2_000 });
    this.sql.on('error', () => undefined); // an attack may kill the server
    this.settings = {
      DATABASE_URL: options.databaseUrl,
      REDIS_URL: options.redisUrl,
      SECRETS_KEY: newSecretsKey(),
      PORT: '0',
      HOST: '127.0.0.1',
      ALLOW_LOCAL_VENDOR_HOSTS: 'true',
      BOOTSTRAP_ADMIN_KEY: this.adminKey,
      BOOTSTRAP_SUPPLIER: 'Energy Supplier A',
      LOG_LEVEL: 'info',
      CLOCK_VIRTUAL_START: String(startsAt),
      CLOCK_REAL_START: String(realStart),
      CLOCK_SCALE: String(scale),
    };
  }

  async start(): Promise<void> {
    const { fleet, seed, logDir, workers } = this.options;
    const numbers = { port: 0, seed, microclimates: 0, ...fleet };
    const sandbox = this.keep(
      new Child({
        name: 'The sandbox',
        script: 'apps/sandbox/src/main.js',
        args: Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
        env: this.settings,
        ready: 'sandbox.ready',
        logFile: `${logDir}/sandbox.log`,
      }),
    );
    const [{ url = '' }] = await Promise.all([
      sandbox.ready(),
      this.startApi(),
      ...Array.from({ length: workers }, () => this.startWorker()),
    ]);
    this.sandbox = new SandboxControl(url);
  }

  async startApi(): Promise<void> {
    this.api = this.keep(startApi({ env: this.settings, logDir: this.options.logDir }));
    const { url = '' } = await this.api.ready();
    this.operator = new Operator(url, this.adminKey);
  }

  async killApi(): Promise<void> {
    await this.api?.kill();
  }

  async startWorker(): Promise<void> {
    const number = this.workers.length + 1;
    const shift = number === 1 ? this.options.skewMs : 0;
    const env = { ...this.settings, CLOCK_VIRTUAL_START: String(this.virtualStart + shift) };
    const worker = this.keep(startWorker({ env, logDir: this.options.logDir }, number));
    this.workers.push(worker);
    await worker.ready();
  }

  async rows<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.sql.query<Row>(sql, parameters)).rows;
  }

  async stop(): Promise<void> {
    await this.sql.end();
    await Promise.all(this.children.map((child) => child.stop()));
  }

  private keep(child: Child): Child {
    this.children.push(child);
    return child;
  }
}
