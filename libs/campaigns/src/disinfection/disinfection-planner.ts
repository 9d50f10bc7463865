import { endNow } from '@warmshift/action-queue';
import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database, type Sql } from '@warmshift/db';
import {
  assess,
  dueAt,
  longestRunHeatingMs,
  planRun,
  yieldOf,
  type Instant,
  type StatusCode,
  type TankToPlan,
} from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type {
  LegionellaRepository,
  LegionellaService,
  StatusService,
  ZoneContext,
} from '@warmshift/steerable-status';
import { vendorModule } from '@warmshift/vendors';
import { insertActions, lockPlanning, newAction, takeCycles, takenMeanwhile } from '../planned-actions';
import { placeRun, type PlacedRun } from './place-run';

export interface DisinfectionPlannerOptions {
  readonly db: Database;
  readonly legionella: Pick<LegionellaService, 'clearPassed' | 'tanksToPlan'>;
  readonly tanks: Pick<LegionellaRepository, 'claim'>;
  readonly statuses: Pick<StatusService, 'contexts' | 'recompute'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface DisinfectionTick {
  /** Zones that got a run, and those that wanted one and got none, by the code that said no. */
  readonly planned: readonly string[];
  readonly refused: Readonly<Record<string, number>>;
  readonly calledOff: number;
}

const order = { name: 'legionella run', direction: 'increase', purpose: 'disinfection' } as const;

/**
 * Plans the runs that tanks need and no machine makes, each with the action that carries it out. Any number of replicas may
 * tick: a run and its action are written together behind the supplier's planning lock, once per tank.
 */
export class DisinfectionPlanner {
  constructor(private readonly options: DisinfectionPlannerOptions) {}

  async tick(): Promise<DisinfectionTick> {
    const { legionella, logger, statuses } = this.options;
    const calledOff = await this.callOffUnneeded();
    const cleared = await legionella.clearPassed();
    const planned: string[] = [];
    const refused: Record<string, number> = {};
    for (const { tank, known } of await this.tanks()) {
      const code = hopeless(tank, known, this.options.clock.now()) ?? (await this.plan(tank, known));
      if (code === 'planned') planned.push(tank.zoneId);
      else if (code !== undefined) refused[code] = (refused[code] ?? 0) + 1;
    }
    await statuses.recompute([...new Set([...cleared, ...planned])]);
    if (planned.length + cleared.length + calledOff > 0)
      logger.info(
        { planned: planned.length, cleared: cleared.length, calledOff, refused },
        'legionella.planned',
      );
    return { planned, refused, calledOff };
  }

  private async tanks(): Promise<{ tank: TankToPlan; known: ZoneContext }[]> {
    const { clock, legionella, statuses } = this.options;
    const tanks = await legionella.tanksToPlan();
    const contexts = await statuses.contexts(
      tanks.map(({ zoneId }) => zoneId),
      clock.now(),
    );
    const byZone = new Map(contexts.map((context) => [context.zoneId, context]));
    return tanks.flatMap((tank) => {
      const known = byZone.get(tank.zoneId);
      return known ? [{ tank, known }] : [];
    });
  }

  /** @returns `planned`, the code that said no, or nothing when no run is wanted or another worker was faster. */
  private async plan(tank: TankToPlan, known: ZoneContext): Promise<string | undefined> {
    const { clock, statuses } = this.options;
    const now = clock.now();
    const contextAt = async (startsAt: Instant) => (await statuses.contexts([tank.zoneId], now, startsAt))[0];
    const leadMs = vendorModule(known.vendor).manifest.steering?.leadMs ?? 0;
    const placed = await placeRun(tank, contextAt, leadMs, now);
    if (!placed) return undefined;
    if ('obstacle' in placed) return placed.obstacle.code;
    return this.write(placed.run);
  }

  /** Run, action, cycles and the action's first job, or nothing. */
  private async write(run: PlacedRun): Promise<string | undefined> {
    const { clock, db, tanks } = this.options;
    const now = clock.now();
    const { context, heating, zoneId } = run;
    const { facts, power } = context;
    const expected = { meanW: power.expectedW ?? 0, stdDevW: 0 };
    const { expectedYieldW } = yieldOf({ direction: 'increase', expected, maxPowerW: power.maxW });
    const cycleCost = facts.cycles === undefined ? 0 : 1;
    const action = newAction(
      { zoneId, deviceId: context.deviceId, span: heating, expectedYieldW, cycleCost },
      context,
      { ...expected, source: 'vendor_model' },
      undefined,
    );
    return db
      .transaction(async (sql: Sql) => {
        const { supplierId } = context;
        await lockPlanning(sql, supplierId);
        if ((await takenMeanwhile(sql, [action])).size > 0) return undefined;
        if (!(await tanks.claim(sql, { zoneId, span: run.span, actionId: action.id }, now))) return undefined;
        const paid = await takeCycles(sql, [action], new Map([[zoneId, context]]));
        if (!paid.has(action.id)) throw new OutOfCycles();
        await insertActions(sql, { supplierId }, order, [action], now);
        return 'planned';
      })
      .catch((error: unknown) => {
        if (error instanceof OutOfCycles) return 'CYCLE_LIMIT';
        throw error;
      });
  }

  /** Runs that were planned and not sent, and that the tank has meanwhile made by itself. @returns how many. */
  private callOffUnneeded(): Promise<number> {
    const { clock, db } = this.options;
    const now = clock.now();
    return db.transaction(async (sql) => {
      const ended = await sql.rows<Parameters<typeof endNow>[0]>(
        `UPDATE actions action SET end_requested_at = $1, end_code = 'NOT_NEEDED', due_at = $1, version = action.version + 1
         FROM legionella_ledger ledger
         WHERE action.id = ledger.planned_action_id AND action.state = 'PLANNED' AND action.end_requested_at IS NULL
           AND ledger.last_completed_at > action.created_at
         RETURNING action.id AS "actionId", action.connection_id AS "connectionId", action.vendor, action.state, action.ends_at AS "endsAt"`,
        [at(now)],
      );
      await addToOutbox(
        sql,
        ended.map((action) => endNow(action, now)),
        now,
      );
      return ended.length;
    });
  }
}

/** Reasons that no other time of the next days changes. */
const lasting: ReadonlySet<StatusCode> = new Set([
  'HELD',
  'STEERING_DISABLED',
  'CUSTOMER_OPT_OUT',
  'NO_VENDOR_CONTROL',
  'ROLE_TOO_LOW',
  'NEEDS_REAUTHENTICATION',
  'FAULTY',
  'READ_ONLY',
  'LEARNING_PERIOD',
  'NO_HEADROOM',
]);

/** Why a wanted run need not be looked for now: many tanks may wait for long, and this asks the database nothing. */
function hopeless(tank: TankToPlan, { facts }: ZoneContext, now: Instant): StatusCode | undefined {
  if (planRun(tank, now) === undefined) return undefined;
  const span = { startsAt: now, endsAt: now + longestRunHeatingMs(facts) };
  const { code } = assess(facts, now, { direction: 'increase', purpose: 'disinfection', span });
  const waits = code === 'ABOVE_ACTIVATION_LIMIT' && (tank.soon === true || dueAt(tank.facts) <= now);
  return lasting.has(code) || waits ? code : undefined;
}

/** Rolls the transaction back. */
class OutOfCycles extends Error {}
