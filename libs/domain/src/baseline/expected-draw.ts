import { hourMs, minuteMs } from '../fleet';
import type { Direction, Instant, Span } from '../fleet';
import { drawAtOutdoor } from './heating-degrees';
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
  /** The zone draws power for heat now. */
  readonly heating?: boolean | undefined;
  /** When `heating`, `temperatureC` and `setpointC` were so; absent: they say nothing of the window. */
  readonly stateAt?: Instant | undefined;
  /** Rating: what it draws while it runs at full power. */
  readonly maxPowerW?: number | undefined;
  readonly setpointC?: number | undefined;
  readonly temperatureC?: number | undefined;
}

export type DrawSource = 'vendor_model' | 'recent_readings' | 'same_hour' | 'rating';

/** Mean W over a slot without steering, and its standard deviation from slot to slot. */
export interface ExpectedDraw {
  readonly meanW: number;
  readonly stdDevW: number;
  readonly source: DrawSource;
}

/** Share of the time that a zone of which only the rating is known is taken to draw its rating. */
export const defaultDuty = 0.3;
/** So far above its setpoint a zone of unknown state is taken to stand still. */
export const restingAboveSetpointK = 0.5;

/** So far below its setpoint it is taken to heat. */
export const heatingBelowSetpointK = 0.5;

const minReadings = 3;
const minReadingsSpanMs = 10 * minuteMs;
/** So many days say more of an hour than the hour before it. */
const minDays = 3;

/**
 * What a zone would draw in `window` without us: the vendor's model; else the same hour of three or more recent days; else
 * the time-weighted mean of the readings of the hour before the window (3 or more over at least 10 minutes); else fewer
 * days; else the last hour that has enough readings, however old; else rating × `defaultDuty`, and 0 for a zone that
 * stands still. Days are put right for the outdoor temperature, and days and older readings for the present state.
 */
export function expectedDraw(facts: DrawFacts, window: Span): ExpectedDraw {
  const { vendorExpectedPowerW, maxPowerW } = facts;
  if (vendorExpectedPowerW !== undefined) return drawOf(vendorExpectedPowerW, maxPowerW, 'vendor_model');
  const known = readingsBefore(facts.recentPowers, window.startsAt);
  const days = daysOf(facts);
  return (
    (days.length >= minDays ? fromSameHour(days, facts, window) : undefined) ??
    fromReadings(known, window.startsAt, maxPowerW) ??
    fromSameHour(days, facts, window) ??
    withState(fromReadings(known, (known.at(-1)?.at ?? 0) + 1, maxPowerW), facts, window) ??
    drawOf((maxPowerW ?? 0) * dutyOf(facts), maxPowerW, 'rating')
  );
}

/**
 * What steering yields of an expected draw: a decrease saves the mean draw; an increase adds what is missing to the rating,
 * and nothing where the rating is unknown.
 */
export function yieldOf(facts: {
  readonly direction: Direction;
  readonly expected: Pick<ExpectedDraw, 'meanW' | 'stdDevW'>;
  readonly maxPowerW?: number | undefined;
}): { readonly expectedYieldW: number; readonly yieldStdDevW: number } {
  const { direction, expected, maxPowerW } = facts;
  if (direction === 'decrease') {
    return { expectedYieldW: Math.max(0, expected.meanW), yieldStdDevW: expected.stdDevW };
  }
  const expectedYieldW = Math.max(0, (maxPowerW ?? 0) - expected.meanW);
  return { expectedYieldW, yieldStdDevW: maxPowerW === undefined ? 0 : expected.stdDevW };
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

function fromSameHour(days: readonly number[], facts: DrawFacts, window: Span): ExpectedDraw | undefined {
  if (days.length === 0) return undefined;
  const mean = days.reduce((sum, powerW) => sum + powerW, 0) / days.length;
  const draw = drawOf(mean, facts.maxPowerW, 'same_hour', days.length);
  const squares = days.reduce((sum, powerW) => sum + (powerW - mean) ** 2, 0);
  const dayToDayW = days.length > 1 ? Math.sqrt(squares / (days.length - 1)) : 0;
  return withState({ ...draw, stdDevW: Math.max(draw.stdDevW, dayToDayW) }, facts, window);
}

/** Leans the mean towards what the zone does now, by as much as is left of it in the window. */
function withState(draw: ExpectedDraw | undefined, facts: DrawFacts, window: Span): ExpectedDraw | undefined {
  const heats = heatsNow(facts);
  if (!draw || heats === undefined || facts.stateAt === undefined || facts.maxPowerW === undefined)
    return draw;
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
