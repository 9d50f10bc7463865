import type { Sql } from '@warmshift/db';
import type { Instant, LeftOut } from '@warmshift/domain';
import type { CampaignOrder } from './campaign-order';
import type { Planned } from './plan-order';
import {
  insertActions,
  lockPlanning,
  newAction,
  takeCycles,
  takenMeanwhile,
  type NewAction,
} from './planned-actions';
import { preempt, victimsOf } from './preemption';

/** Rolls the transaction back: what the plan was made of has changed. */
export class Outdated extends Error {}

export interface WrittenActions {
  readonly actions: number;
  /** Taken from campaigns of lower priority. */
  readonly preempted: number;
  /** What another campaign was faster with. */
  readonly refused: readonly LeftOut[];
}

/**
 * Writes a plan's actions with the cycles they take, after taking the devices of campaigns of lower priority. Planners of one
 * supplier take turns until their transactions end.
 *
 * @param lastTry take what is left of the plan when another campaign was faster, instead of giving up.
 * @throws Outdated
 */
export async function writePlan(
  sql: Sql,
  to: { readonly occurrenceId: string; readonly supplierId: string; readonly order: CampaignOrder },
  planned: Planned,
  lastTry: boolean,
  now: Instant,
): Promise<WrittenActions> {
  const { contenders, contexts, expected, plan } = planned;
  await lockPlanning(sql, to.supplierId);
  const victims = victimsOf(plan.actions, contenders, contexts);
  if (!(await preempt(sql, victims, to, now))) throw new Outdated();
  const wanted = plan.actions.map((action) =>
    newAction(action, contexts.get(action.zoneId)!, expected.get(action.zoneId)!, to.order.limits.maxOffsetK),
  );
  const takenZones = await takenMeanwhile(sql, wanted);
  const free = wanted.filter((action) => !takenZones.has(action.zoneId));
  const paid = await takeCycles(sql, free, contexts);
  const actions = free.filter((action) => paid.has(action.id));
  if (actions.length < wanted.length && !lastTry) throw new Outdated();
  await insertActions(sql, to, to.order, actions, now);
  const refused = refusals(wanted, actions, takenZones);
  return { actions: actions.length, preempted: victims.length, refused };
}

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
