import type { Clock } from '@warmshift/config';
import type { Database } from '@warmshift/db';
import {
  slotMs,
  type ExpectedDraw,
  type Instant,
  type Plan,
  type PlannedAction,
  type PlanRequest,
  type PlanZone,
} from '@warmshift/domain';
import type { StatusService, ZoneContext } from '@warmshift/steerable-status';
import { vendorModule } from '@warmshift/vendors';
import { targetsOf, type CampaignOrder } from './campaign-order';
import { CandidatesRepository } from './candidates.repository';
import { paceOf, requestsOf, type ConnectionUse } from './connection-pace';
import { ConnectionUseRepository } from './connection-use.repository';
import { DrawRepository } from './draw.repository';
import { ContendersRepository, withoutContenders, type Contender } from './preemption';
import { planEvenly } from './plan-evenly';
import { planZones } from './plan-zones';
import type { Selection } from './order-schema';

export interface Planned extends PlanFacts {
  readonly plan: Plan;
}

export interface PlanFacts {
  readonly request: PlanRequest;
  readonly zones: readonly PlanZone[];
  readonly contexts: ReadonlyMap<string, ZoneContext>;
  readonly expected: ReadonlyMap<string, ExpectedDraw>;
  readonly connections: readonly ConnectionUse[];
  /** Actions of lower priority, by zone, that the plan may take. */
  readonly contenders: ReadonlyMap<string, readonly Contender[]>;
}

/** Vendor requests that a plan takes of one connection. */
export interface QuotaUse {
  readonly connectionId: string;
  readonly vendor: string;
  readonly actions: number;
  /** Starts and restores of the plan. */
  readonly requests: number;
  readonly requestsToday: number;
  /** Absent: the vendor states no quota. */
  readonly requestsPerDay?: number | undefined;
}

/** What of a window is planned anew. */
export interface PlanRest {
  readonly fromAt?: Instant | undefined;
  readonly running?: readonly PlannedAction[] | undefined;
  readonly except?: ReadonlySet<string> | undefined;
}

/** Devices of other campaigns are taken when those that are free do not do. */
const takingCost = 10;

export interface PlanOrderOptions {
  readonly candidates: CandidatesRepository;
  readonly draws: DrawRepository;
  readonly connectionUse: ConnectionUseRepository;
  readonly contenders: ContendersRepository;
  readonly statuses: StatusService;
  readonly clock: Clock;
}

/** Facts of the fleet in, plan out; nothing is written. Preview, launch and replan all come through here. */
export class OrderPlanning {
  constructor(private readonly options: PlanOrderOptions) {}

  async hasCandidates(supplierId: string, selection: Selection): Promise<boolean> {
    return (await this.options.candidates.zoneIds(supplierId, selection)).length > 0;
  }

  /**
   * @param asked an order whose window may have begun: then what is left of it is planned, from `fromAt` on.
   * @param more.running actions of the same occurrence that stand as they are.
   * @param more.except zones that are not chosen.
   */
  async plan(supplierId: string, asked: CampaignOrder, more: PlanRest = {}): Promise<Planned> {
    return planned(await this.facts(supplierId, asked, more));
  }

  /** What `plan` plans with. */
  async facts(supplierId: string, asked: CampaignOrder, more: PlanRest = {}): Promise<PlanFacts> {
    const { candidates, clock, connectionUse, draws, statuses } = this.options;
    const now = clock.now();
    const startsAt = more.fromAt ?? Math.max(asked.startsAt, now - (now % slotMs));
    const order = { ...asked, startsAt };
    const running = more.running ?? [];
    const share = { of: asked.shareOfFleet, seed: asked.seed };
    const drawn = await candidates.zoneIds(supplierId, asked.selection, share);
    const free = drawn.filter((zoneId) => more.except?.has(zoneId) !== true);
    const zoneIds = [...new Set([...free, ...running.map(({ zoneId }) => zoneId)])];
    const contenders = await this.options.contenders.of(zoneIds, asked.priority);
    const window = { startsAt, endsAt: order.endsAt };
    const contexts = (await statuses.contexts(zoneIds, now, startsAt)).map((context) =>
      withoutContenders(context, contenders.get(context.zoneId), window, now),
    );
    const expected = await draws.expected(contexts, window, now);
    const zones = planZones(contexts, expected, order, now).map((zone) =>
      contenders.has(zone.zoneId) ? { ...zone, cost: zone.cost + takingCost } : zone,
    );
    const known = new Set(zones.map(({ zoneId }) => zoneId));
    const connections = await connectionUse.of(
      [...new Set(contexts.map(({ connectionId }) => connectionId))],
      startsAt,
      now,
    );
    const request: PlanRequest = {
      direction: order.direction,
      window,
      targetsW: targetsOf(asked, startsAt),
      confidence: order.confidence,
      releaseCapW: order.releaseCapW,
      running: running.filter(({ zoneId }) => known.has(zoneId)),
      connections: connections.map((use) => paceOf(vendorModule(use.vendor).manifest, use, window, now)),
      seed: order.seed,
      staggerMs: order.staggerMs,
      holdOutShare: order.holdOutShare,
    };
    return {
      request,
      zones,
      contexts: new Map(contexts.map((context) => [context.zoneId, context])),
      expected,
      connections,
      contenders,
    };
  }
}

export function planned(facts: PlanFacts): Planned {
  return { ...facts, plan: planEvenly(facts.request, facts.zones) };
}

export function orderPlanning(db: Database, statuses: StatusService, clock: Clock): OrderPlanning {
  return new OrderPlanning({
    candidates: new CandidatesRepository(db),
    draws: new DrawRepository(db),
    connectionUse: new ConnectionUseRepository(db),
    contenders: new ContendersRepository(db),
    statuses,
    clock,
  });
}

/** What the actions of a plan take of every connection. */
export function quotaUseOf({ connections, contexts, plan: { actions } }: Planned): QuotaUse[] {
  const counts = new Map<string, number>();
  for (const { zoneId } of actions) {
    const { connectionId } = contexts.get(zoneId)!;
    counts.set(connectionId, (counts.get(connectionId) ?? 0) + 1);
  }
  return connections
    .filter(({ connectionId }) => counts.has(connectionId))
    .map(({ connectionId, requestsToday, vendor }) => {
      const { manifest } = vendorModule(vendor);
      const requests = requestsOf(manifest);
      const count = counts.get(connectionId)!;
      return {
        connectionId,
        vendor,
        actions: count,
        requests: count * (requests.start + requests.restore),
        requestsToday,
        requestsPerDay: manifest.pacing.requestsPerDay,
      };
    });
}
