import type { Clock } from '@warmshift/config';
import { at, type Database, type Sql } from '@warmshift/db';
import { plan, slotMs, type ExpectedDraw, type LeftOut, type Plan } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { StatusService, ZoneContext } from '@warmshift/steerable-status';
import type { StoredPlan } from './campaign';
import type { CampaignOrder, Selection } from './campaign-order';
import type { CampaignsRepository } from './campaigns.repository';
import type { CandidatesRepository } from './candidates.repository';
import type { DrawRepository } from './draw.repository';
import { planZones, targetsOf } from './plan-zones';
import { insertActions, newAction, takeCycles, takenMeanwhile, type NewAction } from './planned-actions';

interface Planned {
  readonly plan: Plan;
  readonly contexts: ReadonlyMap<string, ZoneContext>;
  readonly expected: ReadonlyMap<string, ExpectedDraw>;
}

export interface OccurrencePlannerOptions {
  readonly db: Database;
  readonly campaigns: CampaignsRepository;
  readonly candidates: CandidatesRepository;
  readonly draws: DrawRepository;
  readonly statuses: StatusService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Facts in, plan out, actions into Postgres. The preview is the same plan, thrown away. */
export class OccurrencePlanner {
  constructor(private readonly options: OccurrencePlannerOptions) {}

  async hasCandidates(supplierId: string, selection: Selection): Promise<boolean> {
    return (await this.options.candidates.zoneIds(supplierId, selection)).length > 0;
  }

  /** @param asked an order whose window may have begun: then what is left of it is planned. */
  async plan(supplierId: string, asked: CampaignOrder): Promise<Planned> {
    const { candidates, clock, draws, statuses } = this.options;
    const now = clock.now();
    const order = { ...asked, startsAt: Math.max(asked.startsAt, now - (now % slotMs)) };
    const zoneIds = await candidates.zoneIds(supplierId, order.selection);
    const contexts = await statuses.contexts(zoneIds, now, order.startsAt);
    const expected = await draws.expected(contexts, order, now);
    const zones = planZones(contexts, expected, order, now);
    const made = plan(
      {
        direction: order.direction,
        window: { startsAt: order.startsAt, endsAt: order.endsAt },
        targetsW: targetsOf(order),
        seed: order.seed,
        staggerMs: order.staggerMs,
        holdOutShare: order.holdOutShare,
      },
      zones,
    );
    return { plan: made, contexts: new Map(contexts.map((context) => [context.zoneId, context])), expected };
  }

  /**
   * Plans an occurrence and writes its actions with the cycles they take, or nothing. Called twice, by jobs or by two
   * workers, it does it once.
   */
  async planOccurrence(occurrenceId: string): Promise<'done' | { skipped: string }> {
    const { campaigns, clock, logger } = this.options;
    const found = await campaigns.orderOf(occurrenceId);
    if (!found || found.occurrence.status !== 'SCHEDULED') return { skipped: 'not waiting for a plan' };
    if (clock.now() >= found.order.endsAt) {
      await campaigns.miss(occurrenceId);
      logger.warn({ occurrenceId }, 'occurrence.window-passed');
      return { skipped: 'its window has passed' };
    }
    for (let triesLeft = maxTries - 1; ; triesLeft -= 1) {
      const planned = await this.plan(found.occurrence.supplierId, found.order);
      const written = await this.write(found, planned, triesLeft === 0);
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
    { plan: made, contexts, expected }: Planned,
    lastTry: boolean,
  ): Promise<Written | 'not waiting'> {
    const [locked] = await sql.rows(
      `SELECT 1 FROM occurrences WHERE id = $1 AND status = 'SCHEDULED' FOR UPDATE`,
      [occurrence.occurrenceId],
    );
    if (!locked) return 'not waiting';
    const wanted = made.actions.map((action) =>
      newAction(action, contexts.get(action.zoneId)!, expected.get(action.zoneId)!),
    );
    const takenZones = await takenMeanwhile(sql, occurrence.supplierId, wanted);
    const free = wanted.filter((action) => !takenZones.has(action.zoneId));
    const paid = await takeCycles(sql, free, contexts);
    const actions = free.filter((action) => paid.has(action.id));
    if (actions.length < wanted.length && !lastTry) throw new Outdated();
    const now = this.options.clock.now();
    await insertActions(sql, occurrence, order, actions, now);
    const stored: StoredPlan = {
      slots: made.slots,
      leftOut: [...made.leftOut, ...refusals(wanted, actions, takenZones)],
      chosen: actions.length,
      reboundWh: made.reboundWh,
    };
    await sql.run(`UPDATE occurrences SET status = 'PLANNED', planned_at = $2, plan = $3 WHERE id = $1`, [
      occurrence.occurrenceId,
      at(now),
      JSON.stringify(stored),
    ]);
    return { actions: actions.length, leftOut: stored.leftOut.length };
  }
}

/** So often a plan is made anew because another campaign was faster; the last one is taken without what was lost. */
const maxTries = 4;

type Found = NonNullable<Awaited<ReturnType<CampaignsRepository['orderOf']>>>;

interface Written {
  readonly actions: number;
  readonly leftOut: number;
}

/** Rolls the transaction back. */
class Outdated extends Error {}

function refusals(
  wanted: readonly NewAction[],
  written: readonly NewAction[],
  takenZones: ReadonlySet<string>,
): LeftOut[] {
  const kept = new Set(written.map(({ id }) => id));
  return wanted
    .filter(({ id }) => !kept.has(id))
    .map(({ zoneId }) =>
      takenZones.has(zoneId)
        ? { zoneId, code: 'IN_ACTIVE_ACTION', reason: 'Another campaign has just taken this zone.' }
        : {
            zoneId,
            code: 'CYCLE_LIMIT',
            reason: 'Another campaign took the last compressor start of the day.',
          },
    );
}
