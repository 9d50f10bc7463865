import type { Logger } from '@warmshift/observability';
import type { StatusService } from '@warmshift/steerable-status';

/**
 * Real ms in which changes gather: a status may be so much younger than its action. While more is due, what goes to devices goes
 * first, and many statuses together cost less.
 */
const gatherMs = { whileBusy: 15_000, else: 250 };

/** The steerable statuses of zones whose actions moved, stored together a moment later. What gets lost is refreshed anyway. */
export class StatusUpdates {
  private zoneIds = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private flushAt = Infinity;
  private storing: Promise<void> = Promise.resolve();

  constructor(
    private readonly statuses: Pick<StatusService, 'recompute'>,
    private readonly logger: Logger,
  ) {}

  add(zoneId: string): void {
    this.zoneIds.add(zoneId);
    this.flushWithin(gatherMs.whileBusy);
  }

  /** Nothing more is due for now. */
  settle(): void {
    if (this.zoneIds.size > 0) this.flushWithin(gatherMs.else);
  }

  /** Stores what has gathered now; never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.flushAt = Infinity;
    const zoneIds = [...this.zoneIds];
    this.zoneIds = new Set();
    this.storing = this.storing.then(() => this.store(zoneIds));
    return this.storing;
  }

  private flushWithin(ms: number): void {
    const at = performance.now() + ms;
    if (this.flushAt <= at) return;
    clearTimeout(this.timer);
    this.flushAt = at;
    this.timer = setTimeout(() => void this.flush(), ms).unref();
  }

  private async store(zoneIds: readonly string[]): Promise<void> {
    if (zoneIds.length === 0) return;
    try {
      await this.statuses.recompute(zoneIds);
    } catch (err) {
      this.logger.warn({ err, zones: zoneIds.length }, 'action.statuses-not-stored');
    }
  }
}
