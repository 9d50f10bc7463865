import type { Clock } from '@warmshift/config';
import { clockSkewMs, type Database, type PostgresOutbox } from '@warmshift/db';
import type { ActionsView } from '../view/actions-view.repository';

/** Real seconds after which a job should have left the outbox, and an action should have been given back. */
export const patienceSeconds = 60;
/** Real seconds that what is due may lie undone: a vendor's pace lets a step wait for up to a minute. */
export const lagLimitSeconds = 120;
/** Windows are kept to the second; a process whose clock is off by more would open and close them at wrong times. */
export const skewLimitSeconds = 5;

export interface SteeringReport {
  readonly ok: boolean;
  readonly outbox: { readonly ok: boolean; readonly oldestSeconds: number };
  readonly restores: { readonly ok: boolean; readonly overdue: number };
  readonly reconciler: { readonly ok: boolean; readonly lagSeconds: number };
  /** Of the process that asks, against Postgres. */
  readonly clock: { readonly ok: boolean; readonly skewSeconds: number };
}

/** Whether the promise of restore is being kept, as Postgres shows it. */
export class SteeringHealth {
  constructor(
    private readonly db: Database,
    private readonly outbox: PostgresOutbox,
    private readonly actions: ActionsView,
    private readonly clock: Clock,
  ) {}

  /** Rejects when Postgres is away. */
  async report(): Promise<SteeringReport> {
    const longAgo = this.clock.now() - this.clock.virtualMs(patienceSeconds * 1000);
    const oldestSeconds = await this.outboxSeconds();
    const overdue = await this.actions.overdueRestores(longAgo);
    const lagSeconds = await this.lagSeconds();
    const skewSeconds = await this.skewSeconds();
    const outbox = { ok: oldestSeconds < patienceSeconds, oldestSeconds };
    const restores = { ok: overdue === 0, overdue };
    const reconciler = { ok: lagSeconds < lagLimitSeconds, lagSeconds };
    const clock = { ok: Math.abs(skewSeconds) < skewLimitSeconds, skewSeconds };
    const ok = outbox.ok && restores.ok && reconciler.ok && clock.ok;
    return { ok, outbox, restores, reconciler, clock };
  }

  /** Actions past their end that are not given back, at this moment. */
  overdueRestores(): Promise<number> {
    return this.actions.overdueRestores(this.clock.now());
  }

  /** Age of the oldest job that should be in the queue. Real seconds. */
  async outboxSeconds(): Promise<number> {
    return this.realSeconds(await this.outbox.ageMs(this.clock.now()));
  }

  /** For how long the oldest step that is due has not been done. Real seconds. */
  async lagSeconds(): Promise<number> {
    const now = this.clock.now();
    return this.realSeconds(now - ((await this.actions.oldestDueAt(now)) ?? now));
  }

  /** How far this process is ahead of Postgres. Real seconds. */
  async skewSeconds(): Promise<number> {
    return tenths((await clockSkewMs(this.db)) / 1000);
  }

  private realSeconds(ms: number): number {
    return tenths(this.clock.realMs(ms) / 1000);
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
