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
  type ExpectedDraw,
  minuteMs,
  slotMs,
  zoneKinds,
  type Instant,
  type PlanRequest,
  type PlanZone,
  type Plan,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import { vendorModule } from '@warmshift/vendors';
import { Sandbox } from '../../apps/sandbox/src/sandbox';
import { MemoryFleet } from '../replay/memory-fleet';
import { drawsOf } from './draws';
import { FleetFeed } from './fleet-feed';
import { Hands } from './hands';
import type { RehearsalOptions } from './options';
import { Truth } from './truth';

const noticeMs = 20 * minuteMs;
const requestsPerDevice = 3;

export interface Made {
  readonly plan: Plan;
  readonly request: PlanRequest;
  readonly zones: readonly PlanZone[];
  readonly contexts: ReadonlyMap<string, ZoneContext>;
  readonly expected: ReadonlyMap<string, ExpectedDraw>;
}

/** One evening in virtual time, as fast as the machine goes. */
export class Rehearsal {
  private now: Instant;
  orderedAt = 0;
  /** Actions that each look ahead added. */
  readonly added: number[] = [];
  private readonly sandbox: Sandbox;
  readonly fleet: MemoryFleet;
  readonly truth: Truth;
  readonly hands: Hands;
  private feed!: FleetFeed;

  constructor(private readonly options: RehearsalOptions) {
    this.now = options.startsAt;
    const size = sizeOf(options.devices);
    this.sandbox = new Sandbox(
      { seed: options.seed, size, overrideShare: 0, warmUpH: 24 },
      { now: () => this.now },
    );
    this.fleet = new MemoryFleet(this.now);
    this.truth = new Truth(this.sandbox.world);
    this.hands = new Hands(this.fleet, this.sandbox.world, options.lagMs);
    this.feed = new FleetFeed(this.sandbox, this.fleet, { now: () => this.now }, options.seed);
  }

  async perform() {
    const baseUrl = await this.sandbox.listen('127.0.0.1', 0);
    try {
      await this.feed.enrol(baseUrl);
    } finally {
      await this.sandbox.close();
    }
    const { hours, observeMs, share, capShare } = this.options;
    this.until(this.options.startsAt + observeMs);
    const startsAt = Math.ceil((this.now + noticeMs) / slotMs) * slotMs;
    const loadW = this.meanTwinW(this.now - hourMs);
    const targetW = Math.round(loadW * share);
    const order: CampaignOrder = {
      name: 'Evening load',
      direction: 'decrease',
      startsAt,
      endsAt: startsAt + hours * hourMs,
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
      seed: this.options.seed,
    };
    this.orderedAt = this.now;
    const made = this.plan(order, startsAt);
    this.hands.take(made.plan.actions);
    for (let slot = startsAt + slotMs; slot + slotMs < order.endsAt; slot += slotMs) {
      this.until(slot + readingsLagMs);
      if (this.options.replan) this.lookAhead(order, slot + slotMs);
    }
    this.until(order.endsAt + this.options.afterMs);
    return { order, made, loadW };
  }

  /** As the replanner does. */
  private lookAhead(order: CampaignOrder, fromAt: Instant): void {
    const { request, zones } = this.facts(order, fromAt);
    const standing = this.hands.held
      .filter(({ state }) => state !== 'SKIPPED')
      .map(({ action, span }) => ({ ...action, span }));
    const rest = { ...request, running: standing };
    if (!fallsShort(rest, zones)) return void this.added.push(0);
    const { actions } = planEvenly(rest, zones);
    this.hands.take(actions);
    this.added.push(actions.length);
  }

  plan(order: CampaignOrder, fromAt: Instant): Made {
    const facts = this.facts(order, fromAt);
    return { ...facts, plan: planEvenly(facts.request, facts.zones) };
  }

  /** As the service builds it. */
  private facts(order: CampaignOrder, fromAt: Instant): Omit<Made, 'plan'> {
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
          requestsPerSecond: Math.max(5, Math.ceil((devices * requestsPerDevice) / 120)),
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
    return {
      request,
      zones,
      contexts: new Map(contexts.map((context) => [context.zoneId, context])),
      expected,
    };
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
    let sumW = 0;
    const first = Math.ceil(from / slotMs) * slotMs;
    for (let slot = first; slot < first + hourMs; slot += slotMs) sumW += this.truth.total(slot).twinW;
    return sumW / 4;
  }
}

/** As the delivery check has it: half of the devices are heaters and rooms, half are heat pumps. */
function sizeOf(devices: number) {
  const istabai = Math.round(devices * 0.05);
  const heatingcontrol = Math.round(devices * 0.4);
  return { heatingcontrol, istabai, nox: devices - heatingcontrol - 3 * istabai, microclimates: 1 };
}
