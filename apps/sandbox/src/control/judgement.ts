import { dayMs, hourMs, type Instant } from '@warmshift/domain';
import { localDayOf } from '../world/local-time';
import type { SimDevice } from '../world/device';
import { HeatPumpDevice } from '../world/heat-pump-device';
import type { World } from '../world/world';
import { iso } from './query';

/**
 * What steering did to the homes, from the physics alone. "Through steering" means: the steered home broke the rule
 * and its twin, with the same weather and the same showers, did not.
 */
export function judge(world: World, from: Instant, to: Instant): Record<string, unknown> {
  const devices = world.devices.filter((device) => device.identity.zones.length > 0);
  return {
    from: iso(from),
    to: iso(to),
    worldNow: iso(world.now),
    devices: devices.length,
    cycles: judgeCycles(devices, from, to),
    comfort: judgeComfort(devices, from, to),
    legionella: judgeLegionella(devices, from, Math.min(to, world.now)),
    steeredNow: devices.flatMap((device) => {
      const what = device.steering(world.now);
      return what === undefined ? [] : [{ ...nameOf(device), what }];
    }),
  };
}

function judgeCycles(devices: readonly SimDevice[], from: Instant, to: Instant): Record<string, unknown> {
  const rows = devices.flatMap((device) => {
    const { maxCyclesPerDay, timeZone } = device.identity;
    if (maxCyclesPerDay === undefined) return [];
    return device.records
      .days()
      .filter((day) => (day + 1) * dayMs > from - 14 * hourMs && day * dayMs < to + 14 * hourMs)
      .map((day) => ({
        ...nameOf(device),
        localDay: localDayOf(day),
        timeZone,
        startsSteered: device.records.startsOn(day).steered,
        startsTwin: device.records.startsOn(day).twin,
        maxCyclesPerDay,
      }));
  });
  const over = rows.filter(
    (row) => row.startsSteered > row.maxCyclesPerDay && row.startsSteered > row.startsTwin,
  );
  const addedStarts = (row: (typeof rows)[number]): number => row.startsSteered - row.startsTwin;
  return {
    deviceDays: rows.length,
    overInTwin: rows.filter((row) => row.startsTwin > row.maxCyclesPerDay).length,
    overThroughSteering: over,
    worst: rows.sort((a, b) => addedStarts(b) - addedStarts(a)).slice(0, 5),
  };
}

function judgeComfort(devices: readonly SimDevice[], from: Instant, to: Instant): Record<string, unknown> {
  const rows = devices.flatMap((device) => {
    const breaches = device.records.breaches
      .filter((breach) => breach.endsAt > from && breach.startsAt < to)
      .map((breach) => ({
        zone: breach.zone,
        rule: breach.rule,
        startsAt: iso(breach.startsAt),
        endsAt: iso(breach.endsAt),
        minutes: (Math.min(breach.endsAt, to) - Math.max(breach.startsAt, from)) / 60_000,
        lowestC: Math.round(breach.lowestC * 100) / 100,
        twinC: Math.round(breach.twinC * 100) / 100,
      }));
    if (breaches.length === 0) return [];
    const minutes = breaches.reduce((sum, breach) => sum + breach.minutes, 0);
    return [{ ...nameOf(device), minutes, breaches }];
  });
  return {
    minutesBelowFloorThroughSteering: rows.reduce((sum, row) => sum + row.minutes, 0),
    devices: rows,
  };
}

/**
 * A run of the twin counts as missed when the steered tank has none within half an interval before or six hours after. A run of the
 * steered tank was gained through steering when its twin has none within six hours before or after.
 */
function judgeLegionella(devices: readonly SimDevice[], from: Instant, to: Instant): Record<string, unknown> {
  const pumps = devices.filter((device) => device instanceof HeatPumpDevice);
  const graceMs = 6 * hourMs;
  let done = 0;
  const missed: unknown[] = [];
  const pending: unknown[] = [];
  const gained: unknown[] = [];
  for (const pump of pumps) {
    const { steered, twin } = pump.records.disinfections;
    const intervalMs = (7 * dayMs) / (pump.traits.legionella?.frequencyPerWeeks ?? 1);
    const own = steered.filter((at) => at >= from && at < to);
    done += own.length;
    for (const at of own) {
      if (twin.some((run) => Math.abs(run - at) < graceMs)) continue;
      gained.push({ ...nameOf(pump), completedAt: iso(at) });
    }
    for (const at of twin.filter((run) => run >= from && run < to)) {
      if (steered.some((run) => run > at - intervalMs / 2 && run < at + graceMs)) continue;
      (at + graceMs <= to ? missed : pending).push({ ...nameOf(pump), twinCompletedAt: iso(at) });
    }
  }
  return {
    runsCompleted: done,
    gainedThroughSteering: gained,
    missedThroughSteering: missed,
    notYetMissed: pending,
  };
}

function nameOf(device: SimDevice): { readonly vendor: string; readonly vendorDeviceId: string } {
  const { vendor, vendorDeviceId } = device.identity;
  return { vendor, vendorDeviceId };
}
