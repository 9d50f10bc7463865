import type { Logger } from '@warmshift/observability';
import type { StatusService } from '@warmshift/steerable-status';

/** Real ms in which changes gather: a status may be so much younger than its action. */
const gatherMs = 250;

/** The steerable statuses of zones whose actions moved, stored together a moment later. What gets lost is refreshed anyway. */
export class StatusUpdates {
  private zoneIds = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private storing: Promise<void> = Promise.resolve();

  constructor(
    private readonly statuses: Pick<StatusService, 'recompute'>,
    private readonly logger: Logger,
  ) {}

  add(zoneId: string): void {
    this.zoneIds.add(zoneId);
    this.timer ??= setTimeout(() => void this.flush(), gatherMs).unref();
  }

  /** Stores what has gathered now; never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const zoneIds = [...this.zoneIds];
    this.zoneIds = new Set();
    this.storing = this.storing.then(() => this.store(zoneIds));
    return this.storing;
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
