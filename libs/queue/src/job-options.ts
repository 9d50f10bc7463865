import type { JobsOptions } from 'bullmq';
import { InvalidJob } from './errors';
import { definitionOf, type JobName, type NewJob } from './jobs';

/** The longest delay the queue is trusted with, in real ms: what is due later stays in Postgres. */
export const maxDelayMs = 15 * 60_000;

const keptFailures = { count: 500, age: 24 * 3_600 };

/**
 * Jobs merge by BullMQ's deduplication rather than by job id: an id is blocked until its job is removed, and a job
 * added while its twin is active would be lost. Delayed jobs merge only with those due in the same second, so
 * that a far one never swallows a near one.
 */
function deduplication(newJob: NewJob, nowMs: number): NonNullable<JobsOptions['deduplication']> {
  const { subject, onDuplicate } = definitionOf<JobName>(newJob.name);
  const key = `${newJob.name}-${subject(newJob.payload)}`;
  const again = onDuplicate === 'again';
  if (!newJob.delayMs) return { id: key, keepLastIfActive: again, reschedule: again };
  return { id: `${key}@${Math.floor((nowMs + newJob.delayMs) / 1_000)}`, keepLastIfActive: again };
}

function checkDelay({ name, delayMs }: NewJob): void {
  if (delayMs === undefined) return;
  if (!Number.isFinite(delayMs) || delayMs < 0) {
    throw new InvalidJob(name, `delayMs: must be 0 or more, is ${delayMs}`);
  }
  if (delayMs > maxDelayMs) {
    throw new InvalidJob(
      name,
      `delayMs: ${delayMs} is above ${maxDelayMs} (15 min); keep the job in the outbox until it is nearer`,
    );
  }
}

/** BullMQ's options for a job whose payload has been parsed. Throws `InvalidJob` when the delay is too long. */
export function optionsFor(newJob: NewJob, nowMs: number): JobsOptions {
  checkDelay(newJob);
  const definition = definitionOf<JobName>(newJob.name);
  return {
    deduplication: deduplication(newJob, nowMs),
    delay: Math.round(newJob.delayMs ?? 0),
    priority: definition.priority?.(newJob.payload) ?? 0,
    attempts: definition.attempts,
    backoff: { type: 'catalogue' },
    removeOnComplete: true,
    removeOnFail: keptFailures,
    stackTraceLimit: 0,
  };
}
