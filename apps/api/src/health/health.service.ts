import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ActionsView } from '@warmshift/action-queue';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, PostgresOutbox } from '@warmshift/db';
import { FleetSummaries } from '@warmshift/fleet-sync';
import { LOGGER, type Logger, type Metrics } from '@warmshift/observability';

/** Injection token of the process's `Metrics`. */
export const METRICS = Symbol('METRICS');

/** Real seconds after which a job should have left the outbox, and an action should have been given back. */
export const patienceSeconds = 60;
/** Postgres that takes longer counts as away. */
const answerWithinMs = 3_000;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: {
    readonly postgres: { readonly ok: boolean };
    readonly outbox?: { readonly ok: boolean; readonly oldestSeconds: number } | undefined;
    readonly restores?: { readonly ok: boolean; readonly overdue: number } | undefined;
  };
}

/** Whether the service does its work, and the gauges that tell how well. */
@Injectable()
export class HealthService implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly db: Database,
    @Inject(PostgresOutbox) private readonly outbox: PostgresOutbox,
    @Inject(ActionsView) private readonly actions: ActionsView,
    @Inject(FleetSummaries) private readonly fleet: FleetSummaries,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.metrics.beforeScrape(async () => {
      this.metrics.outboxAge.set(await this.outboxSeconds());
    });
    this.metrics.beforeScrape(async () => {
      this.metrics.overdueRestores.set(await this.actions.overdueRestores(this.clock.now()));
    });
    this.metrics.beforeScrape(async () => {
      const counts = await this.fleet.zonesByCode();
      this.metrics.zonesByStatus.reset();
      for (const { code, zones } of counts) this.metrics.zonesByStatus.set({ code }, zones);
    });
  }

  async readiness(): Promise<Readiness> {
    try {
      const [oldestSeconds, overdue] = await within(answerWithinMs, this.numbers());
      const outbox = { ok: oldestSeconds < patienceSeconds, oldestSeconds };
      const restores = { ok: overdue === 0, overdue };
      return { ready: outbox.ok && restores.ok, checks: { postgres: { ok: true }, outbox, restores } };
    } catch (err) {
      this.logger.warn({ err }, 'health.postgres-away');
      return { ready: false, checks: { postgres: { ok: false } } };
    }
  }

  private async numbers(): Promise<[oldestSeconds: number, overdue: number]> {
    await this.db.rows('SELECT 1');
    const longAgo = this.clock.now() - this.clock.virtualMs(patienceSeconds * 1000);
    return [await this.outboxSeconds(), await this.actions.overdueRestores(longAgo)];
  }

  private async outboxSeconds(): Promise<number> {
    const ageMs = await this.outbox.ageMs(this.clock.now());
    return Math.round(this.clock.realMs(ageMs) / 100) / 10;
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
