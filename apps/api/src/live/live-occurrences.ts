import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { eventLog, LOGGER, type EventLog, type Logger } from '@warmshift/observability';
import type { Caller } from '@warmshift/suppliers';
import { TooManyRequests } from '../http/too-many-requests';
import { OccurrenceFeed } from './occurrence-feed';
import { OccurrenceSnapshots } from './occurrence-snapshot';
import { ProgressRepository } from './progress.repository';

/** Real ms between two looks at an occurrence. */
const pollMs = 2_000;
/** Proxies close connections that are silent for a minute. */
const heartbeatMs = 15_000;
/** Open streams of one key in this process. */
export const maxStreamsPerKey = 1_000;

/** The feeds that somebody watches in this process. */
@Injectable()
export class LiveOccurrences implements BeforeApplicationShutdown {
  private readonly feeds = new Map<string, OccurrenceFeed>();
  private readonly streams = new Map<string, number>();
  private readonly log: EventLog;

  constructor(
    @Inject(ProgressRepository) private readonly progress: ProgressRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.log = eventLog(logger);
  }

  feed(supplierId: string, occurrenceId: string): OccurrenceFeed {
    const key = `${supplierId}/${occurrenceId}`;
    const known = this.feeds.get(key);
    if (known !== undefined) return known;
    const feed: OccurrenceFeed = new OccurrenceFeed({
      snapshots: new OccurrenceSnapshots(this.progress, supplierId, occurrenceId),
      clock: this.clock,
      log: this.log,
      pollMs,
      heartbeatMs,
      onIdle: () => {
        if (this.feeds.get(key) === feed) this.feeds.delete(key);
      },
    });
    this.feeds.set(key, feed);
    return feed;
  }

  /** Counts a stream of a key; the returned function counts it out, once. @throws TooManyRequests */
  enter({ actor }: Pick<Caller, 'actor'>): () => void {
    const open = this.streams.get(actor) ?? 0;
    if (open >= maxStreamsPerKey) {
      throw new TooManyRequests(
        `This key has ${maxStreamsPerKey} streams open already: close some first.`,
        60_000,
      );
    }
    this.streams.set(actor, open + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.streams.get(actor) ?? 1) - 1;
      if (now === 0) this.streams.delete(actor);
      else this.streams.set(actor, now);
    };
  }

  beforeApplicationShutdown(): void {
    for (const feed of [...this.feeds.values()]) feed.stop();
  }
}
