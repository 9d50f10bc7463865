import type { WorkerOptions } from 'bullmq';
import type { WorkerSettings } from './queue-backend';

/** How long a start-up check may take, in real ms. */
export const startLimitMs = 10_000;

/** The events of BullMQ are not used; keep few. */
export const eventStream = { events: { maxLen: 100 } };

/**
 * A job of a process that died is taken up again after `lockDuration` plus up to two `stalledInterval`s (25 s at
 * most; BullMQ's own defaults would be 90 s). It may be taken up several times: our jobs are safe to repeat.
 */
export function workerOptions(settings: WorkerSettings): Omit<WorkerOptions, 'connection'> {
  return {
    concurrency: settings.concurrency,
    lockDuration: 15_000,
    stalledInterval: 5_000,
    maxStalledCount: 5,
    runRetryDelay: 1_000,
    settings: { backoffStrategy: settings.backoffStrategy },
  };
}
