import { advanceJob } from '@warmshift/action-queue';
import type { Clock } from '@warmshift/config';
import { addToOutbox, at, iso, recordset, type Database, type Sql } from '@warmshift/db';
import {
  localDayOf,
  plan,
  type ExpectedDraw,
  type Instant,
  type LeftOut,
  type Plan,
  type PlannedAction,
} from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { StatusService, ZoneContext } from '@warmshift/steerable-status';
import { vendorModule } from '@warmshift/vendors';
import { randomUUID } from 'node:crypto';
import type { StoredPlan } from './campaign';
import type { CampaignOrder, Selection } from './campaign-order';
import type { CampaignsRepository } from './campaigns.repository';
import type { CandidatesRepository } from './candidates.repository';
import type { DrawRepository } from './draw.repository';
import { planZones } from './plan-zones';

interface Planned {
  readonly plan: Plan;
  readonly contexts: ReadonlyMap<string, ZoneContext>;
  readonly expected: ReadonlyMap<string, ExpectedDraw>;
}

/** One planned action as it is written. */
interface NewAction {
  readonly id: string;
  readonly zoneId: string;
  readonly deviceId: string;
  readonly connectionId: string;
  readonly zoneKind: string;
  readonly vendor: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly expectedYieldW: number;
  readonly baselineW: number;
  readonly cyclesReserved: number;
  readonly cycleDay: string;
  readonly dueAt: string;
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

  async plan(supplierId: string, order: CampaignOrder): Promise<Planned> {
    const { candidates, clock, draws, statuses } = this.options;
    const now = clock.now();
    const zoneIds = await candidates.zoneIds(supplierId, order.selection);
    const contexts = await statuses.contexts(zoneIds, now);
    const expected = await draws.expected(contexts, order, now);
    const zones = planZones(contexts, expected, order, now);
    const made = plan(
      {
        direction: order.direction,
        window: { startsAt: order.startsAt, endsAt: order.endsAt },
        targetW: order.targetW,
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
    const { campaigns, clock, db, logger } = this.options;
    const found = await campaigns.orderOf(occurrenceId);
    if (!found || found.occurrence.status !== 'SCHEDULED') return { skipped: 'not waiting for a plan' };
    const now = clock.now();
    if (now >= found.order.endsAt) {
      await campaigns.moveOccurrence(occurrenceId, 'SCHEDULED', 'CANCELLED');
      logger.warn({ occurrenceId }, 'occurrence.window-passed');
      return { skipped: 'its window has passed' };
    }
    const { supplierId } = found.occurrence;
    const planned = await this.plan(supplierId, found.order);
    const written = await db.transaction((sql) => this.write(sql, found, planned, now));
    if (written === undefined) return { skipped: 'planned by another worker' };
    logger.info(
      { occurrenceId, actions: written, leftOut: planned.plan.leftOut.length },
      'occurrence.planned',
    );
    return 'done';
  }

  private async write(
    sql: Sql,
    { occurrence, order }: NonNullable<Awaited<ReturnType<CampaignsRepository['orderOf']>>>,
    { plan: made, contexts, expected }: Planned,
    now: Instant,
  ): Promise<number | undefined> {
    const [locked] = await sql.rows(
      `SELECT 1 FROM occurrences WHERE id = $1 AND status = 'SCHEDULED' FOR UPDATE`,
      [occurrence.occurrenceId],
    );
    if (!locked) return undefined;
    const wanted = made.actions.map((action) =>
      newAction(action, contexts.get(action.zoneId)!, expected.get(action.zoneId)!),
    );
    const taken = await takeCycles(sql, wanted, contexts);
    const refused: LeftOut[] = wanted
      .filter((action) => !taken.has(action.id))
      .map((action) => ({
        zoneId: action.zoneId,
        code: 'CYCLE_LIMIT',
        reason: 'Another campaign took the last compressor start of the day.',
      }));
    const actions = wanted.filter((action) => taken.has(action.id));
    await insertActions(sql, occurrence, order, actions, now);
    const stored: StoredPlan = {
      slots: made.slots,
      leftOut: [...made.leftOut, ...refused],
      chosen: actions.length,
      reboundWh: made.reboundWh,
    };
    await sql.run(`UPDATE occurrences SET status = 'PLANNED', planned_at = $2, plan = $3 WHERE id = $1`, [
      occurrence.occurrenceId,
      at(now),
      JSON.stringify(stored),
    ]);
    return actions.length;
  }
}

function newAction(action: PlannedAction, context: ZoneContext, expected: ExpectedDraw): NewAction {
  const leadMs = vendorModule(context.vendor).manifest.steering?.leadMs ?? 0;
  return {
    id: randomUUID(),
    zoneId: action.zoneId,
    deviceId: action.deviceId,
    connectionId: context.connectionId,
    zoneKind: context.facts.zone,
    vendor: context.vendor,
    startsAt: iso(action.span.startsAt),
    endsAt: iso(action.span.endsAt),
    expectedYieldW: action.expectedYieldW,
    baselineW: expected.meanW,
    cyclesReserved: action.cycleCost,
    cycleDay: localDayOf(action.span.startsAt, context.facts.timeZone),
    dueAt: iso(action.span.startsAt - leadMs),
  };
}

/**
 * Takes the starts of all actions from the ledgers in one statement: what another campaign took since the facts were
 * read is seen here, so that a device can never be overbooked.
 *
 * @returns ids of the actions whose cycles were had.
 */
async function takeCycles(
  sql: Sql,
  actions: readonly NewAction[],
  contexts: ReadonlyMap<string, ZoneContext>,
): Promise<Set<string>> {
  const free = actions.filter((action) => action.cyclesReserved === 0).map((action) => action.id);
  const costly = actions.filter((action) => action.cyclesReserved > 0);
  const perDevice = new Map<
    string,
    { deviceId: string; supplierId: string; cycleDay: string; wanted: number; ceiling: number | null }
  >();
  for (const action of costly) {
    const key = `${action.deviceId} ${action.cycleDay}`;
    const cycles = contexts.get(action.zoneId)!.facts.cycles;
    const known = perDevice.get(key);
    const ceiling = cycles?.maxPerDay === undefined ? null : cycles.maxPerDay - cycles.ownNeedsReserve;
    perDevice.set(key, {
      deviceId: action.deviceId,
      supplierId: contexts.get(action.zoneId)!.supplierId,
      cycleDay: action.cycleDay,
      wanted: (known?.wanted ?? 0) + action.cyclesReserved,
      ceiling,
    });
  }
  const rows = [...perDevice.values()].sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  const had = await sql.rows<{ deviceId: string; cycleDay: string }>(
    `INSERT INTO cycle_ledger (device_id, supplier_id, local_day, reserved_starts)
     SELECT "deviceId", "supplierId", "cycleDay", wanted
     FROM jsonb_to_recordset($1::jsonb) AS wish("deviceId" uuid, "supplierId" uuid, "cycleDay" text, wanted int, ceiling int)
     WHERE ceiling IS NULL OR wanted <= ceiling
     ON CONFLICT (device_id, local_day) DO UPDATE SET reserved_starts = cycle_ledger.reserved_starts + excluded.reserved_starts
     WHERE cycle_ledger.observed_starts + cycle_ledger.reserved_starts + excluded.reserved_starts <= coalesce(
       (SELECT ceiling FROM jsonb_to_recordset($1::jsonb) AS wish("deviceId" uuid, "cycleDay" text, ceiling int)
        WHERE wish."deviceId" = excluded.device_id AND wish."cycleDay" = excluded.local_day), 2147483647)
     RETURNING device_id AS "deviceId", local_day AS "cycleDay"`,
    [recordset(rows)],
  );
  const granted = new Set(had.map(({ deviceId, cycleDay }) => `${deviceId} ${cycleDay}`));
  const paid = costly
    .filter((action) => granted.has(`${action.deviceId} ${action.cycleDay}`))
    .map((action) => action.id);
  return new Set([...free, ...paid]);
}

async function insertActions(
  sql: Sql,
  occurrence: { readonly occurrenceId: string; readonly supplierId: string },
  order: CampaignOrder,
  actions: readonly NewAction[],
  now: Instant,
): Promise<void> {
  await sql.run(
    `INSERT INTO actions (id, supplier_id, occurrence_id, connection_id, device_id, zone_id, zone_kind, vendor, direction,
       starts_at, ends_at, state, expected_yield_w, baseline_w, cycles_reserved, cycle_day, due_at, created_at)
     SELECT id, $2, $3, "connectionId", "deviceId", "zoneId", "zoneKind", vendor, $4, "startsAt", "endsAt", 'PLANNED',
       "expectedYieldW", "baselineW", "cyclesReserved", "cycleDay", "dueAt", $5
     FROM jsonb_to_recordset($1::jsonb) AS action(id uuid, "connectionId" uuid, "deviceId" uuid, "zoneId" uuid,
       "zoneKind" text, vendor text, "startsAt" timestamptz, "endsAt" timestamptz, "expectedYieldW" float8,
       "baselineW" float8, "cyclesReserved" int, "cycleDay" text, "dueAt" timestamptz)`,
    [recordset(actions), occurrence.supplierId, occurrence.occurrenceId, order.direction, at(now)],
  );
  await sql.run(
    `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, cause)
     SELECT id, $2, $3, 'PLANNED', 'PLANNED', 'planned', $4 FROM jsonb_to_recordset($1::jsonb) AS action(id uuid)`,
    [recordset(actions), occurrence.supplierId, at(now), `Planned for "${order.name}".`],
  );
  const jobs = actions.map((action) =>
    advanceJob({
      actionId: action.id,
      vendor: action.vendor,
      state: 'PLANNED',
      dueAt: Date.parse(action.dueAt),
      endsAt: Date.parse(action.endsAt),
      endRequestedAt: undefined,
    }),
  );
  await addToOutbox(sql, jobs, now);
}
