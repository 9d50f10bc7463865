import {
  hotWaterFactor,
  HotWaterDraws,
  hourMs,
  minuteMs,
  minuteOfLocalDay,
  onOffRuns,
  slotMs,
  type HeatedStretch,
  type HotWater,
  type Instant,
  type OnOffRuns,
  type Span,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { RecentSeries } from './expected-draws';

/** So far back hot water is taken for what is drawn now. */
const drawsMs = 2 * hourMs;
const minutesOfDay = 1440;
/** Length of a run where none was seen to end: 63 min a day (heatpumpmonitor.org, medians of 312 systems), in one or two runs. */
const usualRunMs = 45 * minuteMs;
/** Fewer readings say nothing of where tanks begin. */
const leastReadings = 50;
/** Of the readings of tanks that stand, the lowest that are not chance. */
const lowest = 0.01;

/**
 * When the tanks of devices will be heated, where their vendor states the temperature below which they may be. Tanks begin by themselves at another one, all of
 * one vendor as far from it: hardly any that stands is colder.
 *
 * @returns a function of a device; undefined where nothing can be said.
 */
export function hotWater(
  contexts: readonly ZoneContext[],
  stretches: ReadonlyMap<string, readonly HeatedStretch[]>,
  series: ReadonlyMap<string, RecentSeries>,
  window: Span,
  now: Instant,
): (deviceId: string) => HotWater | undefined {
  const tanks = contexts.filter(
    ({ facts }) =>
      facts.zone === 'DHW' && facts.activationLimitC !== undefined && facts.coolingKPerH !== undefined,
  );
  const usual = new Map(
    [...new Set(tanks.map(({ vendor }) => vendor))].map((vendor) => {
      const own = tanks.filter((tank) => tank.vendor === vendor);
      const standing = own.flatMap((tank) => standingOf(tank, series.get(tank.zoneId), now));
      const runs = own.flatMap(({ zoneId }) => onOffRuns(stretches.get(zoneId) ?? []) ?? []);
      return [vendor, usualOf(standing, pooledRunMs(runs))] as const;
    }),
  );
  const places = new Map(
    tanks.map(({ facts: { timeZone }, vendor }) => [`${vendor} ${timeZone}`, { timeZone, vendor }]),
  );
  const walks = new Map(
    [...places].map(([key, { timeZone, vendor }]) => {
      const factors = factorsOf(minuteOfLocalDay(now, timeZone), window.endsAt - now);
      return [key, new HotWaterDraws(usual.get(vendor)!.lossesK, factors)] as const;
    }),
  );
  const byDevice = new Map(tanks.map((tank) => [tank.deviceId, tank]));
  return (deviceId) => {
    const tank = byDevice.get(deviceId);
    const of = tank && usual.get(tank.vendor);
    const seen = tank && stretches.get(tank.zoneId);
    const last = tank && lastOf(series.get(tank.zoneId), now);
    if (!tank || !of || !seen || !last) return undefined;
    const marginK = last.temperatureC - tank.facts.activationLimitC! - of.beginsK;
    const walk = walks.get(`${tank.vendor} ${tank.facts.timeZone}`)!;
    return { seen, runMs: of.runMs, starts: walk.startsIn(marginK) };
  };
}

/** A tank between two readings in which it was not heated. */
interface Standing {
  /** Above what its vendor states. */
  readonly aboveK: number;
  readonly lostK: number;
}

interface Usual {
  readonly lossesK: readonly number[];
  readonly runMs: number;
  /** From the temperature that the vendor states to where tanks begin. */
  readonly beginsK: number;
}

function standingOf({ facts }: ZoneContext, series: RecentSeries | undefined, now: Instant): Standing[] {
  const readings = (series?.temperatures ?? []).filter(({ at }) => at <= now && at > now - drawsMs);
  return readings.slice(1).flatMap(({ at, temperatureC }, i) => {
    const before = readings[i]!;
    const slots = (at - before.at) / slotMs;
    if (slots < 0.5 || slots > 2 || temperatureC > before.temperatureC) return [];
    const lostK = (before.temperatureC - temperatureC) / slots;
    return [{ aboveK: temperatureC - facts.activationLimitC!, lostK }];
  });
}

function usualOf(standing: readonly Standing[], runMs: number): Usual {
  const above = standing.map(({ aboveK }) => aboveK).sort((a, b) => a - b);
  const beginsK = above.length < leastReadings ? 0 : Math.min(0, above[Math.floor(lowest * above.length)]!);
  return { lossesK: standing.map(({ lostK }) => lostK), runMs, beginsK };
}

/** For every slot ahead: how much more hot water is drawn than in the time that was looked at. */
function factorsOf(minute: number, aheadMs: number): number[] {
  const seenMinute = minute - drawsMs / 2 / minuteMs;
  return Array.from({ length: Math.max(0, Math.ceil(aheadMs / slotMs) + 1) }, (_, slot) =>
    hotWaterFactor((minute + ((slot + 0.5) * slotMs) / minuteMs) % minutesOfDay, seenMinute),
  );
}

/** All time on over all ends of it. */
function pooledRunMs(runs: readonly OnOffRuns[]): number {
  const ends = runs.reduce((sum, { onEnds }) => sum + onEnds, 0);
  return ends === 0 ? usualRunMs : runs.reduce((sum, { onMs }) => sum + onMs, 0) / ends;
}

function lastOf(series: RecentSeries | undefined, now: Instant) {
  return series?.temperatures.findLast(({ at }) => at <= now);
}
