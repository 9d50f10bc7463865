import { endNow } from '@warmshift/action-queue';
import { addToOutbox, at, type Database, type Sql } from '@warmshift/db';
import {
  localDayOf,
  slotMs,
  type ActionState,
  type Instant,
  type PlannedAction,
  type Span,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { CampaignOrder } from './campaign-order';

/** From asking a running action to end until its device counts as given back. */
export const preemptGraceMs = slotMs;

/** An action of a campaign of lower priority that may be taken from it. */
export interface Contender extends Span {
  readonly actionId: string;
  readonly zoneId: string;
  readonly connectionId: string;
  readonly deviceId: string;
  readonly vendor: string;
  readonly state: ActionState;
  readonly version: number;
  readonly cyclesReserved: number;
  readonly cycleDay: string;
}

/** Who holds zones that an order of higher priority may take. */
export class ContendersRepository {
  constructor(private readonly db: Database) {}

  /** Actions of lower priority that are planned or running on these zones and not asked to end yet, by zone. */
  async of(zoneIds: readonly string[], priority: number): Promise<Map<string, Contender[]>> {
    const rows = await this.db.rows<Contender>(
      `SELECT action.id AS "actionId", action.zone_id AS "zoneId", action.connection_id AS "connectionId",
         action.device_id AS "deviceId", action.vendor, action.state, action.version, action.starts_at AS "startsAt", action.ends_at AS "endsAt",
         action.cycles_reserved AS "cyclesReserved", action.cycle_day AS "cycleDay"
       FROM actions action
       JOIN occurrences occurrence ON occurrence.id = action.occurrence_id
       JOIN campaigns campaign ON campaign.id = occurrence.campaign_id
       WHERE action.zone_id = ANY($1::uuid[]) AND campaign.priority < $2 AND action.end_requested_at IS NULL
         AND action.state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE')
       ORDER BY action.id`,
      [zoneIds, priority],
    );
    const byZone = new Map<string, Contender[]>();
    for (const row of rows) byZone.set(row.zoneId, [...(byZone.get(row.zoneId) ?? []), row]);
    return byZone;
  }
}

/**
 * The zone as it would be without the actions that may be taken: those planned give back their cycles, those running
 * are over after the grace time, and the zone's rest begins then.
 */
export function withoutContenders(
  context: ZoneContext,
  contenders: readonly Contender[] | undefined,
  window: Span,
  now: Instant,
): ZoneContext {
  if (contenders === undefined) return context;
  const { facts } = context;
  const gone = new Set(contenders.map((span) => keyOf(span)));
  const running = contenders.find(({ state }) => state !== 'PLANNED');
  const restored = running && now + preemptGraceMs + facts.comfort.restMs;
  const taken = context.taken.filter((span) => !gone.has(keyOf(span)));
  const cycles = facts.cycles && {
    ...facts.cycles,
    reservedToday: Math.max(
      0,
      facts.cycles.reservedToday - givenBack(contenders, localDayOf(window.startsAt, facts.timeZone)),
    ),
  };
  return {
    ...context,
    facts: {
      ...facts,
      cycles,
      activeAction:
        running && facts.activeAction?.actionId === running.actionId ? undefined : facts.activeAction,
    },
    taken: restored === undefined ? taken : [...taken, { startsAt: now, endsAt: restored }],
  };
}

/** Cycles of the day on which the order would start, of actions that never went out. */
function givenBack(contenders: readonly Contender[], cycleDay: string): number {
  return contenders
    .filter((contender) => contender.state === 'PLANNED' && contender.cycleDay === cycleDay)
    .reduce((sum, { cyclesReserved }) => sum + cyclesReserved, 0);
}

/** The actions that stand in the way of a plan: the same zone, at the same time or so shortly before that it would have to rest. */
export function victimsOf(
  actions: readonly PlannedAction[],
  contenders: ReadonlyMap<string, readonly Contender[]>,
  contexts: ReadonlyMap<string, ZoneContext>,
): Contender[] {
  return actions.flatMap(({ span, zoneId }) => {
    const restMs = contexts.get(zoneId)?.facts.comfort.restMs ?? 0;
    return (contenders.get(zoneId) ?? []).filter(
      ({ endsAt, startsAt }) => startsAt < span.endsAt && span.startsAt < endsAt + restMs,
    );
  });
}

/**
 * Takes the devices: planned actions end at once and give their cycles back, running ones are asked to end. All of them or
 * none.
 *
 * @returns false when one of them has moved since it was read; then the caller rolls back.
 */
export async function preempt(
  sql: Sql,
  victims: readonly Contender[],
  by: { readonly occurrenceId: string; readonly order: CampaignOrder },
  now: Instant,
): Promise<boolean> {
  if (victims.length === 0) return true;
  const locked = await sql.rows<{ actionId: string; version: number }>(
    `SELECT id AS "actionId", version FROM actions WHERE id = ANY($1::uuid[]) AND end_requested_at IS NULL
     ORDER BY id FOR UPDATE`,
    [victims.map(({ actionId }) => actionId)],
  );
  const versions = new Map(locked.map(({ actionId, version }) => [actionId, version]));
  if (victims.some(({ actionId, version }) => versions.get(actionId) !== version)) return false;
  const reason = `Taken by "${by.order.name}", which has priority ${by.order.priority}.`;
  const planned = victims.filter(({ state }) => state === 'PLANNED');
  const running = victims.filter(({ state }) => state !== 'PLANNED');
  await callOff(sql, planned, by.occurrenceId, reason, now);
  await sql.run(
    `UPDATE actions SET end_requested_at = $2, end_code = 'PREEMPTED', reason = $3, preempted_by = $4, due_at = $2,
       version = version + 1 WHERE id = ANY($1::uuid[])`,
    [running.map(({ actionId }) => actionId), at(now), reason, by.occurrenceId],
  );
  await addToOutbox(
    sql,
    running.map((action) => endNow(action, now)),
    now,
  );
  return true;
}

async function callOff(
  sql: Sql,
  planned: readonly Contender[],
  occurrenceId: string,
  reason: string,
  now: Instant,
): Promise<void> {
  const ids = planned.map(({ actionId }) => actionId);
  await sql.run(
    `UPDATE actions SET state = 'CANCELLED', code = 'PREEMPTED', reason = $3, preempted_by = $4, end_requested_at = $2,
       end_code = 'PREEMPTED', ended_at = $2, due_at = NULL, version = version + 1 WHERE id = ANY($1::uuid[])`,
    [ids, at(now), reason, occurrenceId],
  );
  await sql.run(
    `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, code, cause)
     SELECT id, supplier_id, $2, 'PLANNED', 'CANCELLED', 'cancelled', 'PREEMPTED', $3
     FROM actions WHERE id = ANY($1::uuid[])`,
    [ids, at(now), reason],
  );
  await sql.run(
    `UPDATE cycle_ledger SET reserved_starts = greatest(0, reserved_starts - freed.starts)
     FROM (SELECT device_id, cycle_day, sum(cycles_reserved)::int AS starts FROM actions WHERE id = ANY($1::uuid[])
           GROUP BY device_id, cycle_day) freed
     WHERE cycle_ledger.device_id = freed.device_id AND cycle_ledger.local_day = freed.cycle_day`,
    [ids],
  );
}

function keyOf({ endsAt, startsAt }: Span): string {
  return `${startsAt} ${endsAt}`;
}
