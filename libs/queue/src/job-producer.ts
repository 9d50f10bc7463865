import type { QueueBackend } from './backends/queue-backend';
import { QueueUnavailable } from './errors';
import { optionsFor } from './job-options';
import { definitionOf, parsePayload, type JobName, type NewJob } from './jobs';
import { OpenQueues } from './open-queues';
import { within } from './within';

interface PreparedJob {
  readonly name: string;
  readonly data: unknown;
  readonly opts: ReturnType<typeof optionsFor>;
}

const chunkSize = 1_000;

/** Adds jobs. Fails fast: a caller is told within `limitMs` when the queue is away, and nothing is held in memory. */
export class JobProducer {
  private readonly queues: OpenQueues;

  constructor(
    private readonly backend: QueueBackend,
    private readonly limitMs = 5_000,
  ) {
    this.queues = new OpenQueues(backend);
  }

  /**
   * Adds all jobs, in bulk per queue. Every job is checked before the first is added: throws `InvalidJob` for a
   * payload that does not fit or a delay above `maxDelayMs`. Throws `QueueUnavailable` when the queue does not take
   * them in time; some may have been added then, and adding all of them again is harmless.
   */
  async enqueue(newJobs: readonly NewJob[]): Promise<void> {
    const byQueue = this.prepare(newJobs);
    if (byQueue.size === 0) return;
    await within(
      this.limitMs,
      `Adding ${newJobs.length} jobs to the ${this.backend.backendName} queue`,
      this.add(byQueue),
    );
  }

  close(): Promise<void> {
    return this.queues.close();
  }

  private prepare(newJobs: readonly NewJob[]): Map<string, PreparedJob[]> {
    const nowMs = Date.now();
    const byQueue = new Map<string, PreparedJob[]>();
    for (const newJob of newJobs) {
      const payload = parsePayload(newJob.name, newJob.payload);
      const parsed = { ...newJob, payload } as NewJob;
      const queue = definitionOf<JobName>(newJob.name).queue(payload);
      const prepared = { name: newJob.name, data: payload, opts: optionsFor(parsed, nowMs) };
      const sameQueue = byQueue.get(queue);
      if (sameQueue) sameQueue.push(prepared);
      else byQueue.set(queue, [prepared]);
    }
    return byQueue;
  }

  private async add(byQueue: ReadonlyMap<string, PreparedJob[]>): Promise<void> {
    await this.backend.start();
    try {
      for (const [name, prepared] of byQueue) {
        for (let from = 0; from < prepared.length; from += chunkSize) {
          await this.queues.get(name).addBulk(prepared.slice(from, from + chunkSize));
        }
      }
    } catch (error) {
      throw new QueueUnavailable(
        `The ${this.backend.backendName} queue did not take the jobs: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }
}
