import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addToOutbox,
  at,
  Database,
  iso,
  makeTemporaryDataDir,
  recordset,
  startEmbeddedPostgres,
} from '@warmshift/db';
import { advanceJob } from '@warmshift/action-queue';
import { SecretBox } from '@warmshift/security';
import { BareClient, type Heater } from './heaters';
import { BenchProcess, startRedis, type BenchRedis } from './processes';

export type Backend = 'redis' | 'postgres';

/** An evening on which the heaters have something to give, shown by a clock that runs as fast as the real one. */
const virtualStart = Date.parse('2026-01-14T17:00:00Z');
export interface VendorWrite {
  readonly vendorDeviceId: string;
  readonly what: { readonly mode: string; readonly temperature?: number };
  readonly realAt: number;
}

export interface InstallationSize {
  /** Heaters in the sandbox's cloud: more than are wanted, for some are off, out of reach or cool already. */
  readonly sandboxHeaters: number;
  /** Requests at once of the bare client. */
  readonly concurrency: number;
  /** What the vendor grants us a second. High, it is not the vendor's limit that is measured. */
  readonly requestsPerSecond: number;
}

export interface SteeredHeater extends Heater {
  readonly deviceId: string;
  readonly zoneId: string;
}

/** Warmshift's worker as a process beside the sandbox, on a Postgres of its own (durable) and on one of the two queues. */
export class Installation {
  readonly workers: BenchProcess[] = [];
  readonly supplierId = randomUUID();
  readonly connectionId = randomUUID();
  private readonly siteId = randomUUID();
  private readonly key = randomBytes(32);

  private constructor(
    readonly db: Database,
    readonly redis: BenchRedis | undefined,
    readonly sandbox: BenchProcess,
    readonly bare: BareClient,
    private readonly databaseUrl: string,
    private readonly closeAll: (() => Promise<void>)[],
    private readonly realStart: number,
    private readonly requestsPerSecond: number,
  ) {}

  static async start(backend: Backend, size: InstallationSize): Promise<Installation> {
    const realStart = Date.now();
    const closing: (() => Promise<void>)[] = [];
    try {
      const postgres = await startEmbeddedPostgres({
        dataDir: makeTemporaryDataDir(),
        durable: true,
        temporary: true,
        log: () => undefined,
      });
      closing.push(() => postgres.stop());
      await migrated(postgres.url);
      const db = new Database({ url: postgres.url, poolSize: 2 });
      closing.push(() => db.close());
      const redis = backend === 'redis' ? await startRedis() : undefined;
      if (redis) closing.push(() => redis.stop());
      const sizes = {
        port: 0,
        'warm-up-h': 2,
        heatingcontrol: size.sandboxHeaters,
        istabai: 0,
        nox: 0,
        microclimates: 0,
      };
      const args = Object.entries(sizes).flatMap(([name, size]) => [`--${name}`, String(size)]);
      const sandbox = await BenchProcess.start('apps/sandbox/src/main.js', clockSettings(realStart), args);
      closing.push(() => sandbox.stop());
      const vendor = await heatingControl(sandbox.url);
      const bare = new BareClient(vendor.baseUrl, vendor.credentials, size.concurrency);
      closing.push(() => bare.close());
      await bare.logIn();
      const made = new Installation(
        db,
        redis,
        sandbox,
        bare,
        postgres.url,
        closing,
        realStart,
        size.requestsPerSecond,
      );
      await made.connect(vendor);
      return made;
    } catch (error) {
      for (const close of closing.reverse()) await close();
      throw error;
    }
  }

  now(): number {
    return virtualStart + (Date.now() - this.realStart);
  }

  async startWorker(): Promise<BenchProcess> {
    const worker = await BenchProcess.start('apps/worker/src/main.js', {
      DATABASE_URL: this.databaseUrl,
      ...(this.redis ? { REDIS_URL: this.redis.url } : {}),
      SECRETS_KEY: this.key.toString('hex'),
      ALLOW_LOCAL_VENDOR_HOSTS: 'true',
      LOG_LEVEL: 'warn',
      ...clockSettings(this.realStart),
    });
    this.workers.push(worker);
    return worker;
  }

  /** Heaters of the sandbox, those that could be steered now. */
  async heaters(wanted: number): Promise<Heater[]> {
    const answer = await fetch(`${this.sandbox.url}/control/fleet`);
    const { devices } = (await answer.json()) as {
      devices: { kind: string; vendorDeviceId: string; zones: string[] }[];
    };
    const ids = devices.filter(({ zones }) => zones.length > 0).map(({ vendorDeviceId }) => vendorDeviceId);
    const found = await this.bare.steerable(ids, wanted);
    if (found.length < wanted) throw new Error(`Only ${found.length} heaters can be steered.`);
    return found;
  }

  /** As discovery and a reading would store them, from what the sandbox shows. */
  async enrol(heaters: readonly Heater[]): Promise<SteeredHeater[]> {
    const steered = heaters.map((heater) => ({ ...heater, deviceId: randomUUID(), zoneId: randomUUID() }));
    const now = at(this.now());
    await this.db.run(
      `WITH heater AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS heater("vendorDeviceId" text, "temperatureC" float8,
           "powerW" float8, "maxPowerW" float8, "deviceId" uuid, "zoneId" uuid)),
       device AS (
         INSERT INTO devices (id, supplier_id, connection_id, site_id, vendor_device_id, kind, name, online,
           vendor_control, first_seen_at, last_seen_at)
         SELECT "deviceId", $2, $3, $4, "vendorDeviceId", 'heater', 'Heater ' || "vendorDeviceId", true, true, $5::timestamptz - interval '2 days', $5
         FROM heater RETURNING id)
       INSERT INTO zones (id, supplier_id, device_id, kind, measured_at, online, temperature_c, setpoint_c, min_c, max_c,
         step_c, mode, heating, power_w, power_quality, max_power_w)
       SELECT "zoneId", $2, device.id, 'room', $5, true, "temperatureC", 21, 5, 35, 0.5, 'auto', "powerW" > 0, "powerW",
         'reported', "maxPowerW"
       FROM heater JOIN device ON device.id = heater."deviceId"`,
      [recordset(steered), this.supplierId, this.connectionId, this.siteId, now],
    );
    await this.db.run('ANALYZE');
    return steered;
  }

  /** Accepted actions as the planner writes them: rows and outbox in one transaction. */
  async plan(
    heaters: readonly SteeredHeater[],
    window: { readonly startsAt: (index: number) => number; readonly endsAt: number },
  ): Promise<string> {
    const [campaignId, occurrenceId] = [randomUUID(), randomUUID()];
    const now = this.now();
    const actions = heaters.map(({ deviceId, zoneId }, index) => ({
      actionId: randomUUID(),
      deviceId,
      zoneId,
      startsAt: window.startsAt(index),
    }));
    await this.db.transaction(async (sql) => {
      const times = [at(now), at(window.endsAt)];
      await sql.run(
        `INSERT INTO campaigns (id, supplier_id, name, direction, starts_at, ends_at, stagger_ms, seed, created_by, created_at)
         VALUES ($1, $2, 'Bench', 'decrease', $3, $4, 0, 1, 'bench', $3)`,
        [campaignId, this.supplierId, ...times],
      );
      await sql.run(
        `INSERT INTO occurrences (id, campaign_id, supplier_id, starts_at, ends_at, plan_at, status)
         VALUES ($1, $2, $3, $4, $5, $4, 'RUNNING')`,
        [occurrenceId, campaignId, this.supplierId, ...times],
      );
      await sql.run(
        `INSERT INTO actions (id, supplier_id, occurrence_id, connection_id, device_id, zone_id, zone_kind, vendor, direction,
           starts_at, ends_at, state, expected_yield_w, baseline_w, cycles_reserved, cycle_day, due_at, created_at)
         SELECT "actionId", $2, $3, $4, "deviceId", "zoneId", 'room', 'heatingcontrol', 'decrease', "startsAt", $5,
           'PLANNED', 500, 500, 0, to_char($6::timestamptz, 'YYYY-MM-DD'), "startsAt", $6
         FROM jsonb_to_recordset($1::jsonb) AS action("actionId" uuid, "deviceId" uuid, "zoneId" uuid, "startsAt" timestamptz)`,
        [
          recordset(actions.map((action) => ({ ...action, startsAt: iso(action.startsAt) }))),
          this.supplierId,
          occurrenceId,
          this.connectionId,
          at(window.endsAt),
          at(now),
        ],
      );
      const jobs = actions.map(({ startsAt }) =>
        advanceJob({
          connectionId: this.connectionId,
          vendor: 'heatingcontrol',
          state: 'PLANNED',
          dueAt: startsAt,
          endsAt: window.endsAt,
          endRequestedAt: undefined,
        }),
      );
      await addToOutbox(sql, jobs, now);
    });
    return occurrenceId;
  }

  /** How many actions of an occurrence are in each state. */
  async states(occurrenceId: string): Promise<Readonly<Record<string, number>>> {
    const rows = await this.db.rows<{ state: string; actions: number }>(
      'SELECT state, count(*) AS actions FROM actions WHERE occurrence_id = $1 GROUP BY state',
      [occurrenceId],
    );
    return Object.fromEntries(rows.map(({ state, actions }) => [state, actions]));
  }

  /** Waits until the worker has assessed every zone once. */
  assessed(): Promise<void> {
    return until(async () => {
      const [row] = await this.db.rows(
        'SELECT 1 FROM zones WHERE NOT EXISTS (SELECT 1 FROM zone_statuses WHERE zone_id = zones.id) LIMIT 1',
      );
      return row === undefined;
    });
  }

  /** Waits until no action of an occurrence is in one of these states. */
  noneIn(occurrenceId: string, ...states: readonly string[]): Promise<void> {
    return until(async () => {
      const [row] = await this.db.rows(
        'SELECT 1 FROM actions WHERE occurrence_id = $1 AND state = ANY($2) LIMIT 1',
        [occurrenceId, states],
      );
      return row === undefined;
    });
  }

  /** Waits until some action of an occurrence is in this state. */
  someIn(occurrenceId: string, state: string): Promise<void> {
    return until(async () => ((await this.states(occurrenceId))[state] ?? 0) > 0);
  }

  /** Heaters that do otherwise than their customers set, as the sandbox knows. */
  async steeredNow(): Promise<Set<string>> {
    const answer = await fetch(`${this.sandbox.url}/control/fleet`);
    const { devices } = (await answer.json()) as {
      devices: { vendorDeviceId: string; steering: string | null }[];
    };
    return new Set(
      devices.filter(({ steering }) => steering !== null).map((device) => device.vendorDeviceId),
    );
  }

  /** Every write that the vendor got, in their order; times are real, epoch ms. */
  async writes(): Promise<readonly VendorWrite[]> {
    const answer = await fetch(`${this.sandbox.url}/control/writes`);
    const { writes } = (await answer.json()) as {
      writes: (Omit<VendorWrite, 'realAt'> & { realAt: string })[];
    };
    return writes.map((write) => ({ ...write, realAt: Date.parse(write.realAt) }));
  }

  /** Requests that the vendor got since the sandbox started. */
  async vendorRequests(): Promise<number> {
    const answer = await fetch(`${this.sandbox.url}/control/requests`);
    const { vendors } = (await answer.json()) as { vendors: { vendor: string; total: number }[] };
    return vendors.find(({ vendor }) => vendor === 'heatingcontrol')?.total ?? 0;
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.stop();
    this.workers.length = 0;
    for (const close of this.closeAll.reverse()) await close();
  }

  private async connect({ baseUrl, credentials }: VendorOfSandbox): Promise<void> {
    const now = at(this.now());
    const later = at(this.now() + 30 * 86_400_000);
    const sealed = new SecretBox({ version: 'v1', key: this.key }).seal(
      JSON.stringify(credentials),
      `connection/${this.connectionId}/credentials`,
    );
    await this.db.run(`INSERT INTO suppliers (id, name, created_at) VALUES ($1, 'Bench', $2)`, [
      this.supplierId,
      now,
    ]);
    // Never discovered or read: what is measured is the actions.
    await this.db.run(
      `INSERT INTO connections (id, supplier_id, vendor, name, base_url, credentials, status_since, created_at,
         next_discover_at, next_read_idle_at, next_read_active_at, requests_per_second)
       VALUES ($1, $2, 'heatingcontrol', 'bench', $3, $4, $5, $5, $6, $6, $6, $7)`,
      [this.connectionId, this.supplierId, baseUrl, sealed, now, later, this.requestsPerSecond],
    );
    await this.db.run('INSERT INTO connection_runtime (connection_id) VALUES ($1)', [this.connectionId]);
    await this.db.run(
      `INSERT INTO sites (id, supplier_id, connection_id, vendor_site_id, name, time_zone, country, created_at)
       VALUES ($1, $2, $3, 'home', 'Home', 'Europe/Brussels', 'BE', $4)`,
      [this.siteId, this.supplierId, this.connectionId, now],
    );
  }
}

interface VendorOfSandbox {
  readonly vendor: string;
  readonly baseUrl: string;
  readonly credentials: Readonly<Record<string, unknown>>;
}

/** In a process of its own: the engine of the migrations is large, and works once per process. */
async function migrated(url: string): Promise<void> {
  await BenchProcess.run('tools/migrate.js', { DATABASE_URL: url });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 180_000;
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error('It did not come to its end within three minutes.');
    await sleep(100);
  }
}

async function heatingControl(sandboxUrl: string): Promise<VendorOfSandbox> {
  const answer = await fetch(`${sandboxUrl}/control/connections`);
  const vendors = (await answer.json()) as VendorOfSandbox[];
  const found = vendors.find(({ vendor }) => vendor === 'heatingcontrol');
  if (!found) throw new Error('The sandbox has no HeatingControl.');
  return found;
}

function clockSettings(realStart: number): Record<string, string> {
  return {
    CLOCK_VIRTUAL_START: String(virtualStart),
    CLOCK_REAL_START: String(realStart),
    CLOCK_SCALE: '1',
  };
}
