import {
  fallsShort,
  paceOf,
  planEvenly,
  planZones,
  readingsLagMs,
  targetsOf,
  type CampaignOrder,
} from '@warmshift/campaigns';
import {
  hourMs,
  minuteMs,
  slotMs,
  zoneKinds,
  type Instant,
  type PlanRequest,
  type PlanZone,
  type Plan,
  type PlannedAction,
  type Span,
} from '@warmshift/domain';
import { vendorModule } from '@warmshift/vendors';
import { Sandbox } from '../../../apps/sandbox/src/sandbox';
import { MemoryFleet } from '../../replay/memory-fleet';
import type { DeliveryOptions } from '../options';
import { agreedPace, firstDayRules, orderedAt, sizesOf } from '../fleet';
import { deliveryResult, type DeliveryResult, type ExpectedAction, type MeasuredSlot } from '../verdict';
import { drawsOf } from './draws';
import { FleetFeed } from './fleet-feed';
import { Hands } from './hands';
import { Truth } from './truth';

const noticeMs = 20 * minuteMs;
/** From the order to its effect where a vendor is told when it is time: a worker's queue, and the vendor's answer. */
const lagMs = 20_000;

interface Facts {
  readonly request: PlanRequest;
  readonly zones: readonly PlanZone[];
}

export interface Rehearsed extends DeliveryResult {
  readonly loadKw: number;
  readonly plan: Plan;
  /** Zones that were added by a look ahead in the window. */
  readonly added: number;
  /** Actions that the rules refused when they were due, by code. */
  readonly skipped: Readonly<Record<string, number>>;
}

/**
 * The delivery check in virtual time, as fast as the machine goes: the sandbox's homes and their twins, readings as vendors show them, and the
 * service's forecast, planner and rules. Postgres, queue and network are left out, and commands are in time.
 */
export class Rehearsal {
  private now: Instant;
  private readonly sandbox: Sandbox;
  private readonly fleet: MemoryFleet;
  private readonly truth: Truth;
  private readonly hands: Hands;
  private readonly feed: FleetFeed;

  constructor(private readonly options: DeliveryOptions) {
    const { devices, observeMinutes, seed } = options;
    this.now = orderedAt - observeMinutes * minuteMs;
    const clock = { now: () => this.now };
    const size = sizesOf(devices);
    this.sandbox = new Sandbox({ seed, size, overrideShare: 0, warmUpH: 24 }, clock);
    this.fleet = new MemoryFleet(this.now, firstDayRules);
    this.truth = new Truth(this.sandbox.world);
    this.hands = new Hands(this.fleet, this.sandbox.world, lagMs);
    this.feed = new FleetFeed(this.sandbox, this.fleet, clock, seed);
  }

  async perform(): Promise<Rehearsed> {
    const { afterMinutes, hours, observeMinutes } = this.options;
    const baseUrl = await this.sandbox.listen('127.0.0.1', 0);
    try {
      await this.feed.enrol(baseUrl);
    } finally {
      await this.sandbox.close();
    }
    this.until(this.now + observeMinutes * minuteMs);
    const startsAt = Math.ceil((this.now + noticeMs) / slotMs) * slotMs;
    const endsAt = startsAt + hours * hourMs;
    const loadW = this.meanTwinW(this.now - hourMs);
    const order = orderOf(this.options, { startsAt, endsAt }, loadW);
    const { request, zones } = this.facts(order, startsAt);
    const made = planEvenly(request, zones);
    this.hands.take(made.actions);
    let added = 0;
    for (let slot = startsAt + slotMs; slot + slotMs < endsAt; slot += slotMs) {
      this.until(slot + readingsLagMs);
      added += this.lookAhead(order, slot + slotMs);
    }
    this.until(endsAt + afterMinutes * minuteMs);
    const measured = deliveryResult(
      this.measured(startsAt, endsAt),
      this.measured(endsAt, endsAt + afterMinutes * minuteMs),
      {
        askedKw: order.targetW! / 1000,
        capKw: order.releaseCapW! / 1000,
        actions: this.hands.held.map(({ action }) => this.expectedOf(action)),
      },
    );
    return { ...measured, loadKw: loadW / 1000, plan: made, added, skipped: this.hands.skipped };
  }

  /** As the replanner does. */
  private lookAhead(order: CampaignOrder, fromAt: Instant): number {
    const { request, zones } = this.facts(order, fromAt);
    const running = this.hands.held
      .filter(({ state }) => state !== 'SKIPPED')
      .map(({ action, span }) => ({ ...action, span }));
    const rest = { ...request, running };
    if (!fallsShort(rest, zones)) return 0;
    const { actions } = planEvenly(rest, zones);
    this.hands.take(actions);
    return actions.length;
  }

  /** As the service builds it. */
  private facts(order: CampaignOrder, fromAt: Instant): Facts {
    const now = this.now;
    const rest = { ...order, startsAt: fromAt };
    const contexts = this.fleet
      .zoneIds(zoneKinds)
      .map((zoneId) => this.fleet.context(zoneId, now, { startsAt: fromAt }));
    const steeredSince = new Map(
      this.hands.held
        .filter(({ state }) => state === 'ACTIVE' || state === 'ENDED')
        .map(({ action, span }) => [action.zoneId, span.startsAt]),
    );
    const expected = drawsOf(this.fleet, contexts, steeredSince, rest, now);
    const zones = planZones(contexts, expected, rest, now);
    const window = { startsAt: fromAt, endsAt: order.endsAt };
    const request: PlanRequest = {
      direction: order.direction,
      window,
      targetsW: targetsOf(order, fromAt),
      confidence: order.confidence,
      releaseCapW: order.releaseCapW,
      connections: [...new Set(contexts.map(({ vendor }) => vendor))].map((vendor) => {
        const devices = contexts.filter((context) => context.vendor === vendor).length;
        const use = {
          connectionId: vendor,
          vendor,
          requestsPerSecond: agreedPace(devices),
          requestsToday: 0,
          startsToCome: 0,
          restoresToCome: 0,
        };
        return paceOf(vendorModule(vendor).manifest, use, window, now);
      }),
      seed: order.seed,
      staggerMs: order.staggerMs,
      holdOutShare: order.holdOutShare,
    };
    return { request, zones };
  }

  private until(instant: Instant): void {
    while (this.now < instant) {
      this.now += minuteMs;
      this.sandbox.world.advanceTo(this.now);
      this.truth.note(this.now);
      this.feed.read(this.now);
      this.hands.advance(this.now);
    }
  }

  private meanTwinW(from: Instant): number {
    const first = Math.ceil(from / slotMs) * slotMs;
    const slots = this.measured(first, first + hourMs);
    return (slots.reduce((sum, { twinKw }) => sum + twinKw, 0) / slots.length) * 1000;
  }

  private measured(from: Instant, to: Instant): MeasuredSlot[] {
    const slots: MeasuredSlot[] = [];
    for (let startsAt = from; startsAt < to; startsAt += slotMs) slots.push(this.truth.slot(startsAt));
    return slots;
  }

  private expectedOf({ expectedYieldW, span, zoneId }: PlannedAction): ExpectedAction {
    return {
      vendor: this.fleet.find(zoneId).device.vendor,
      startsAt: new Date(span.startsAt).toISOString(),
      endsAt: new Date(span.endsAt).toISOString(),
      expectedYieldKw: expectedYieldW / 1000,
    };
  }
}

function orderOf({ capShare, seed, share }: DeliveryOptions, window: Span, loadW: number): CampaignOrder {
  const targetW = Math.round(loadW * share);
  return {
    ...window,
    name: 'Evening load',
    direction: 'decrease',
    targetW,
    releaseCapW: Math.round(targetW * capShare),
    selection: {},
    shareOfFleet: 1,
    limits: {},
    priority: 0,
    confidence: 'P50',
    rampMs: 0,
    holdOutShare: 0,
    staggerMs: 0,
    seed,
  };
}
