import { endNow } from '@warmshift/action-queue';
import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database, type Sql } from '@warmshift/db';
import { minuteMs, slotMs, type Instant, type PlannedAction } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { Replan } from './campaign';
import { targetsOf, type CampaignOrder } from './campaign-order';
import type { CampaignsRepository } from './campaigns.repository';
import { releasable, slotBalance, type RunningAction } from './balance';
import { planned, type OrderPlanning, type Planned } from './plan-order';
import { Outdated, writePlan } from './plan-writer';
import type { ReportedAction } from './report';
import { fallsShort } from './rest-of-window';
import type { ReportService } from './report.service';

/** Delivered may differ from asked by so much before anything is changed. */
export const replanTolerance = 0.05;
/** So many changes in one occurrence. */
export const maxReplans = 12;
/** Readings of a slot are waited for so long after its end. */
export const readingsLagMs = 2 * minuteMs;

export interface ReplannerOptions {
  readonly db: Database;
  readonly campaigns: CampaignsRepository;
  readonly planning: OrderPlanning;
  readonly reports: ReportService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Holds delivered against asked after every slot of a running occurrence, and changes the rest of its window: more devices when
 * it was short, some given back early when it was over. Each slot is looked at once, by whichever worker is first.
 */
export class Replanner {
  constructor(private readonly options: ReplannerOptions) {}

  /** @returns whether a slot was looked at. */
  async check(occurrenceId: string): Promise<boolean> {
    const { campaigns, clock, reports } = this.options;
    const now = clock.now();
    const found = await campaigns.orderOf(occurrenceId);
    if (found?.occurrence.status !== 'RUNNING') return false;
    const { occurrence, order } = found;
    const slotStartsAt = lastSlot(order, now);
    if (slotStartsAt === undefined || slotStartsAt <= (occurrence.checkedSlotAt ?? -Infinity)) return false;
    const askedW = targetsOf(order, slotStartsAt)?.[0];
    const actions = await reports.actionsOf(occurrenceId, order.startsAt, order.endsAt);
    const balance = askedW === undefined ? undefined : slotBalance(actions, slotStartsAt);
    const margin = marginOf(found, slotStartsAt);
    const toDo =
      balance === undefined || askedW === undefined
        ? undefined
        : whatToDo(askedW, balance.deliveredW, margin);
    if (balance === undefined || askedW === undefined || occurrence.replans.length >= maxReplans) {
      return this.noteChecked(this.options.db, occurrenceId, slotStartsAt);
    }
    const running = balance.running.filter(({ span }) => span.endsAt > now);
    const looked = { slotStartsAt, askedW, deliveredW: balance.deliveredW };
    if (toDo === undefined) return this.lookAhead(found, looked, running, actions, now);
    return toDo === 'SHORT'
      ? this.addMore(found, looked, running, actions, now)
      : this.endSome(found, looked, running, margin, now);
  }

  private async addMore(
    { occurrence, order }: Found,
    looked: Looked,
    running: readonly RunningAction[],
    actions: readonly ReportedAction[],
    now: Instant,
  ): Promise<boolean> {
    const { occurrenceId, supplierId } = occurrence;
    const standing = new Set(running.map(({ zoneId }) => zoneId));
    const except = new Set(actions.map(({ zoneId }) => zoneId).filter((zoneId) => !standing.has(zoneId)));
    const planned = await this.options.planning.plan(supplierId, order, {
      fromAt: now - (now % slotMs),
      running: running.map(toPlanned),
      except,
    });
    return this.once(occurrenceId, looked.slotStartsAt, async (sql) => {
      const written = await writePlan(sql, { occurrenceId, supplierId, order }, planned, true, now);
      const replan = { ...looked, at: now, reason: 'SHORT', added: written.actions, ended: 0 } as const;
      await record(sql, occurrenceId, replan, planned);
      return replan;
    });
  }

  /** What was delivered is near enough; the slots after this one may all the same lack something by what is expected now. */
  private async lookAhead(
    { occurrence, order }: Found,
    looked: Looked,
    running: readonly RunningAction[],
    actions: readonly ReportedAction[],
    now: Instant,
  ): Promise<boolean> {
    const { occurrenceId, supplierId } = occurrence;
    const fromAt = now - (now % slotMs) + slotMs;
    const nothing = () => this.noteChecked(this.options.db, occurrenceId, looked.slotStartsAt);
    if (fromAt >= order.endsAt) return nothing();
    const standing = [...running.map(toPlanned), ...actions.flatMap(bringsBack)];
    const taken = new Set(standing.map(({ zoneId }) => zoneId));
    const except = new Set(actions.map(({ zoneId }) => zoneId).filter((zoneId) => !taken.has(zoneId)));
    const facts = await this.options.planning.facts(supplierId, order, { fromAt, running: standing, except });
    const { request, zones } = facts;
    if (!fallsShort(request, zones)) return nothing();
    const more = planned(facts);
    if (more.plan.actions.length === 0) return nothing();
    return this.once(occurrenceId, looked.slotStartsAt, async (sql) => {
      const written = await writePlan(sql, { occurrenceId, supplierId, order }, more, true, now);
      const replan = { ...looked, at: now, reason: 'SHORT', added: written.actions, ended: 0 } as const;
      await record(sql, occurrenceId, replan, more);
      return replan;
    });
  }

  private endSome(
    { occurrence, order }: Found,
    looked: Looked,
    running: readonly RunningAction[],
    margin: number,
    now: Instant,
  ): Promise<boolean> {
    const fromAt = now - (now % slotMs);
    const targetsW = (targetsOf(order, fromAt) ?? []).map((targetW) => targetW * margin);
    const ending = releasable(running, targetsW, fromAt, replanTolerance).map(({ actionId }) => actionId);
    return this.once(occurrence.occurrenceId, looked.slotStartsAt, async (sql) => {
      const ended = await endEarly(sql, ending, now);
      const replan = { ...looked, at: now, reason: 'OVER', added: 0, ended } as const;
      await record(sql, occurrence.occurrenceId, replan);
      return replan;
    });
  }

  /** The occurrence's row is locked and still waits for this slot to be looked at, or nothing is done. */
  private async once(
    occurrenceId: string,
    slotStartsAt: Instant,
    change: (sql: Sql) => Promise<Replan>,
  ): Promise<boolean> {
    const { db, logger } = this.options;
    try {
      return await db.transaction(async (sql) => {
        if (!(await this.noteChecked(sql, occurrenceId, slotStartsAt))) return false;
        const replan = await change(sql);
        logger.info({ occurrenceId, ...replan }, 'occurrence.replanned');
        return true;
      });
    } catch (error) {
      // An action of another campaign that was to be taken has moved: looked at again in the next tick.
      if (error instanceof Outdated) return false;
      throw error;
    }
  }

  private async noteChecked(
    sql: Pick<Sql, 'run'>,
    occurrenceId: string,
    slotStartsAt: Instant,
  ): Promise<boolean> {
    const changed = await sql.run(
      `UPDATE occurrences SET checked_until = $2
       WHERE id = $1 AND status = 'RUNNING' AND (checked_until IS NULL OR checked_until < $2)`,
      [occurrenceId, at(slotStartsAt)],
    );
    return changed > 0;
  }
}

type Found = NonNullable<Awaited<ReturnType<CampaignsRepository['orderOf']>>>;
type Looked = Pick<Replan, 'slotStartsAt' | 'askedW' | 'deliveredW'>;

/** Start of the last slot of the window whose readings must be there; absent when there is none, or no slot is left to change. */
function lastSlot(order: CampaignOrder, now: Instant): Instant | undefined {
  const counted = now - readingsLagMs;
  const startsAt = counted - (counted % slotMs) - slotMs;
  return startsAt >= order.startsAt && now < order.endsAt ? startsAt : undefined;
}

/**
 * What a plan for 90 % confidence expects above its target, as a factor. That is no surplus to be given back: what was delivered is
 * counted from baselines, and their errors are what the margin is for.
 */
function marginOf({ occurrence, order }: Found, slotStartsAt: Instant): number {
  const slot = occurrence.plan?.slots.find(({ startsAt }) => startsAt === slotStartsAt);
  if (order.confidence !== 'P90' || slot?.targetW === undefined || slot.targetW <= 0) return 1;
  return Math.max(1, slot.expectedW / slot.targetW);
}

function whatToDo(askedW: number, deliveredW: number, margin: number): 'SHORT' | 'OVER' | undefined {
  if (deliveredW < askedW * (1 - replanTolerance)) return 'SHORT';
  return deliveredW > askedW * margin * (1 + replanTolerance) ? 'OVER' : undefined;
}

function toPlanned({ cyclesReserved, deviceId, span, yieldW, zoneId }: RunningAction): PlannedAction {
  return { zoneId, deviceId, span, expectedYieldW: yieldW, cycleCost: cyclesReserved };
}

/** An action that has ended: what it shifted comes back. */
function bringsBack({
  activeAt,
  cyclesReserved,
  deviceId,
  endedAt,
  expectedYieldW,
  span,
  zoneId,
}: ReportedAction) {
  const endsAt = Math.min(span.endsAt, endedAt ?? Infinity);
  if (activeAt === undefined || endedAt === undefined || endsAt <= span.startsAt) return [];
  return [{ zoneId, deviceId, span: { ...span, endsAt }, expectedYieldW, cycleCost: cyclesReserved }];
}

/** Never sent: called off with its cycles by the action queue; sent: given back now. */
async function endEarly(sql: Sql, actionIds: readonly string[], now: Instant): Promise<number> {
  const ending = await sql.rows<Parameters<typeof endNow>[0]>(
    `UPDATE actions SET end_requested_at = $2, end_code = 'OVER_TARGET', due_at = $2, version = version + 1
     WHERE id IN (
       SELECT id FROM actions WHERE id = ANY($1::uuid[]) AND end_requested_at IS NULL
         AND state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE') ORDER BY id FOR UPDATE)
     RETURNING id AS "actionId", connection_id AS "connectionId", vendor, state, ends_at AS "endsAt"`,
    [actionIds, at(now)],
  );
  await addToOutbox(
    sql,
    ending.map((action) => endNow(action, now)),
    now,
  );
  return ending.length;
}

/** The change, and for a new plan the slots that it promises from now on. */
async function record(sql: Sql, occurrenceId: string, replan: Replan, planned?: Planned): Promise<void> {
  await sql.run(`UPDATE occurrences SET replans = replans || $2::jsonb WHERE id = $1`, [
    occurrenceId,
    JSON.stringify([{ ...replan, promisedW: planned?.plan.slots.map(({ promisedW }) => promisedW) }]),
  ]);
}
