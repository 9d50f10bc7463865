import {
  assess,
  blockedForDecrease,
  cycleCost,
  cyclesLeft,
  dayMs,
  headroomK,
  maxSpanMs,
  slotMs,
  yieldOf,
  type Assessment,
  type Direction,
  type ExpectedDraw,
  type Instant,
  type PlanZone,
  type Span,
  type ZoneKind,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import { vendorModule } from '@warmshift/vendors';
import type { OrderLimits } from './campaign-order';

/** What of an order the zones' numbers depend on. */
interface ZoneOrder extends Span {
  readonly direction: Direction;
  readonly limits?: OrderLimits | undefined;
}

/**
 * Share of the energy not drawn that is drawn after release. Electric tanks: 0.20 to 0.28 of 0.50 kWh/h in the next hour
 * (Ericson, Energy Policy 37(9)); rooms lose part of it for good, because a cooler room loses less heat.
 */
const reboundShare: Readonly<Record<ZoneKind, number>> = { DHW: 0.9, room: 0.55 };

/**
 * Of a house with a heat pump: it runs for most of the time on a winter evening and has little power left to catch up with, so what it was
 * spared comes back over many hours. In eight simulated fleets steered for two hours 23 to 28 % of it came back in the next 75 minutes.
 */
const heatPumpRoomReboundShare = 0.25;

/** From the worker's queue to the vendor's answer, without pacing. */
const handlingMs = 20_000;

/** What each zone could do for an order: the domain's facts turned into the planner's numbers. Pure. */
export function planZones(
  contexts: readonly ZoneContext[],
  expected: ReadonlyMap<string, ExpectedDraw>,
  order: ZoneOrder,
  now: Instant,
): PlanZone[] {
  return contexts.map((context) =>
    planZone(limited(context, order.limits), expected.get(context.zoneId)!, order, now),
  );
}

/** The campaign's own limit on top of the zone's: never the wider one. */
function limited(context: ZoneContext, limits: OrderLimits | undefined): ZoneContext {
  const maxOffsetK = limits?.maxOffsetK;
  if (maxOffsetK === undefined) return context;
  const { comfort } = context.facts;
  const maxDeltaK = Math.min(comfort.maxDeltaK, maxOffsetK);
  return { ...context, facts: { ...context.facts, comfort: { ...comfort, maxDeltaK } } };
}

function planZone(context: ZoneContext, expected: ExpectedDraw, order: ZoneOrder, now: Instant): PlanZone {
  const { facts } = context;
  const { direction } = order;
  const { code, reason, nextEligibleAt } = statusAtStart(context, order, now);
  const wouldBeHeating = expected.meanW > 0;
  return {
    zoneId: context.zoneId,
    deviceId: context.deviceId,
    kind: facts.zone,
    vendor: context.vendor,
    connectionId: context.connectionId,
    code,
    reason,
    nextEligibleAt,
    ...yieldOf({ direction, expected, maxPowerW: context.power.maxW }),
    maxSpanMs: Math.min(maxSpanMs({ direction, facts }), order.limits?.maxSpanMs ?? Infinity),
    cycleCost:
      facts.cycles === undefined ? 0 : cycleCost({ direction }, { heating: facts.heating, wouldBeHeating }),
    cyclesLeft: facts.cycles && cyclesLeft(facts.cycles),
    blocked: blockedSpans(context, order, now),
    reboundShare: reboundShareOf(context),
    cost: costOf(context, order, now) + costOfChance(expected),
    lagMs: lagOf(context.vendor),
  };
}

function reboundShareOf({ deviceKind, facts }: ZoneContext): number {
  return deviceKind === 'heat_pump' && facts.zone === 'room'
    ? heatPumpRoomReboundShare
    : reboundShare[facts.zone];
}

/** What stands in the way now and is over before the window starts does not count. */
function statusAtStart({ facts }: ZoneContext, order: ZoneOrder, now: Instant): Assessment {
  const span = { startsAt: order.startsAt, endsAt: order.startsAt + slotMs };
  const asked = assess(facts, now, { direction: order.direction, span });
  if (asked.canActivate || asked.nextEligibleAt === undefined || asked.nextEligibleAt > order.startsAt)
    return asked;
  return { ...asked, code: 'READY', canActivate: true };
}

function blockedSpans({ facts, taken }: ZoneContext, order: ZoneOrder, now: Instant): Span[] {
  const window = { startsAt: order.startsAt, endsAt: order.endsAt };
  const legionella =
    facts.legionella && order.direction === 'decrease'
      ? blockedForDecrease(facts.legionella, window, now, facts.comfort.restMs)
      : [];
  return [...legionella, ...facts.quietHours, ...taken];
}

/**
 * Little headroom is felt sooner; who was steered lately is left alone for as long as others can be had; and a start out of
 * a small budget is wear.
 */
function costOf({ facts }: ZoneContext, order: ZoneOrder, now: Instant): number {
  const comfort = 1 / (1 + headroomK({ direction: order.direction, facts }));
  const daysSince =
    facts.lastActionEndedAt === undefined ? Infinity : Math.max(0, (now - facts.lastActionEndedAt) / dayMs);
  const wear = facts.cycles?.maxPerDay === undefined ? 0 : 1 / (1 + (cyclesLeft(facts.cycles) ?? 0));
  return 0.1 + comfort + wear + 1 / (1 + daysSince);
}

/**
 * Of two zones with the same yield the steadier one is steered first: deviations of many zones add up as their squares, so what one W of yield
 * brings of them is `stdDevW² / meanW`. In rehearsed delivery checks, 10 took the standard deviation of slots, with NOX's
 * forecast, from 3.8 % to 2.9 % of the target; 40 brought no more.
 */
const costPerKw2 = 10;

function costOfChance({ stdDevW }: ExpectedDraw): number {
  return costPerKw2 * (stdDevW / 1000) ** 2;
}

/** From the order to its effect, of one zone: the plan itself keeps a connection's starts apart. */
function lagOf(vendor: string): number {
  const { steering, pacing } = vendorModule(vendor).manifest;
  if (!steering || steering.leadMs > 0) return 0;
  return handlingMs + ((steering.requestsPerAction / 2) * 1000) / pacing.requestsPerSecond;
}
