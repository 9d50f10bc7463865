import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import type { AnyWorker, BackendReport, QueueBackend } from './backends/queue-backend';
import { QueueUnavailable } from './errors';
import { handlerTable, type BoundHandler, type HandlerTable, type JobOutcome } from './job-handlers';
import { definitionOf, isJobName, parsePayload } from './jobs';
import type { JobEvent, QueueEventListener } from './queue-events';
import { retryDelayMs, retryOf, toBullError } from './to-bull-error';

export interface WorkerHostOptions {
  /** Turns ms of the injected clock into real ms. */
  readonly realMs: (ms: number) => number;
  readonly onEvent: QueueEventListener;
  /** How long `stop` waits for jobs in flight, in real ms; default 20 s. */
  readonly stopLimitMs?: number | undefined;
}

export interface WorkerPlan {
  /** Names of the queues to consume; see `queueNames`. */
  readonly queues: readonly string[];
  /** One for every job of the catalogue, also for those whose queue is not consumed here. */
  readonly handlers: readonly BoundHandler[];
  /** Jobs at once per queue, in this process. */
  readonly concurrency: number | ((queue: string) => number);
}

/** Takes jobs from the queues and gives them to their handlers. Any number of hosts share the work. */
export class JobWorkerHost {
  private workers: AnyWorker[] = [];
  private handlers: HandlerTable = new Map();
  private inFlight = 0;
  private troubled = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly backend: QueueBackend,
    private readonly options: WorkerHostOptions,
  ) {
    backend.onError((error) => this.onTrouble(error));
  }

  /**
   * Checks the handlers (throws when one is missing or doubled), waits for the queue as long as it takes, and
   * begins. Throws `QueueRefused` when the queue's server cannot be used.
   */
  async start({ queues, handlers, concurrency }: WorkerPlan): Promise<void> {
    this.handlers = handlerTable(handlers);
    const report = await this.reachQueue();
    if (!report) return;
    this.workers = queues.map((queue) => {
      const worker = this.backend.openWorker(queue, (job) => this.process(queue, job), {
        concurrency: typeof concurrency === 'number' ? concurrency : concurrency(queue),
        backoffStrategy: (attemptsMade, _type, error, job) =>
          retryDelayMs(job?.name ?? '', attemptsMade, error, this.options.realMs),
      });
      worker.on('error', (error) => this.onTrouble(error));
      return worker;
    });
    this.options.onEvent({ event: 'queue.started', report, queues });
  }

  /**
   * Takes no more jobs and lets those in flight finish, up to the limit. What is unfinished then (the count is
   * returned) is taken up by another process once its lock has run out.
   */
  async stop(): Promise<{ unfinished: number }> {
    this.stopping.abort();
    const timeUp = new AbortController();
    const closed = Promise.allSettled(this.workers.map((worker) => worker.close()));
    const limit = sleep(this.options.stopLimitMs ?? 20_000, undefined, { signal: timeUp.signal });
    await Promise.race([closed, limit]);
    timeUp.abort();
    await limit.catch(() => undefined);
    this.workers = [];
    return { unfinished: this.inFlight };
  }

  private async reachQueue(): Promise<BackendReport | undefined> {
    for (let waitMs = 500; !this.stopping.signal.aborted; waitMs = Math.min(waitMs * 2, 5_000)) {
      try {
        return await this.backend.start();
      } catch (error) {
        if (!(error instanceof QueueUnavailable)) throw error;
        this.onTrouble(error);
        await sleep(waitMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  private async process(queue: string, job: Job<unknown, unknown, string>): Promise<void> {
    const startedMs = Date.now();
    const dueMs = job.timestamp + (job.opts.delay ?? 0);
    const attempt = job.attemptsMade + 1;
    const facts = (): JobEvent => ({
      queue,
      name: job.name,
      attempt,
      durationMs: Date.now() - startedMs,
      latenessMs: Math.max(0, startedMs - dueMs),
    });
    this.onProgress();
    this.inFlight++;
    try {
      const outcome = await this.run(job, { queue, attempt }, startedMs - dueMs);
      if (outcome === 'done') this.options.onEvent({ event: 'job.done', ...facts() });
      else this.options.onEvent({ event: 'job.skipped', reason: outcome.skipped, ...facts() });
    } catch (error) {
      const willRetry = retryOf(error) !== 'never' && attempt < (job.opts.attempts ?? 1);
      this.options.onEvent({ event: 'job.failed', error, willRetry, ...facts() });
      throw toBullError(error);
    } finally {
      this.inFlight--;
    }
  }

  /** A name that is not in the catalogue belongs to a newer version: it is tried again, perhaps there. */
  private async run(
    job: Job<unknown, unknown, string>,
    context: { queue: string; attempt: number },
    sinceDueMs: number,
  ): Promise<JobOutcome> {
    const handler = this.handlers.get(job.name);
    if (!handler || !isJobName(job.name)) throw new UnknownJob(job.name);
    const { deadlineMs } = definitionOf(job.name);
    if (context.attempt > 1 && deadlineMs !== undefined && sinceDueMs > deadlineMs)
      return { skipped: 'DEADLINE' };
    return handler(parsePayload(job.name, job.data) as never, context);
  }

  private onTrouble(error: Error): void {
    if (this.troubled || this.stopping.signal.aborted) return;
    this.troubled = true;
    this.options.onEvent({ event: 'queue.trouble', error });
  }

  private onProgress(): void {
    if (!this.troubled) return;
    this.troubled = false;
    this.options.onEvent({ event: 'queue.recovered' });
  }
}

class UnknownJob extends Error {
  override readonly name = 'UnknownJob';
  readonly retry = 'later';
  constructor(jobName: string) {
    super(`Job ${jobName} is not in this version's catalogue.`);
  }
}
