import type { Instant } from '@warmshift/domain';
import { maxDelayMs } from './job-options';
import { parseJob, type NewJob } from './jobs';
import type { JobProducer } from './job-producer';

export interface OutboxRow {
  readonly id: string;
  /** A `JobName`, unless somebody wrote a wrong one: checked by the relay. */
  readonly name: string;
  readonly payload: unknown;
  readonly runAt: Instant;
}

/** Where rows wait that were written together with a state change. */
export interface OutboxSource {
  /**
   * Up to `limit` rows, the earliest `runAt` first, that are due within 15 min of `now`. Rows another relay
   * holds are left out; rows that are never reported done come again.
   */
  claim(limit: number, now: Instant): Promise<readonly OutboxRow[]>;
  done(ids: readonly string[]): Promise<void>;
  /** Age in ms of the oldest row that should have left; 0 when there is none. */
  ageMs(now: Instant): Promise<number>;
}

export interface RelayClock {
  now(): Instant;
  /** Turns ms of this clock into real ms. */
  realMs(ms: number): number;
}

export type RelayEvent =
  | { readonly event: 'outbox.relayed'; readonly count: number }
  /** A row that fits no job: a bug. It is taken out so that it holds up nobody; Postgres still says what is due. */
  | { readonly event: 'outbox.refused'; readonly id: string; readonly name: string; readonly reason: string }
  /** Once when draining begins to fail, and once when it works again. */
  | { readonly event: 'outbox.stuck'; readonly error: unknown }
  | { readonly event: 'outbox.unstuck' };

export interface RelayOptions {
  readonly onEvent: (event: RelayEvent) => void;
  /** Real ms between two looks; default 1 s. */
  readonly tickMs?: number | undefined;
  readonly batchSize?: number | undefined;
  /** Real ms before the first new attempt after a failure, then doubled; default 250 ms. */
  readonly firstBackoffMs?: number | undefined;
}

const maxBackoffMs = 15_000;

/**
 * Moves outbox rows into the queue: on a tick and when nudged, never twice at once in a process, any number of
 * processes at once. A row leaves the outbox only after the queue took it; so a crash in between doubles a job
 * and never loses one.
 */
export class OutboxRelay {
  private timer: NodeJS.Timeout | undefined;
  private draining: Promise<void> | undefined;
  private nudged = false;
  private failures = 0;
  private running = false;

  constructor(
    private readonly source: OutboxSource,
    private readonly producer: Pick<JobProducer, 'enqueue'>,
    private readonly clock: RelayClock,
    private readonly options: RelayOptions,
  ) {}

  start(): void {
    this.running = true;
    this.nudge();
  }

  /** Ends the tick and waits for the batch in hand. */
  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    await this.draining;
  }

  /** Looks now instead of at the next tick. While failures make it wait, the wait stands. */
  nudge(): void {
    if (!this.running) return;
    if (this.draining) {
      this.nudged = true;
    } else if (this.failures === 0 || this.timer === undefined) {
      this.drainThenWait();
    }
  }

  /** Age in ms (of the injected clock) of the oldest row that should have left. For health and metrics. */
  oldestAgeMs(): Promise<number> {
    return this.source.ageMs(this.clock.now());
  }

  private drainThenWait(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.nudged = false;
    this.draining = this.drain().finally(() => {
      this.draining = undefined;
      if (!this.running) return;
      if (this.nudged && this.failures === 0) this.drainThenWait();
      else this.timer = setTimeout(() => this.drainThenWait(), this.waitMs()).unref();
    });
  }

  private async drain(): Promise<void> {
    const batchSize = this.options.batchSize ?? 500;
    try {
      let total = 0;
      let relayed: number;
      do {
        relayed = await this.relay(await this.source.claim(batchSize, this.clock.now()));
        total += relayed;
      } while (relayed >= batchSize && this.running);
      if (this.failures > 0) await this.endTrouble(total);
    } catch (error) {
      if (this.failures === 0) this.options.onEvent({ event: 'outbox.stuck', error });
      this.failures++;
    }
  }

  /** Nothing to claim does not mean that all is well: the rows that failed may still be held under their old claim. */
  private async endTrouble(relayed: number): Promise<void> {
    if (relayed === 0 && (await this.oldestAgeMs()) > 0) return;
    this.failures = 0;
    this.options.onEvent({ event: 'outbox.unstuck' });
  }

  /** Returns how many rows left the outbox. */
  private async relay(rows: readonly OutboxRow[]): Promise<number> {
    const now = this.clock.now();
    const left: string[] = [];
    const newJobs: NewJob[] = [];
    for (const row of rows) {
      const delayMs = Math.max(0, this.clock.realMs(row.runAt - now));
      if (delayMs > maxDelayMs) continue;
      const newJob = this.parse(row, delayMs);
      if (newJob) newJobs.push(newJob);
      left.push(row.id);
    }
    await this.producer.enqueue(newJobs);
    await this.source.done(left);
    if (newJobs.length > 0) this.options.onEvent({ event: 'outbox.relayed', count: newJobs.length });
    return left.length;
  }

  private parse(row: OutboxRow, delayMs: number): NewJob | undefined {
    try {
      return parseJob(row.name, row.payload, delayMs);
    } catch (error) {
      const reason = (error as Error).message;
      this.options.onEvent({ event: 'outbox.refused', id: row.id, name: row.name, reason });
      return undefined;
    }
  }

  private waitMs(): number {
    if (this.failures === 0) return this.options.tickMs ?? 1_000;
    return Math.min((this.options.firstBackoffMs ?? 250) * 2 ** (this.failures - 1), maxBackoffMs);
  }
}
