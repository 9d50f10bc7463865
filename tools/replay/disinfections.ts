import { placeRun, type CampaignOrder } from '@warmshift/campaigns';
import {
  dueAt,
  hourMs,
  intervalMsFor,
  localDayOf,
  mayTryAgain,
  startsCeiling,
  type Instant,
  type Span,
} from '@warmshift/domain';
import { runHorizonMs } from '@warmshift/steerable-status';
import type { MemoryFleet } from './memory-fleet';

/**
 * What the service's planner of disinfection runs does at a tick, with its own functions: plans that came to nothing are taken away, runs that
 * the tank has made by itself are called off, and every tank that needs one gets a run with an action. @returns actions.
 */
export async function planDisinfections(
  fleet: MemoryFleet,
  orders: readonly CampaignOrder[],
  leadMs: number,
  now: Instant,
): Promise<number> {
  let planned = 0;
  for (const zoneId of fleet.zoneIds(['DHW'])) {
    if (settle(fleet, zoneId, now) || !mayBeDue(fleet, zoneId, now)) continue;
    if (await planOne(fleet, zoneId, wantedAround(orders, now), leadMs, now)) planned += 1;
  }
  return planned;
}

/** @returns whether a run is planned and stays. */
function settle(fleet: MemoryFleet, zoneId: string, now: Instant): boolean {
  const { device, zone } = fleet.find(zoneId);
  const { planned, lastCompletedAt } = zone;
  if (planned === undefined) return false;
  const made = lastCompletedAt !== undefined && lastCompletedAt >= planned.startsAt;
  const waiting = device.actions.findIndex(
    (action) => action.zoneId === zoneId && action.purpose === 'disinfection' && action.state === 'PLANNED',
  );
  const action = device.actions[waiting];
  const unneeded =
    action !== undefined && lastCompletedAt !== undefined && lastCompletedAt > action.plannedAt!;
  if (unneeded) {
    device.actions.splice(waiting, 1);
    fleet.giveBack(device, action.cycleDay, action.cyclesReserved);
  }
  if (!made && !unneeded && planned.endsAt > now) return true;
  zone.planned = undefined;
  return false;
}

/** Cheap, before the whole facts are put together. */
function mayBeDue(fleet: MemoryFleet, zoneId: string, now: Instant): boolean {
  const { device, zone } = fleet.find(zoneId);
  const { frequencyPerWeeks } = device.listed.legionella ?? {};
  const last = zone.lastCompletedAt ?? fleet.enrolledAt;
  return last + intervalMsFor({ frequencyPerWeeks }) <= now + runHorizonMs;
}

async function planOne(
  fleet: MemoryFleet,
  zoneId: string,
  wanted: readonly Span[],
  leadMs: number,
  now: Instant,
): Promise<boolean> {
  const { device, zone } = fleet.find(zoneId);
  const contextAt = (startsAt: Instant) => fleet.context(zoneId, now, { startsAt });
  const { comfort, legionella: facts } = contextAt(now).facts;
  if (facts === undefined || dueAt(facts) > now + runHorizonMs || !mayTryAgain(zone.tries, facts, now))
    return false;
  const tank = {
    zoneId,
    facts,
    timeZone: device.timeZone,
    blocked: device.actions.map(({ startsAt, endsAt }) => ({ startsAt, endsAt: endsAt + comfort.restMs })),
    wanted,
    soon: zone.tries.length > 0,
  };
  const placed = await placeRun(tank, contextAt, leadMs, now);
  if (!placed || 'obstacle' in placed) return false;
  const { context, heating, span } = placed.run;
  const { cycles } = context.facts;
  const cycleDay = localDayOf(heating.startsAt, device.timeZone);
  const ceiling = startsCeiling(cycles);
  if (!fleet.reserve(device, cycleDay, 1, ceiling)) return false;
  zone.planned = span;
  device.actions.push({
    actionId: `disinfection ${zoneId} ${now}`,
    zoneId,
    direction: 'increase',
    purpose: 'disinfection',
    startsAt: heating.startsAt,
    endsAt: heating.endsAt,
    cyclesReserved: 1,
    cycleDay,
    plannedAt: now,
    state: 'PLANNED',
    dueAt: now,
  });
  return true;
}

/** As the service's calendar has it: increases, and the hours before decreases. Campaigns are known a day ahead. */
function wantedAround(orders: readonly CampaignOrder[], now: Instant): Span[] {
  return orders
    .filter(({ startsAt, endsAt }) => endsAt > now && startsAt < now + 24 * hourMs)
    .map(({ direction, startsAt, endsAt }) =>
      direction === 'increase'
        ? { startsAt, endsAt }
        : { startsAt: startsAt - 4 * hourMs, endsAt: startsAt - hourMs },
    );
}
