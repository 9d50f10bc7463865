import { QueueUnavailable } from './errors';
import type { NewJob } from './jobs';
import { OutboxRelay, type OutboxRow, type OutboxSource, type RelayEvent } from './outbox-relay';

const minuteMs = 60_000;

/** Rows in memory, with claims that last until `forgetClaims` as a database's would until they lapse. */
class MemoryOutbox implements OutboxSource {
  rows: OutboxRow[] = [];
  claims = 0;
  private readonly claimed = new Set<string>();

  add(id: string, runAt: number, fields: Partial<OutboxRow> = {}): void {
    this.rows.push({ id, name: 'occurrence.plan', payload: { v: 1, occurrenceId: id }, runAt, ...fields });
  }

  forgetClaims(): void {
    this.claimed.clear();
  }

  async claim(limit: number, now: number): Promise<OutboxRow[]> {
    this.claims++;
    const free = this.rows.filter(({ id, runAt }) => !this.claimed.has(id) && runAt <= now + 15 * minuteMs);
    const taken = free.sort((a, b) => a.runAt - b.runAt).slice(0, limit);
    taken.forEach(({ id }) => this.claimed.add(id));
    return taken;
  }

  async done(ids: readonly string[]): Promise<void> {
    this.rows = this.rows.filter(({ id }) => !ids.includes(id));
  }

  async ageMs(now: number): Promise<number> {
    return Math.max(0, ...this.rows.map(({ runAt }) => now - runAt));
  }
}

class MemoryQueue {
  readonly batches: (readonly NewJob[])[] = [];
  /** While set, jobs are refused with it. */
  trouble: Error | undefined;
  /** While set, adding waits for it. */
  slow: Promise<void> | undefined;
  atOnce = 0;
  mostAtOnce = 0;

  async enqueue(newJobs: readonly NewJob[]): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await this.slow;
    this.atOnce--;
    if (this.trouble) throw this.trouble;
    if (newJobs.length > 0) this.batches.push(newJobs);
  }

  get ids(): string[] {
    return this.batches.flat().map(({ payload }) => ('occurrenceId' in payload ? payload.occurrenceId : ''));
  }
}

function setUp(options: { batchSize?: number; scale?: number } = {}) {
  const outbox = new MemoryOutbox();
  const queue = new MemoryQueue();
  const events: RelayEvent[] = [];
  const clock = { now: () => Date.now(), realMs: (ms: number) => ms / (options.scale ?? 1) };
  const relay = new OutboxRelay(outbox, queue, clock, {
    onEvent: (event) => events.push(event),
    tickMs: 1_000,
    batchSize: options.batchSize,
    firstBackoffMs: 250,
  });
  const eventNames = () => events.map(({ event }) => event);
  return { outbox, queue, relay, events, eventNames };
}

const settle = () => jest.advanceTimersByTimeAsync(0);

describe('OutboxRelay', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('moves rows into the queue with what is left of their delay, then removes them', async () => {
    const { outbox, queue, relay } = setUp();
    outbox.add('late', Date.now() - 5_000);
    outbox.add('soon', Date.now() + 60_000);
    relay.start();
    await settle();
    expect(queue.batches.flat().map(({ delayMs }) => delayMs)).toEqual([0, 60_000]);
    expect(outbox.rows).toEqual([]);
    await relay.stop();
  });

  it('turns delays into real time where the clock is scaled', async () => {
    const { outbox, queue, relay } = setUp({ scale: 60 });
    outbox.add('soon', Date.now() + 10 * minuteMs);
    relay.start();
    await settle();
    expect(queue.batches.flat()[0]?.delayMs).toBe(10_000);
    await relay.stop();
  });

  it('leaves rows alone whose real delay is too long for the queue', async () => {
    const { outbox, queue, relay } = setUp({ scale: 0.5 });
    outbox.add('far', Date.now() + 10 * minuteMs);
    relay.start();
    await settle();
    expect(queue.batches).toEqual([]);
    expect(outbox.rows).toHaveLength(1);
    await relay.stop();
  });

  it('drains batch after batch without waiting for the tick', async () => {
    const { outbox, queue, relay } = setUp({ batchSize: 10 });
    for (let i = 0; i < 25; i++) outbox.add(`o${i}`, Date.now());
    relay.start();
    await settle();
    expect(queue.batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    await relay.stop();
  });

  it('looks on its tick, and at once when nudged', async () => {
    const { outbox, queue, relay } = setUp();
    relay.start();
    await settle();
    outbox.add('ticked', Date.now());
    await jest.advanceTimersByTimeAsync(999);
    expect(queue.ids).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(queue.ids).toEqual(['ticked']);
    outbox.add('nudged', Date.now());
    relay.nudge();
    await settle();
    expect(queue.ids).toEqual(['ticked', 'nudged']);
    await relay.stop();
  });

  it('never drains twice at once, and looks again after a nudge during a drain', async () => {
    const { outbox, queue, relay } = setUp();
    let letThrough = (): void => undefined;
    queue.slow = new Promise((resolve) => (letThrough = resolve));
    outbox.add('first', Date.now());
    relay.start();
    await settle();
    outbox.add('second', Date.now());
    relay.nudge();
    relay.nudge();
    await settle();
    expect(outbox.claims).toBe(1);
    letThrough();
    await settle();
    expect(queue.ids).toEqual(['first', 'second']);
    expect(queue.mostAtOnce).toBe(1);
    await relay.stop();
  });

  it('keeps rows while the queue is away, backs off, and says so once', async () => {
    const { outbox, queue, relay, eventNames } = setUp();
    queue.trouble = new QueueUnavailable('away');
    outbox.add('o1', Date.now());
    relay.start();
    for (let i = 0; i < 60; i++) {
      await jest.advanceTimersByTimeAsync(1_000);
      outbox.forgetClaims();
      relay.nudge();
    }
    expect(outbox.rows).toHaveLength(1);
    expect(outbox.claims).toBeLessThan(12);
    expect(await relay.oldestAgeMs()).toBe(60_000);
    queue.trouble = undefined;
    await jest.advanceTimersByTimeAsync(15_000);
    expect(queue.ids).toEqual(['o1']);
    expect(await relay.oldestAgeMs()).toBe(0);
    expect(eventNames()).toEqual(['outbox.stuck', 'outbox.relayed', 'outbox.unstuck']);
    await relay.stop();
  });

  it('does not take an empty claim for recovery while rows are overdue', async () => {
    const { outbox, queue, relay, eventNames } = setUp();
    queue.trouble = new QueueUnavailable('away');
    outbox.add('o1', Date.now() - 1);
    relay.start();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(outbox.claims).toBeGreaterThan(1);
    expect(eventNames()).toEqual(['outbox.stuck']);
    await relay.stop();
  });

  it('survives an outbox that cannot be read', async () => {
    const { outbox, queue, relay, eventNames } = setUp();
    jest.spyOn(outbox, 'claim').mockRejectedValueOnce(new Error('database is away'));
    outbox.add('o1', Date.now());
    relay.start();
    await jest.advanceTimersByTimeAsync(250);
    expect(queue.ids).toEqual(['o1']);
    expect(eventNames()).toEqual(['outbox.stuck', 'outbox.relayed', 'outbox.unstuck']);
    await relay.stop();
  });

  it('takes out a row that fits no job, loudly, and lets the others through', async () => {
    const { outbox, queue, relay, events } = setUp();
    outbox.add('bad', Date.now(), { payload: { v: 1, occurrenceId: 'has:colon' } });
    outbox.add('unknown', Date.now(), { name: 'action.fly' });
    outbox.add('good', Date.now());
    relay.start();
    await settle();
    expect(queue.ids).toEqual(['good']);
    expect(outbox.rows).toEqual([]);
    expect(events.slice(0, 2)).toEqual([
      {
        event: 'outbox.refused',
        id: 'bad',
        name: 'occurrence.plan',
        reason: expect.stringContaining('occurrenceId'),
      },
      {
        event: 'outbox.refused',
        id: 'unknown',
        name: 'action.fly',
        reason: expect.stringContaining('catalogue'),
      },
    ]);
    await relay.stop();
  });

  it('finishes the batch in hand when stopped, and looks no more', async () => {
    const { outbox, queue, relay } = setUp();
    let letThrough = (): void => undefined;
    queue.slow = new Promise((resolve) => (letThrough = resolve));
    outbox.add('o1', Date.now());
    relay.start();
    await settle();
    const stopped = relay.stop();
    letThrough();
    await stopped;
    expect(outbox.rows).toEqual([]);
    const { claims } = outbox;
    relay.nudge();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(outbox.claims).toBe(claims);
  });
});
