import type { Clock } from '@warmshift/config';
import { at, type Database, type Sql } from '@warmshift/db';
import type { Plan } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { StoredPlan } from './campaign';
import type { CampaignOrder } from './campaign-order';
import type { CampaignsRepository } from './campaigns.repository';
import type { Selection } from './order-schema';
import { quotaUseOf, type OrderPlanning, type Planned, type QuotaUse } from './plan-order';
import { Outdated, writePlan } from './plan-writer';
import { victimsOf } from './preemption';

/** A plan that is thrown away, with what it would take of the vendors and of other campaigns. */
export interface Preview extends Plan {
  readonly quotaUse: readonly QuotaUse[];
  /** Actions of campaigns of lower priority that would end for it. */
  readonly preempted: number;
}

export interface OccurrencePlannerOptions {
  readonly db: Database;
  readonly campaigns: CampaignsRepository;
  readonly planning: OrderPlanning;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Facts in, plan out, actions into Postgres. The preview is the same plan, thrown away. */
export class OccurrencePlanner {
  constructor(private readonly options: OccurrencePlannerOptions) {}

  hasCandidates(supplierId: string, selection: Selection): Promise<boolean> {
    return this.options.planning.hasCandidates(supplierId, selection);
  }

  async preview(supplierId: string, order: CampaignOrder): Promise<Preview> {
    const planned = await this.options.planning.plan(supplierId, order);
    const victims = victimsOf(planned.plan.actions, planned.contenders, planned.contexts);
    return { ...planned.plan, quotaUse: quotaUseOf(planned), preempted: victims.length };
  }

  /**
   * Plans an occurrence and writes its actions with the cycles they take, or nothing. Called twice, by jobs or by two
   * workers, it does it once.
   */
  async planOccurrence(occurrenceId: string): Promise<'done' | { skipped: string }> {
    const { campaigns, clock, logger, planning } = this.options;
    const found = await campaigns.orderOf(occurrenceId);
    if (!found || found.occurrence.status !== 'SCHEDULED') return { skipped: 'not waiting for a plan' };
    if (clock.now() >= found.order.endsAt) {
      await campaigns.miss(occurrenceId);
      logger.warn({ occurrenceId }, 'occurrence.window-passed');
      return { skipped: 'its window has passed' };
    }
    for (let triesLeft = maxTries - 1; ; triesLeft -= 1) {
      const planned = await planning.plan(found.occurrence.supplierId, found.order);
      const written = await this.write(found, planned, triesLeft <= 0);
      if (written === 'outdated') continue;
      if (written === 'not waiting') return { skipped: 'planned by another worker' };
      logger.info({ occurrenceId, ...written }, 'occurrence.planned');
      return 'done';
    }
  }

  /** Nothing is written when another campaign took a zone or its cycles meanwhile, unless this was the last try. */
  private async write(
    found: Found,
    planned: Planned,
    lastTry: boolean,
  ): Promise<Written | 'outdated' | 'not waiting'> {
    try {
      return await this.options.db.transaction((sql) => this.writeIn(sql, found, planned, lastTry));
    } catch (error) {
      if (error instanceof Outdated) return 'outdated';
      throw error;
    }
  }

  private async writeIn(
    sql: Sql,
    { occurrence, order }: Found,
    planned: Planned,
    lastTry: boolean,
  ): Promise<Written | 'not waiting'> {
    const { occurrenceId, supplierId } = occurrence;
    const [locked] = await sql.rows(
      `SELECT 1 FROM occurrences WHERE id = $1 AND status = 'SCHEDULED' FOR UPDATE`,
      [occurrenceId],
    );
    if (!locked) return 'not waiting';
    const now = this.options.clock.now();
    const written = await writePlan(sql, { occurrenceId, supplierId, order }, planned, lastTry, now);
    const { plan: made } = planned;
    const stored: StoredPlan = {
      slots: made.slots,
      leftOut: [...made.leftOut, ...written.refused],
      chosen: written.actions,
      reboundWh: made.reboundWh,
      afterSlots: made.afterSlots,
      cost: made.cost,
    };
    await sql.run(`UPDATE occurrences SET status = 'PLANNED', planned_at = $2, plan = $3 WHERE id = $1`, [
      occurrenceId,
      at(now),
      JSON.stringify(stored),
    ]);
    return { actions: written.actions, preempted: written.preempted, leftOut: stored.leftOut.length };
  }
}

/** So often a plan is made anew because another campaign was faster; the last one is taken without what was lost. */
const maxTries = 4;

type Found = NonNullable<Awaited<ReturnType<CampaignsRepository['orderOf']>>>;

interface Written {
  readonly actions: number;
  readonly preempted: number;
  readonly leftOut: number;
}
