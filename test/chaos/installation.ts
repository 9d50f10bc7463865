import { randomBytes } from 'node:crypto';
import { scaledClock, type Clock } from '@warmshift/config';
import type { Instant } from '@warmshift/domain';
import { Pool } from 'pg';
import { Child } from '../../tools/launch/child';
import { newSecretsKey } from '../../tools/launch/secrets-key';
import { startApi, startWorker } from '../../tools/launch/service';
import { Operator } from '../../tools/demo/operator';
import type { FleetSize } from './options';
import { SandboxControl } from './sandbox-control';

/** What opens a database that another installation has filled. */
export interface Keys {
  readonly secretsKey: string;
  readonly adminKey: string;
}

export function newKeys(): Keys {
  return { secretsKey: newSecretsKey(), adminKey: `chaos-${randomBytes(24).toString('base64url')}` };
}

export interface InstallationOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly keys: Keys;
  readonly workers: number;
  readonly scale: number;
  /** What its clock says while it is made. */
  readonly startsAt: Instant;
  /** Of the homes. */
  readonly seed: number;
  readonly fleet: FleetSize;
  readonly logDir: string;
  /** Of the first worker's clock, ms of the installation's time. */
  readonly skewMs?: number;
}

/** A whole Warmshift as processes from `dist/`, beside a sandbox. */
export class Installation {
  readonly clock: Clock;
  readonly sql: Pool;
  readonly databaseUrl: string;
  readonly startsAt: Instant;
  sandbox!: SandboxControl;
  operator!: Operator;
  readonly workers: Child[] = [];
  private api: Child | undefined;
  private readonly children: Child[] = [];
  private readonly settings: Readonly<Record<string, string | undefined>> & { readonly DATABASE_URL: string };

  constructor(private readonly options: InstallationOptions) {
    const { startsAt, scale, keys, databaseUrl } = options;
    this.startsAt = startsAt;
    this.databaseUrl = databaseUrl;
    const realStart = Date.now();
    this.clock = scaledClock({ virtualStart: startsAt, realStart, scale });
    this.sql = new Pool({ connectionString: databaseUrl, max: 4, connectionTimeoutMillis: 2_000 });
    this.sql.on('error', () => undefined); // an attack may kill the server
    this.settings = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: options.redisUrl,
      SECRETS_KEY: keys.secretsKey,
      PORT: '0',
      HOST: '127.0.0.1',
      ALLOW_LOCAL_VENDOR_HOSTS: 'true',
      BOOTSTRAP_ADMIN_KEY: keys.adminKey,
      BOOTSTRAP_SUPPLIER: 'Energy Supplier A',
      LOG_LEVEL: 'info',
      CLOCK_VIRTUAL_START: String(startsAt),
      CLOCK_REAL_START: String(realStart),
      CLOCK_SCALE: String(scale),
    };
  }

  /** @returns the URL of the sandbox, which the service has to be told. */
  async startSandbox(): Promise<string> {
    const { fleet, seed, logDir } = this.options;
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
    const { url = '' } = await sandbox.ready();
    this.sandbox = new SandboxControl(url);
    return url;
  }

  async startService(): Promise<void> {
    const workers = Array.from({ length: this.options.workers }, () => this.startWorker());
    await Promise.all([this.startApi(), ...workers]);
  }

  async startApi(): Promise<void> {
    this.api = this.keep(startApi({ env: this.settings, logDir: this.options.logDir }));
    const { url = '' } = await this.api.ready();
    this.operator = new Operator(url, this.options.keys.adminKey);
  }

  async killApi(): Promise<void> {
    await this.api?.kill();
  }

  async startWorker(): Promise<void> {
    const { skewMs = 0, logDir } = this.options;
    const number = this.workers.length + 1;
    const virtualStart = this.startsAt + (number === 1 ? skewMs : 0);
    const env = { ...this.settings, CLOCK_VIRTUAL_START: String(virtualStart) };
    const worker = this.keep(startWorker({ env, logDir }, number));
    this.workers.push(worker);
    await worker.ready();
  }

  async rows<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.sql.query<Row>(sql, parameters)).rows;
  }

  /** Lets every process finish what it is at: what Postgres then holds is whole. */
  async stop(): Promise<void> {
    await this.sql.end();
    await Promise.all(this.children.map((child) => child.stop()));
  }

  /** For good, and at once: nobody looks at it any more. */
  async kill(): Promise<void> {
    await Promise.all(this.children.map((child) => child.kill()));
    await this.sql.end();
  }

  private keep(child: Child): Child {
    this.children.push(child);
    return child;
  }
}
