import type { JobsOptions, Processor } from 'bullmq';
import { PostgresBackend, type PostgresQueueSettings } from './postgres-backend';
import { RedisBackend, type RedisQueueSettings } from './redis-backend';

export type BackendName = 'redis' | 'postgres';
export type QueueSettings = RedisQueueSettings | PostgresQueueSettings;

/** What we use of BullMQ's `Queue`, whatever stores its jobs. Only `libs/queue` sees it. */
export interface AnyQueue {
  addBulk(jobs: { name: string; data: unknown; opts: JobsOptions }[]): Promise<unknown>;
  getJobCounts(...states: CountedState[]): Promise<Record<string, number>>;
  getFailed(
    start?: number,
    end?: number,
  ): Promise<{ name: string; failedReason: string; attemptsMade: number }[]>;
  /** Removes the queue with all its jobs; `force`: also those that somebody is at. */
  obliterate(options: { force: boolean }): Promise<void>;
  close(): Promise<void>;
}
export type CountedState = 'waiting' | 'prioritized' | 'delayed' | 'active' | 'failed';

/** What we use of BullMQ's `Worker`. */
export interface AnyWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}
export type JobProcessor = Processor<unknown, unknown, string>;

export interface WorkerSettings {
  /** Jobs at once in this process. */
  readonly concurrency: number;
  /** Real ms until the next attempt. */
  readonly backoffStrategy: (
    attemptsMade: number,
    type?: string,
    error?: Error,
    job?: { name: string },
  ) => number;
}

/** What the start-up check of a backend found. */
export interface BackendReport {
  readonly backendName: BackendName;
  readonly serverVersion: string;
  /** For the operator: works, but not as safely as it should. */
  readonly warnings: readonly string[];
}

/**
 * Where jobs are kept. One per process: it holds the connections, which everything opened from it shares.
 * `start` must have succeeded before the first queue or worker is opened.
 */
export interface QueueBackend {
  readonly backendName: BackendName;
  /**
   * Connects, checks the server and, on Postgres, brings BullMQ's tables up to date. Bounded: throws
   * `QueueUnavailable` when the server does not answer in time (and may be called again), `QueueRefused` when it
   * cannot be used. Later calls return the first report.
   */
  start(): Promise<BackendReport>;
  /** For adding and looking: fails fast when the server is away. */
  openQueue(name: string): AnyQueue;
  /** For consuming: waits for the server as long as it takes. */
  openWorker(name: string, processor: JobProcessor, settings: WorkerSettings): AnyWorker;
  /** Closes the shared connections; close queues and workers first. */
  close(): Promise<void>;
  /** Trouble with a shared connection; it heals by itself. */
  onError(listener: (error: Error) => void): void;
}

/** The backend that the settings ask for. Connects nothing yet. */
export function queueBackend(settings: QueueSettings): QueueBackend {
  return 'redisUrl' in settings ? new RedisBackend(settings) : new PostgresBackend(settings);
}
