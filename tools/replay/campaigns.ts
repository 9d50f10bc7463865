import { planZones, targetsOf, type CampaignOrder } from '@warmshift/campaigns';
import {
  dayMs,
  expectedDraw,
  hourMs,
  localDayOf,
  plan,
  slotMs,
  startsCeiling,
  zoneKinds,
  type ExpectedDraw,
  type Instant,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { MemoryFleet } from './memory-fleet';

/** The service plans so long before the start. */
export const planLeadMs = 30 * 60_000;

/**
 * Two campaigns on every day, at hours that go round the clock over the days, so that all kinds of nights, programmes and
 * showers are met: one that begins between 00:00 and 11:00 UTC and one between 12:00 and 21:00, two hours each, every fourth an
 * increase. Everything the rules allow is asked for.
 */
export function ordersOf(startsAt: Instant, days: number): CampaignOrder[] {
  const orders: CampaignOrder[] = [];
  for (let day = 0; day < days; day += 1) {
    for (const [half, hour] of [(day * 5) % 12, 12 + ((day * 7) % 10)].entries()) {
      const number = orders.length;
      const from = startsAt + day * dayMs + hour * hourMs + ((day + half) % 4) * slotMs;
      orders.push({
        name: `Replay ${number + 1}`,
        direction: number % 4 === 3 ? 'increase' : 'decrease',
        startsAt: from,
        endsAt: from + 2 * hourMs,
        selection: {},
        shareOfFleet: 1,
        limits: {},
        priority: 0,
        confidence: 'P90',
        rampMs: 0,
        holdOutShare: 0,
        staggerMs: 0,
        seed: number,
      });
    }
  }
  return orders;
}

/** Plans one order with the service's planner and takes the starts of its actions from the ledgers. @returns actions. */
export function planOrder(fleet: MemoryFleet, order: CampaignOrder, now: Instant): number {
  const contexts = fleet
    .zoneIds(zoneKinds)
    .map((zoneId) => fleet.context(zoneId, now, { startsAt: order.startsAt }));
  const expected = new Map(contexts.map((context) => [context.zoneId, drawOf(context, order)]));
  const { direction, seed, staggerMs, holdOutShare } = order;
  const window = { startsAt: order.startsAt, endsAt: order.endsAt };
  const made = plan(
    { direction, window, targetsW: targetsOf(order), seed, staggerMs, holdOutShare },
    planZones(contexts, expected, order, now),
  );
  const facts = new Map(contexts.map((context) => [context.zoneId, context.facts]));
  let planned = 0;
  for (const { zoneId, span, cycleCost } of made.actions) {
    const { device } = fleet.find(zoneId);
    const cycles = facts.get(zoneId)?.cycles;
    const cycleDay = localDayOf(span.startsAt, device.timeZone);
    const ceiling = startsCeiling(cycles);
    if (cycleCost > 0 && !fleet.reserve(device, cycleDay, cycleCost, ceiling)) continue;
    device.actions.push({
      actionId: `${order.name} ${zoneId}`,
      zoneId,
      direction,
      startsAt: span.startsAt,
      endsAt: span.endsAt,
      cyclesReserved: cycleCost,
      cycleDay,
      state: 'PLANNED',
      dueAt: now,
    });
    planned += 1;
  }
  return planned;
}

function drawOf({ facts, power }: ZoneContext, { startsAt, endsAt }: CampaignOrder): ExpectedDraw {
  const { heating, setpointC, temperatureC } = facts;
  return expectedDraw(
    {
      recentPowers: [],
      vendorExpectedPowerW: power.expectedW,
      heating,
      maxPowerW: power.maxW,
      setpointC,
      temperatureC,
    },
    { startsAt, endsAt },
  );
}
