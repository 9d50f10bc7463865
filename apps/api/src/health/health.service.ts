import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SteeringHealth, type SteeringReport } from '@warmshift/action-queue';
import { asSystem } from '@warmshift/db';
import { FleetSummaries } from '@warmshift/fleet-sync';
import { LOGGER, type Logger, type Metrics } from '@warmshift/observability';

/** Injection token of the process's `Metrics`. */
export const METRICS = Symbol('METRICS');

/** Postgres that takes longer counts as away. */
const answerWithinMs = 3_000;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: {
    readonly postgres: { readonly ok: boolean };
  } & Partial<Omit<SteeringReport, 'ok'>>;
}

/** Whether the service does its work, and the gauges that tell how well. */
@Injectable()
export class HealthService implements OnModuleInit {
  constructor(
    @Inject(SteeringHealth) private readonly steering: SteeringHealth,
    @Inject(FleetSummaries) private readonly fleet: FleetSummaries,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.metrics.beforeScrape(async () => {
      this.metrics.outboxAge.set(await asSystem(() => this.steering.outboxSeconds()));
    });
    this.metrics.beforeScrape(async () => {
      this.metrics.overdueRestores.set(await asSystem(() => this.steering.overdueRestores()));
    });
    this.metrics.beforeScrape(async () => {
      this.metrics.reconcilerLag.set(await asSystem(() => this.steering.lagSeconds()));
    });
    this.metrics.beforeScrape(async () => {
      this.metrics.clockSkew.set(await asSystem(() => this.steering.skewSeconds()));
    });
    this.metrics.beforeScrape(async () => {
      const counts = await asSystem(() => this.fleet.zonesByCode());
      this.metrics.zonesByStatus.reset();
      for (const { code, zones } of counts) this.metrics.zonesByStatus.set({ code }, zones);
    });
  }

  async readiness(): Promise<Readiness> {
    try {
      const { ok, ...checks } = await within(
        answerWithinMs,
        asSystem(() => this.steering.report()),
      );
      return { ready: ok, checks: { postgres: { ok: true }, ...checks } };
    } catch (err) {
      this.logger.warn({ err }, 'health.postgres-away');
      return { ready: false, checks: { postgres: { ok: false } } };
    }
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
