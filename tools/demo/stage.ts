import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig, type ClockSettings } from '@warmshift/config';
import { makeTemporaryDataDir, removeStaleTemporaryDirs, startEmbeddedPostgres } from '@warmshift/db';
import { queueNames, removeQueues } from '@warmshift/queue';
import { vendorModules } from '@warmshift/vendors';
import { Child } from '../launch/child';
import { newSecretsKey } from '../launch/secrets-key';
import { startService } from '../launch/service';
import { DemoLogs } from './logs';
import type { DemoOptions } from './options';

/** A winter afternoon, half an hour before people come home. */
const virtualStart = Date.parse('2026-01-14T15:30:00Z');
/** Starting the processes takes about so long; the compressed time begins then. */
const startUpRealMs = 6_000;
/** A machine with time to spare has made and started the embedded Postgres after so long. */
const quickStartMs = 4_000;
const lowestScale = 20;

export interface Stage {
  readonly sandboxUrl: string;
  readonly apiUrl: string;
  readonly adminKey: string;
  readonly logs: DemoLogs;
  readonly clock: ClockSettings;
  /** Resolves with a sentence when a process ends by itself. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

/** Everything the demo needs, in directories and on ports of its own. Undone in the opposite order, whatever happens. */
export async function setStage(options: DemoOptions, say: (line: string) => void): Promise<Stage> {
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        say(`Not cleared up: ${(error as Error).message}`);
      }
    }
  };
  try {
    return await start(options, say, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: DemoOptions,
  say: (line: string) => void,
  undo: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<Stage> {
  const home = resolve(
    loadConfig({ DATA_DIR: process.env['DATA_DIR'], REDIS_URL: process.env['REDIS_URL'] }).data.dir,
  );
  mkdirSync(home, { recursive: true });
  await removeStaleTemporaryDirs(home);
  const logs = DemoLogs.below(home);
  undo.push(() => logs.close());

  const beganAt = Date.now();
  const postgres = await startEmbeddedPostgres({
    dataDir: makeTemporaryDataDir(home),
    durable: false,
    temporary: true,
    log: () => undefined,
  });
  undo.push(() => postgres.stop());
  say(`Postgres (embedded) on port ${postgres.port}`);

  const scale = scaleFor(options.scale, Date.now() - beganAt);
  if (scale < options.scale)
    say(`This machine is slow or busy: time goes ${scale} times faster, not ${options.scale} times`);
  const begins = options.startsAt ?? virtualStart;
  const clock: ClockSettings = { virtualStart: begins, realStart: Date.now() + startUpRealMs, scale };
  const redisUrl = process.env['REDIS_URL']?.trim() || undefined;
  const redisPrefix = `warmshift-demo-${randomBytes(4).toString('hex')}`;
  if (redisUrl !== undefined) {
    const vendors = vendorModules.map(({ manifest }) => manifest.vendor);
    undo.push(() => removeQueues({ redisUrl, prefix: redisPrefix }, queueNames(vendors)));
  }
  const adminKey = `demo-${randomBytes(24).toString('base64url')}`;
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: redisPrefix,
    SECRETS_KEY: newSecretsKey(),
    PORT: '0',
    HOST: '127.0.0.1',
    ALLOW_LOCAL_VENDOR_HOSTS: 'true',
    BOOTSTRAP_ADMIN_KEY: adminKey,
    BOOTSTRAP_SUPPLIER: 'Demo Energy',
    LOG_LEVEL: 'info',
    CLOCK_VIRTUAL_START: new Date(clock.virtualStart).toISOString(),
    CLOCK_REAL_START: new Date(clock.realStart).toISOString(),
    CLOCK_SCALE: String(clock.scale),
  };
  const sandbox = new Child({
    name: 'The sandbox',
    script: 'apps/sandbox/src/main.js',
    args: sandboxArguments(options),
    env,
    ready: 'sandbox.ready',
    logFile: join(logs.dir, 'sandbox.log'),
  });
  undo.push(() => sandbox.stop());
  const starting = startService({ env, workers: 2, logDir: logs.dir });
  undo.push(async () => (await starting.catch(() => undefined))?.stop());
  const [sandboxReady, service] = await Promise.all([sandbox.ready(), starting]);
  say(`Sandbox (four vendor clouds) at ${sandboxReady.url}`);
  say(
    `Warmshift api at ${service.apiUrl}, 2 workers, queue on ${redisUrl === undefined ? 'Postgres' : 'Redis'}`,
  );
  return {
    sandboxUrl: sandboxReady.url ?? '',
    apiUrl: service.apiUrl,
    adminKey,
    logs,
    clock,
    broken: Promise.race([
      service.broken,
      sandbox.ended.then((code) => `The sandbox ended with code ${code}.`),
    ]),
    stop,
  };
}

function sandboxArguments({ counts, seed }: DemoOptions): string[] {
  const numbers: Record<string, number> = { port: 0, seed, ...counts };
  return Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** Compressed time asks for so much work per second; a machine that was slow to start cannot do as much. */
function scaleFor(wanted: number, startTookMs: number): number {
  const bearable = Math.floor((wanted * quickStartMs) / Math.max(startTookMs, quickStartMs));
  return Math.min(wanted, Math.max(lowestScale, bearable));
}
