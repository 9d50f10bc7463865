import { hourMs, minuteMs } from '../fleet';
import type { Direction, Instant, Span } from '../fleet';
import type { PlanZone } from '../planning/plan-types';
import { drawAtOutdoor } from './heating-degrees';
import { heatedShares } from './run-forecast';
import { runLengths, spreadOf, usualRunLengths, type OnOffRuns, type RunLengths } from './on-off-runs';
import { slotDeviationW, stateLeft } from './slot-deviation';

export interface PowerAt {
  readonly at: Instant;
  readonly powerW: number;
}

/** What is known of one zone's draw. An absent fact means that nobody said anything about it. */
export interface DrawFacts {
  /** Readings without steering, any order. Those at or after the window's start are not looked at. */
  readonly recentPowers: readonly PowerAt[];
  /** Mean W in the same local hour of recent days without steering, one number a day. */
  readonly sameHourOfRecentDays?: readonly number[] | undefined;
  /**
   * Outdoor °C of the same days and hours, in the same order; `undefined` for a day without. Only for zones whose draw
   * follows the weather.
   */
  readonly outdoorOfRecentDaysC?: readonly (number | undefined)[] | undefined;
  /** Outdoor °C expected in the window. */
  readonly outdoorC?: number | undefined;
  /** The vendor's own forecast of the zone's mean draw in the window. */
  readonly vendorExpectedPowerW?: number | undefined;
  /** The same for every slot of the window, where the vendor forecasts so far ahead. */
  readonly vendorExpectedSlotsW?: readonly number[] | undefined;
  /** The zone draws power for heat now. */
  readonly heating?: boolean | undefined;
  /** When `heating`, `temperatureC` and `setpointC` were so; absent: they say nothing of the window. */
  readonly stateAt?: Instant | undefined;
  /** Rating: what it draws while it runs at full power. */
  readonly maxPowerW?: number | undefined;
  readonly setpointC?: number | undefined;
  readonly temperatureC?: number | undefined;
  /** When it heated and when not, without steering. Then slots are told apart (`ExpectedDraw.slotsW`). */
  readonly runs?: OnOffRuns | undefined;
  /** Share of every slot of the window in which its own control heats it, where that can be foreseen. */
  readonly heatedShares?: Float64Array | undefined;
  /** Of zones like it: little is known of a zone that was seen for an hour. */
  readonly peers?: RunLengths | undefined;
  /** The vendor's model leaves something out (hot water that is drawn), so what was seen may be more. */
  readonly modelIsFloor?: boolean | undefined;
}

export type DrawSource = 'vendor_forecast' | 'vendor_model' | 'recent_readings' | 'same_hour' | 'rating';

/** Mean W over a slot without steering, and its standard deviation from slot to slot. */
export interface ExpectedDraw {
  readonly meanW: number;
  readonly stdDevW: number;
  readonly source: DrawSource;
  /** The same for each slot of the window; absent: nothing tells them apart. */
  readonly slotsW?: Float64Array | undefined;
  readonly slotStdDevsW?: Float64Array | undefined;
  /** Foreseen by the zone's own control. */
  readonly byControl?: boolean | undefined;
}

/** Share of the time that a zone of which only the rating is known is taken to draw its rating. */
export const defaultDuty = 0.3;
/** So far above its setpoint a zone of unknown state is taken to stand still. */
export const restingAboveSetpointK = 0.5;

/** So far below its setpoint it is taken to heat. */
export const heatingBelowSetpointK = 0.5;

/** So many runs of its peers count beside those that were seen of a zone. */
const peerRuns = 6;

const minReadings = 3;
const minReadingsSpanMs = 10 * minuteMs;
/** So many days say more of an hour than the hour before it. */
const minDays = 3;

/**
 * What a zone would draw in `window` without us: where its own control can be foreseen, by that; the vendor's forecast or its model of now; else the same hour of three or more recent days; else what
 * was seen of its runs and its peers'; else the time-weighted mean of the readings of the hour before the window (3 or more over at least 10
 * minutes); else fewer days; else the last hour that has enough readings, however old; else rating × `defaultDuty`, and 0 for a
 * zone that stands still. Days are put right for the outdoor temperature. Where its runs are known they tell the slots apart; else
 * days and older readings lean towards the present state.
 */
export function expectedDraw(facts: DrawFacts, window: Span): ExpectedDraw {
  const { maxPowerW, vendorExpectedPowerW, vendorExpectedSlotsW } = facts;
  if (vendorExpectedSlotsW !== undefined && vendorExpectedSlotsW.length > 0) {
    const slotsW = Float64Array.from(vendorExpectedSlotsW);
    const draw = byControl(facts, vendorExpectedSlotsW);
    if (draw) return draw;
    return onCourse(
      bySlot(drawOf(meanOf(slotsW), maxPowerW, 'vendor_forecast'), facts, window),
      slotsW,
      maxPowerW,
    );
  }
  if (vendorExpectedPowerW !== undefined) {
    const slots = facts.heatedShares?.length ?? 0;
    const foreseen = byControl(
      facts,
      Array.from({ length: slots }, () => vendorExpectedPowerW),
    );
    if (foreseen) return { ...foreseen, source: 'vendor_model' };
    const model = drawOf(vendorExpectedPowerW, maxPowerW, 'vendor_model');
    const seen = facts.modelIsFloor ? fromRuns(facts) : undefined;
    return bySlot(seen && seen.meanW > model.meanW ? seen : model, facts, window);
  }
  const known = readingsBefore(facts.recentPowers, window.startsAt);
  const days = daysOf(facts);
  const level =
    (days.length >= minDays ? fromSameHour(days, facts) : undefined) ??
    fromRuns(facts) ??
    fromReadings(known, window.startsAt, maxPowerW);
  if (level)
    return level.source === 'same_hour' ? inState(level, facts, window) : bySlot(level, facts, window);
  const older = fromSameHour(days, facts) ?? fromReadings(known, (known.at(-1)?.at ?? 0) + 1, maxPowerW);
  return older
    ? inState(older, facts, window)
    : drawOf((maxPowerW ?? 0) * dutyOf(facts), maxPowerW, 'rating');
}

function inState(draw: ExpectedDraw, facts: DrawFacts, window: Span): ExpectedDraw {
  return facts.runs ? bySlot(draw, facts, window) : withState(draw, facts, window);
}

/** Tells the slots apart by the present run and the usual lengths of runs; the level over time stays. */
function bySlot(draw: ExpectedDraw, { maxPowerW, peers, runs }: DrawFacts, window: Span): ExpectedDraw {
  if (!runs || maxPowerW === undefined || !(maxPowerW > 0)) return draw;
  const seen = runLengths(runs, peers ?? usualRunLengths, peerRuns);
  const cycleMs = seen.onMs + seen.offMs;
  const duty = draw.meanW / maxPowerW;
  const shares = heatedShares(
    runs,
    { onMs: duty * cycleMs, offMs: (1 - duty) * cycleMs },
    window,
    spreadOf(runs, peerRuns),
  );
  if (shares.length === 0) return draw;
  const slotsW = shares.map((share) => share * maxPowerW);
  const least = draw.stdDevW / Math.max(1, slotDeviationW(draw.meanW, maxPowerW));
  const slotStdDevsW = slotsW.map((meanW) => Math.max(1, least) * slotDeviationW(meanW, maxPowerW));
  return { ...draw, meanW: meanOf(slotsW), stdDevW: meanOf(slotStdDevsW), slotsW, slotStdDevsW };
}

/**
 * Where its own control can be foreseen: what it draws while it heats, which changes with the weather as the vendor's forecast of the mean
 * does, for the time that it heats.
 */
function byControl(
  { heatedShares: shares, maxPowerW, modelIsFloor, vendorExpectedPowerW }: DrawFacts,
  courseW: readonly number[],
): ExpectedDraw | undefined {
  if (!shares || maxPowerW === undefined || !(vendorExpectedPowerW !== undefined && vendorExpectedPowerW > 0))
    return undefined;
  const onW = courseW.map((watts) => (modelIsFloor ? maxPowerW : (maxPowerW * watts) / vendorExpectedPowerW));
  const slotsW = shares.map((share, slot) => share * onW[slot]!);
  const slotStdDevsW = slotsW.map((meanW, slot) => slotDeviationW(meanW, onW[slot]));
  return {
    meanW: meanOf(slotsW),
    stdDevW: meanOf(slotStdDevsW),
    source: 'vendor_forecast',
    slotsW,
    slotStdDevsW,
    byControl: true,
  };
}

/** A draw whose level changes from slot to slot as the vendor forecasts it. */
function onCourse(draw: ExpectedDraw, courseW: Float64Array, maxPowerW = Infinity): ExpectedDraw {
  const levelW = meanOf(courseW);
  if (!(levelW > 0)) return draw;
  const slotsW = courseW.map((watts, slot) =>
    Math.min(maxPowerW, ((draw.slotsW?.[slot] ?? draw.meanW) * watts) / levelW),
  );
  const slotStdDevsW = draw.slotStdDevsW ?? new Float64Array(courseW.length).fill(draw.stdDevW);
  return { ...draw, meanW: meanOf(slotsW), slotsW, slotStdDevsW };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The share of the time that it heats by its runs and its peers', times the rating. */
function fromRuns({ maxPowerW, peers, runs }: DrawFacts): ExpectedDraw | undefined {
  if (!runs || !peers || maxPowerW === undefined) return undefined;
  const { offMs, onMs } = runLengths(runs, peers, peerRuns);
  return drawOf((maxPowerW * onMs) / (onMs + offMs), maxPowerW, 'recent_readings');
}

/**
 * What steering yields of an expected draw: a decrease saves the mean draw; an increase adds what is missing to the rating,
 * and nothing where the rating is unknown.
 */
export function yieldOf(facts: {
  readonly direction: Direction;
  readonly expected: Omit<ExpectedDraw, 'source'>;
  readonly maxPowerW?: number | undefined;
}): Pick<PlanZone, 'expectedYieldW' | 'yieldStdDevW' | 'slotYieldsW' | 'slotStdDevsW'> {
  const { direction, expected, maxPowerW } = facts;
  if (direction === 'decrease') {
    return {
      expectedYieldW: Math.max(0, expected.meanW),
      yieldStdDevW: expected.stdDevW,
      slotYieldsW: expected.slotsW,
      slotStdDevsW: expected.slotStdDevsW,
    };
  }
  const expectedYieldW = Math.max(0, (maxPowerW ?? 0) - expected.meanW);
  if (maxPowerW === undefined) return { expectedYieldW, yieldStdDevW: 0 };
  return {
    expectedYieldW,
    yieldStdDevW: expected.stdDevW,
    slotYieldsW: expected.slotsW?.map((meanW) => Math.max(0, maxPowerW - meanW)),
    slotStdDevsW: expected.slotStdDevsW,
  };
}

function drawOf(
  meanW: number,
  maxPowerW: number | undefined,
  source: DrawSource,
  hoursSeen?: number,
): ExpectedDraw {
  const boundedW = Math.max(0, maxPowerW === undefined ? meanW : Math.min(meanW, maxPowerW));
  return { meanW: boundedW, stdDevW: slotDeviationW(boundedW, maxPowerW, hoursSeen), source };
}

function readingsBefore(powers: readonly PowerAt[], before: Instant): PowerAt[] {
  return powers
    .filter(({ at, powerW }) => at < before && Number.isFinite(powerW))
    .sort((a, b) => a.at - b.at);
}

function fromReadings(
  known: readonly PowerAt[],
  before: Instant,
  maxPowerW: number | undefined,
): ExpectedDraw | undefined {
  const hour = known.filter(({ at }) => at < before && at >= before - hourMs);
  const [first, last] = [hour[0], hour.at(-1)];
  if (!first || !last || hour.length < minReadings || last.at - first.at < minReadingsSpanMs)
    return undefined;
  return drawOf(timeWeightedMean(hour), maxPowerW, 'recent_readings', 1);
}

/** Each reading holds until the next one; the last one closes the stretch. */
function timeWeightedMean(readings: readonly PowerAt[]): number {
  let energy = 0;
  for (let i = 1; i < readings.length; i++) {
    energy += readings[i - 1]!.powerW * (readings[i]!.at - readings[i - 1]!.at);
  }
  return energy / (readings.at(-1)!.at - readings[0]!.at);
}

/** The same hour of recent days as it would be in the weather of the window. */
function daysOf({ sameHourOfRecentDays = [], outdoorOfRecentDaysC, outdoorC }: DrawFacts): number[] {
  return sameHourOfRecentDays.flatMap((powerW, day) => {
    const drawW = drawAtOutdoor(powerW, outdoorOfRecentDaysC?.[day], outdoorC);
    return drawW !== undefined && Number.isFinite(drawW) ? [drawW] : [];
  });
}

function fromSameHour(days: readonly number[], facts: DrawFacts): ExpectedDraw | undefined {
  if (days.length === 0) return undefined;
  const mean = days.reduce((sum, powerW) => sum + powerW, 0) / days.length;
  const draw = drawOf(mean, facts.maxPowerW, 'same_hour', days.length);
  const squares = days.reduce((sum, powerW) => sum + (powerW - mean) ** 2, 0);
  const dayToDayW = days.length > 1 ? Math.sqrt(squares / (days.length - 1)) : 0;
  return { ...draw, stdDevW: Math.max(draw.stdDevW, dayToDayW) };
}

/** Leans the mean towards what the zone does now, by as much as is left of it in the window. */
function withState(draw: ExpectedDraw, facts: DrawFacts, window: Span): ExpectedDraw {
  const heats = heatsNow(facts);
  if (heats === undefined || facts.stateAt === undefined || facts.maxPowerW === undefined) return draw;
  const stateW = heats ? facts.maxPowerW : 0;
  return { ...draw, meanW: draw.meanW + (stateW - draw.meanW) * stateLeft(facts.stateAt, window) };
}

/** As reported, else by the temperature against the setpoint; in between nobody knows. */
function heatsNow({ heating, setpointC, temperatureC }: DrawFacts): boolean | undefined {
  if (heating !== undefined || setpointC === undefined || temperatureC === undefined) return heating;
  if (temperatureC >= setpointC + restingAboveSetpointK) return false;
  return temperatureC <= setpointC - heatingBelowSetpointK ? true : undefined;
}

function dutyOf(facts: DrawFacts): number {
  return heatsNow(facts) === false ? 0 : defaultDuty;
}
