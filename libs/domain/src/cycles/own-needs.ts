import { checkWithin, mergeWithin, type Bounds, type Overrides } from '../comfort/bounded-settings';
import type { FieldProblem } from '../errors';

const minutesPerDay = 1_440;

/**
 * Starts a day that are assumed of a heat pump of which too few days are known: nine in ten start less often
 * (heatpumpmonitor.org, 312 systems, file of 2026-07-15: p90 13.9).
 */
export const unknownStartsPerDay = 13.9;

export interface OwnNeedsOptions {
  /** Starts a day assumed while there are fewer than `minDays` days of history. Default `unknownStartsPerDay`. */
  readonly startsPerDayWithoutHistory?: number | undefined;
  /** Default 3. */
  readonly minDays?: number | undefined;
  /** Kept on top of what was seen. Default 3. */
  readonly spare?: number | undefined;
  /** Starts seen so far on the day that is asked about. Default 0. */
  readonly observedToday?: number | undefined;
}

/** What a supplier or a device may say about the starts that are kept for the device itself, or assumed of it. */
export interface OwnNeedsLimits {
  readonly startsPerDayWithoutHistory: number;
  readonly spareStarts: number;
  /**
   * Starts a day assumed for the hours of its first day before a device came into the fleet (`unseenStarts`). 0: the supplier
   * accepts that they are not counted, so that on its first day a device may go over its limit by what it did before.
   */
  readonly unseenStartsPerDay: number;
}

export const defaultOwnNeedsLimits: OwnNeedsLimits = {
  startsPerDayWithoutHistory: unknownStartsPerDay,
  spareStarts: 3,
  unseenStartsPerDay: unknownStartsPerDay,
};

/**
 * At least what three in four measured heat pumps keep to (8.4), and one to spare: an action moves a thermostat's phase. What is assumed of
 * the hours before its first reading concerns one day of a device's life and may be nothing.
 */
export const hardOwnNeedsLimits: { readonly [K in keyof OwnNeedsLimits]: Bounds } = {
  startsPerDayWithoutHistory: { min: 8.4, max: 48 },
  spareStarts: { min: 1, max: 24 },
  unseenStartsPerDay: { min: 0, max: 48 },
};

export type OwnNeedsSettings = Overrides<OwnNeedsLimits>;

/** The defaults, then each set of settings, later ones winning; never beyond the bounds. */
export function effectiveOwnNeeds(...settings: readonly (OwnNeedsSettings | undefined)[]): OwnNeedsLimits {
  return mergeWithin(defaultOwnNeedsLimits, hardOwnNeedsLimits, settings);
}

/** Why settings cannot be taken as they are, field by field; empty when they can. */
export function checkOwnNeedsSettings(settings: Readonly<Record<string, unknown>>): FieldProblem[] {
  return checkWithin<OwnNeedsLimits>(hardOwnNeedsLimits, settings);
}

/**
 * Starts a device may want for itself in the rest of its local day:
 *
 *     max(most after this time of day on any recent day, most on any whole recent day − seen today) + spare
 *
 * `recentDays` holds, per day with readings, the local minutes of day (`minuteOfLocalDay`) of its observed starts; a day
 * without starts is an empty list. Without enough history the rest of the day's share of `startsPerDayWithoutHistory` is kept,
 * rounded up.
 *
 * Why the most and not the middle: half of all evenings bring more than the median. Why the whole day, and three to spare: an action
 * moves the phase of a thermostat for a day or two, so tomorrow may see starts that it would not have seen; a device that comes near
 * its limit by itself on some days is therefore left alone on all. A replay of 60 days of 200 heat pumps holds the rule to it
 * (`npm run replay`).
 */
export function ownNeedsReserve(
  recentDays: readonly (readonly number[])[],
  minuteOfDay: number,
  options: OwnNeedsOptions = {},
): number {
  if (recentDays.length < Math.max(1, options.minDays ?? 3)) {
    const restOfDay = Math.min(1, Math.max(0, 1 - minuteOfDay / minutesPerDay));
    return Math.ceil(
      (options.startsPerDayWithoutHistory ?? defaultOwnNeedsLimits.startsPerDayWithoutHistory) * restOfDay,
    );
  }
  let most = 0;
  for (const starts of recentDays) {
    const later = starts.reduce((count, at) => (at > minuteOfDay ? count + 1 : count), 0);
    most = Math.max(most, later, starts.length - (options.observedToday ?? 0));
  }
  return most + (options.spare ?? defaultOwnNeedsLimits.spareStarts);
}
