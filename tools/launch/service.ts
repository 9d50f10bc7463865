import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@warmshift/db';
import { Child } from './child';

export interface ServiceOptions {
  /** Settings of every process: DATABASE_URL, SECRETS_KEY, CLOCK_…, REDIS_URL and the rest. */
  readonly env: Readonly<Record<string, string | undefined>> & { readonly DATABASE_URL: string };
  readonly workers: number;
  /** Folder for log files; absent: everything goes to our own output. */
  readonly logDir?: string | undefined;
}

export interface Service {
  readonly apiUrl: string;
  readonly children: readonly Child[];
  /** Resolves with the name of the first process that ended by itself. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

export type ProcessOptions = Pick<ServiceOptions, 'env' | 'logDir'>;

export function startApi({ env, logDir }: ProcessOptions): Child {
  const script = 'apps/api/src/main.js';
  return new Child({ name: 'The api', script, env, ready: 'api.ready', logFile: logFileIn(logDir, 'api') });
}

/** @param number tells the workers of an installation apart in messages and logs. */
export function startWorker({ env, logDir }: ProcessOptions, number: number): Child {
  return new Child({
    name: `Worker ${number}`,
    script: 'apps/worker/src/main.js',
    env,
    ready: 'worker.ready',
    logFile: logFileIn(logDir, `worker-${number}`),
  });
}

function logFileIn(logDir: string | undefined, name: string): string | undefined {
  return logDir === undefined ? undefined : join(logDir, `${name}.log`);
}

/** Migrates the database, then starts the api and its workers and waits until all of them are ready. */
export async function startService({ env, workers, logDir }: ServiceOptions): Promise<Service> {
  await migrate(env.DATABASE_URL);
  if (logDir !== undefined) mkdirSync(logDir, { recursive: true });
  const api = startApi({ env, logDir });
  const others = Array.from({ length: workers }, (_, index) => startWorker({ env, logDir }, index + 1));
  const children = [api, ...others];
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(children.map((child) => child.stop()));
  };
  const broken = new Promise<string>((resolve) => {
    children.forEach((child, index) => {
      void child.ended.then((code) => {
        if (!stopping) resolve(`${index === 0 ? 'The api' : `Worker ${index}`} ended with code ${code}.`);
      });
    });
  });
  try {
    const [first] = await Promise.all(children.map((child) => child.ready()));
    const url = first?.url;
    if (url === undefined) throw new Error('The api did not say where it listens.');
    return { apiUrl: url, children, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
