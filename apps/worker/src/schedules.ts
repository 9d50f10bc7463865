import {
  Injectable,
  Inject,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Reconciler } from '@warmshift/action-queue';
import { DisinfectionPlanner, OccurrenceCalendar, OccurrenceProgress } from '@warmshift/campaigns';
import { SyncSchedule } from '@warmshift/fleet-sync';
import { LOGGER, type Logger } from '@warmshift/observability';
import { LegionellaService, StatusService } from '@warmshift/steerable-status';
import { WebhookHandOut } from '@warmshift/webhooks';

/**
 * What this replica looks after by itself, in real time. Every tick asks Postgres what is due and is safe to run on any
 * number of replicas at once; none of them holds work that another could not take up.
 */
@Injectable()
export class Schedules implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly running = new Map<string, Promise<void>>();
  private readonly failing = new Set<string>();
  private stopping = false;

  constructor(
    private readonly reconciler: Reconciler,
    private readonly sync: SyncSchedule,
    private readonly calendar: OccurrenceCalendar,
    private readonly progress: OccurrenceProgress,
    private readonly statuses: StatusService,
    private readonly legionella: LegionellaService,
    private readonly disinfections: DisinfectionPlanner,
    private readonly webhooks: WebhookHandOut,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval(1_000)
  reconcile(): Promise<void> {
    return this.tick('reconciler', () => this.reconciler.tick());
  }

  @Interval(500)
  scheduleSync(): Promise<void> {
    return this.tick('sync-schedule', () => this.sync.tick());
  }

  @Interval(500)
  moveOccurrences(): Promise<void> {
    return this.tick('occurrence-progress', () => this.progress.tick());
  }

  @Interval(10_000)
  createOccurrences(): Promise<void> {
    return this.tick('occurrence-calendar', () => this.calendar.tick());
  }

  @Interval(1_000)
  refreshStatuses(): Promise<void> {
    return this.tick('status-refresh', () => this.statuses.refresh());
  }

  @Interval(60_000)
  planDisinfections(): Promise<void> {
    return this.tick('disinfection-planner', () => this.disinfections.tick());
  }

  @Interval(3_600_000)
  alertOfOverdueTanks(): Promise<void> {
    return this.tick('legionella-alert', () => this.legionella.alert());
  }

  @Interval(500)
  handOutWebhooks(): Promise<void> {
    return this.tick('webhook-hand-out', () => this.webhooks.tick());
  }

  @Interval(3_600_000)
  forgetWebhooks(): Promise<void> {
    return this.tick('webhook-forget', () => this.webhooks.forgetOld());
  }

  /** What else comes seldom: a worker that is restarted often gets to it all the same. */
  onApplicationBootstrap(): void {
    void this.createOccurrences();
    void this.planDisinfections();
    void this.alertOfOverdueTanks();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.reconciler.stop();
    await Promise.allSettled(this.running.values());
  }

  /** Never two of a kind at once in a process. A failure is logged when it begins and when it is over. */
  private async tick(name: string, work: () => Promise<unknown>): Promise<void> {
    if (this.stopping || this.running.has(name)) return;
    const run = this.attempt(name, work).finally(() => this.running.delete(name));
    this.running.set(name, run);
    await run;
  }

  private async attempt(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      if (this.failing.delete(name)) this.logger.info({ tick: name }, 'tick.recovered');
    } catch (error) {
      if (this.failing.has(name)) return;
      this.failing.add(name);
      this.logger.error({ tick: name, err: error }, 'tick.failed');
    }
  }
}
