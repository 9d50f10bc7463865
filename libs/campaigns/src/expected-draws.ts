import {
  coldFactor,
  expectedDraw,
  hourMs,
  minuteMs,
  minuteOfLocalDay,
  onOffRuns,
  pooledLengths,
  stretchesOfPowers,
  stretchesOfTemperatures,
  slotMs,
  usualDifferenceK,
  type ExpectedDraw,
  type HeatedStretch,
  type Instant,
  type OnOffRuns,
  type PowerAt,
  type RunLengths,
  type Span,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { PowerCourse } from '@warmshift/vendors/contract';
import { reboundMs } from './rebound';
import { controlsOf } from './room-controls';

/** What was read of a zone in the last hours, while nobody steered it. */
export interface RecentSeries {
  readonly powers: readonly (PowerAt & { readonly reported: boolean })[];
  readonly temperatures: readonly { readonly at: Instant; readonly temperatureC: number }[];
  /** What the vendor forecasts without steering. */
  readonly course?: PowerCourse | undefined;
}

/** So far back readings tell of a zone's runs. */
export const seriesMs = 4 * hourMs;
/** So far back they tell of its mean draw, where its runs are not known. */
const meanMs = hourMs;

/** Over so long the last forecast is held against what was read. */
const lookBackMs = 3 * slotMs;
/** So much of a common error is taken for one that lasts; the rest is chance. */
const lasting = 0.6;
/** Nothing is put right by more. */
const mostRight = { least: 0.8, most: 1.25 };
/** Fewer zones say nothing of an error that all have in common. */
const leastZones = 30;

/**
 * What every zone would draw without us. Zones of one vendor, kind of device and circuit are peers: of a zone that was seen for an hour
 * only, they say more than it does itself. What the same forecast would have said 45 minutes ago is held against what rooms that nobody steered
 * have drawn since, and what all of them have in common, as the evening's cold, is put right for all whose own control is not foreseen. Pure.
 */
export function expectedDraws(
  contexts: readonly ZoneContext[],
  series: ReadonlyMap<string, RecentSeries>,
  days: ReadonlyMap<string, readonly number[]>,
  window: Span,
  now: Instant,
): Map<string, ExpectedDraw> {
  const stretches = new Map(
    contexts.map((context) => [context.zoneId, stretchesOf(context, series.get(context.zoneId))]),
  );
  const draws = drawsFrom(contexts, stretches, series, days, window, now);
  const factor = commonFactor(contexts, stretches, series, days, now);
  if (factor === 1) return draws;
  const isRoom = new Set(contexts.filter(({ facts }) => facts.zone === 'room').map(({ zoneId }) => zoneId));
  return new Map(
    [...draws].map(([zoneId, draw]) => [
      zoneId,
      isRoom.has(zoneId) && draw.byControl !== true ? scaled(draw, factor) : draw,
    ]),
  );
}

type Stretches = ReadonlyMap<string, readonly HeatedStretch[]>;

function drawsFrom(
  contexts: readonly ZoneContext[],
  stretches: Stretches,
  series: ReadonlyMap<string, RecentSeries>,
  days: ReadonlyMap<string, readonly number[]>,
  window: Span,
  now: Instant,
): Map<string, ExpectedDraw> {
  const runs = new Map(contexts.map(({ zoneId }) => [zoneId, onOffRuns(stretches.get(zoneId) ?? [])]));
  const groups = new Map<string, OnOffRuns[]>();
  for (const context of contexts) {
    const seen = runs.get(context.zoneId);
    const group = groups.get(groupOf(context)) ?? [];
    if (seen) groups.set(groupOf(context), group);
    if (seen) group.push(seen);
  }
  const controls = controlsOf(contexts, stretches, series, window, now);
  const peers = new Map([...groups].map(([group, all]) => [group, pooledLengths(all)]));
  const timeZones = [...new Set(contexts.map(({ facts }) => facts.timeZone))];
  const minutes = new Map(timeZones.map((zone) => [zone, minuteOfLocalDay(window.startsAt, zone)]));
  const meansC = meanSetpoints(contexts.filter(({ zoneId }) => runs.get(zoneId) !== undefined));
  return new Map(
    contexts.map((context) => {
      const { facts, power, zoneId } = context;
      const recent = series.get(zoneId)?.powers ?? [];
      const draw = expectedDraw(
        {
          recentPowers: recent.filter(({ at }) => at > now - meanMs && at <= now),
          sameHourOfRecentDays: days.get(zoneId),
          vendorExpectedPowerW: power.expectedW,
          vendorExpectedSlotsW: within(series.get(zoneId)?.course, window),
          modelIsFloor: facts.zone === 'DHW',
          heating: facts.heating,
          stateAt: facts.measuredAt,
          maxPowerW: power.maxW,
          setpointC: facts.setpointC,
          temperatureC: facts.temperatureC,
          runs: runs.get(zoneId),
          heatedShares: controls(context),
          peers: ofWarmth(peers.get(groupOf(context)), aimedAtC(context), meansC.get(groupOf(context))),
        },
        window,
      );
      return [zoneId, byDayCourse(draw, context, runs.get(zoneId), window, minutes)];
    }),
  );
}

/** The forecast of the window's slots; absent where it does not hold all of them. */
function within(course: PowerCourse | undefined, window: Span): readonly number[] | undefined {
  if (course === undefined) return undefined;
  const from = Math.round((window.startsAt - course.startsAt) / slotMs);
  const slots = Math.round((window.endsAt - window.startsAt) / slotMs);
  return from < 0 || from + slots > course.powersW.length
    ? undefined
    : course.powersW.slice(from, from + slots);
}

/** Days of the same hour know the hour; all else was seen at another time of the day. */
function byDayCourse(
  draw: ExpectedDraw,
  { facts }: ZoneContext,
  runs: OnOffRuns | undefined,
  window: Span,
  minutes: ReadonlyMap<string, number>,
): ExpectedDraw {
  const seenAt =
    draw.source === 'vendor_model'
      ? facts.measuredAt
      : draw.source === 'recent_readings' && runs && runs.asOf - (runs.onMs + runs.offMs) / 2;
  if (facts.zone !== 'room' || seenAt === undefined || seenAt === false || !draw.slotsW) return draw;
  const minute = minutes.get(facts.timeZone)!;
  const slotsW = draw.slotsW.map((watts, slot) => {
    const at = window.startsAt + (slot + 0.5) * slotMs;
    return watts * coldFactor(at, seenAt, minute + ((slot + 0.5) * slotMs) / minuteMs);
  });
  return { ...draw, slotsW, meanW: slotsW.reduce((sum, watts) => sum + watts, 0) / slotsW.length };
}

/** Drawn over expected in the last 45 minutes, of all rooms together that were left alone. */
function commonFactor(
  contexts: readonly ZoneContext[],
  stretches: Stretches,
  series: ReadonlyMap<string, RecentSeries>,
  days: ReadonlyMap<string, readonly number[]>,
  now: Instant,
): number {
  const since = now - lookBackMs;
  const rooms = contexts.filter(
    ({ facts, power, zoneId }) =>
      facts.zone === 'room' &&
      power.maxW !== undefined &&
      !(facts.lastActionEndedAt !== undefined && facts.lastActionEndedAt > since - reboundMs) &&
      stretches.get(zoneId)!.some(({ startsAt }) => startsAt < since),
  );
  const all = [...rooms, ...contexts.filter(({ facts }) => facts.zone === 'DHW')];
  const before = new Map(
    all.map(({ zoneId }) => [zoneId, stretches.get(zoneId)!.flatMap((stretch) => upTo(stretch, since))]),
  );
  const draws = drawsFrom(all, before, series, days, { startsAt: since, endsAt: now }, since);
  let drawnW = 0;
  let expectedW = 0;
  let counted = 0;
  for (const { power, zoneId } of rooms) {
    const share = onShareSince(stretches.get(zoneId)!, since);
    if (share === undefined) continue;
    drawnW += share * power.maxW!;
    expectedW += draws.get(zoneId)!.meanW;
    counted += 1;
  }
  if (counted < leastZones || expectedW <= 0) return 1;
  const factor = 1 + lasting * (drawnW / expectedW - 1);
  return Math.min(mostRight.most, Math.max(mostRight.least, factor));
}

function upTo(stretch: HeatedStretch, until: Instant): HeatedStretch[] {
  if (stretch.startsAt >= until) return [];
  return [stretch.endsAt <= until ? stretch : { ...stretch, endsAt: until }];
}

/** Absent where less than half of the time is known. */
function onShareSince(stretches: readonly HeatedStretch[], since: Instant): number | undefined {
  let knownMs = 0;
  let onMs = 0;
  for (const { endsAt, onShare, startsAt } of stretches) {
    const partMs = endsAt - Math.max(startsAt, since);
    if (partMs <= 0) continue;
    knownMs += partMs;
    onMs += onShare * partMs;
  }
  return knownMs < lookBackMs / 2 ? undefined : onMs / knownMs;
}

function scaled(draw: ExpectedDraw, factor: number): ExpectedDraw {
  const { meanW, slotsW } = draw;
  return { ...draw, meanW: meanW * factor, slotsW: slotsW?.map((watts) => watts * factor) };
}

/** Runs of peers as they would be in a room that is kept warmer or cooler than theirs: its heat is on for longer or shorter. */
function ofWarmth(
  peers: RunLengths | undefined,
  roomC: number | undefined,
  meanC: number | undefined,
): RunLengths | undefined {
  if (!peers || roomC === undefined || meanC === undefined) return peers;
  const cycleMs = peers.onMs + peers.offMs;
  const warmer = Math.min(1.5, Math.max(0.5, 1 + (roomC - meanC) / usualDifferenceK));
  const onMs = Math.min(0.98 * cycleMs, peers.onMs * warmer);
  return { onMs, offMs: cycleMs - onMs };
}

function aimedAtC({ facts }: ZoneContext): number | undefined {
  return facts.zone === 'room' && facts.activeAction === undefined
    ? (facts.setpointC ?? facts.temperatureC)
    : undefined;
}

function meanSetpoints(contexts: readonly ZoneContext[]): Map<string, number> {
  const sums = new Map<string, { sumC: number; count: number }>();
  for (const context of contexts) {
    const aimedC = aimedAtC(context);
    if (aimedC === undefined) continue;
    const { count, sumC } = sums.get(groupOf(context)) ?? { sumC: 0, count: 0 };
    sums.set(groupOf(context), { sumC: sumC + aimedC, count: count + 1 });
  }
  return new Map([...sums].map(([group, { count, sumC }]) => [group, sumC / count]));
}

function groupOf({ deviceKind, facts, vendor }: ZoneContext): string {
  return `${vendor}/${deviceKind}/${facts.zone}`;
}

/** By reported power; else by temperatures: an estimated power is worked out from them and a guess of the thermostat. */
function stretchesOf({ facts, power }: ZoneContext, series: RecentSeries | undefined): HeatedStretch[] {
  if (!series) return [];
  const reported = series.powers.filter((sample) => sample.reported);
  if (reported.length > 0 && power.maxW !== undefined) return stretchesOfPowers(reported, power.maxW);
  return stretchesOfTemperatures(series.temperatures, facts);
}
