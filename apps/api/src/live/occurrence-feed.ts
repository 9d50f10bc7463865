import type { Clock } from '@warmshift/config';
import type { EventLog } from '@warmshift/observability';
import type { Snapshot } from './occurrence-snapshot';

/** Somebody who watches. `write` returns false when it does not keep up. */
export interface Watcher {
  write(text: string): boolean;
  end(): void;
}

export interface FeedOptions {
  readonly snapshots: { take(now: number): Promise<Snapshot> };
  readonly clock: Pick<Clock, 'now'>;
  readonly log: EventLog;
  /** Real ms. */
  readonly pollMs: number;
  readonly heartbeatMs: number;
  /** The last watcher has gone, or nothing will follow. */
  readonly onIdle: () => void;
}

/**
 * One occurrence, watched by any number: Postgres is asked once per poll for all of them, and each gets the same text, only
 * when it has changed.
 */
export class OccurrenceFeed {
  /** True once it is told things. */
  private readonly watchers = new Map<Watcher, boolean>();
  private readonly timer: NodeJS.Timeout;
  private readonly heartbeat: NodeJS.Timeout;
  private latest: Snapshot | undefined;
  private polling: Promise<Snapshot> | undefined;
  private failing = false;

  constructor(private readonly options: FeedOptions) {
    this.timer = setInterval(() => void this.poll(), options.pollMs).unref();
    this.heartbeat = setInterval(() => this.tell(': still here\n\n'), options.heartbeatMs).unref();
  }

  /** Keeps the feed going for somebody who is not told anything yet. */
  enter(watcher: Watcher): void {
    this.watchers.set(watcher, false);
  }

  /** The snapshot of now, or of the last poll. @throws NotFound when there is no such occurrence. */
  current(): Promise<Snapshot> {
    return this.latest === undefined ? this.take() : Promise.resolve(this.latest);
  }

  /** @param knownId what the watcher has seen already, from its `Last-Event-ID`. */
  start(watcher: Watcher, knownId: string | undefined): void {
    const { latest } = this;
    const stopped = !this.watchers.has(watcher);
    if (!stopped) this.watchers.set(watcher, true);
    if (latest !== undefined && latest.id !== knownId) this.write(watcher, latest.text);
    if (!stopped && latest?.last !== true) return;
    watcher.end();
    this.remove(watcher);
  }

  remove(watcher: Watcher): void {
    if (this.watchers.delete(watcher) && this.watchers.size === 0) this.stop();
  }

  /** Sends everybody away; they may come again. */
  stop(): void {
    clearInterval(this.timer);
    clearInterval(this.heartbeat);
    const watchers = [...this.watchers];
    this.watchers.clear();
    for (const [watcher, started] of watchers) if (started) watcher.end();
    this.options.onIdle();
  }

  private async poll(): Promise<void> {
    if (this.polling !== undefined || this.watchers.size === 0) return;
    const before = this.latest?.id;
    try {
      const snapshot = await this.take();
      this.failing = false;
      if (snapshot.id !== before) this.tell(snapshot.text);
      if (snapshot.last) this.stop();
    } catch (error) {
      if (!this.failing) this.options.log.warn('live.poll-failed', { err: error });
      this.failing = true;
    }
  }

  /** Whoever comes while it is being taken shares it. */
  private take(): Promise<Snapshot> {
    this.polling ??= this.options.snapshots
      .take(this.options.clock.now())
      .then((snapshot) => (this.latest = snapshot))
      .finally(() => (this.polling = undefined));
    return this.polling;
  }

  private tell(text: string): void {
    for (const [watcher, started] of [...this.watchers]) if (started) this.write(watcher, text);
  }

  /** Somebody who reads too slowly is sent away rather than kept in memory; it comes back with its last id. */
  private write(watcher: Watcher, text: string): void {
    if (watcher.write(text)) return;
    watcher.end();
    this.remove(watcher);
  }
}
