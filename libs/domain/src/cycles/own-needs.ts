export interface OwnNeedsOptions {
  /** Kept while there are fewer than `minDays` days of history. Default 1. */
  readonly withoutHistory?: number | undefined;
  /** Default 3. */
  readonly minDays?: number | undefined;
}

/**
 * Starts a device will most likely want for itself in the rest of its local day: the median, over its recent days,
 * of the starts after this time of day, rounded up.
 *
 * `recentDays` holds, per complete day with readings, the local minutes of day (`minuteOfLocalDay`) of its observed starts; a day
 * without starts is an empty list. Without enough history 1 is kept: heat pumps start 4 to 8 times a day by
 * themselves (heatpumpmonitor.org: median 6.4), so 0 would let the first evening use up a day's budget, and the median
 * would leave nothing to steer of the 6 to 8 cycles that vendors allow.
 */
export function ownNeedsReserve(
  recentDays: readonly (readonly number[])[],
  minuteOfDay: number,
  options: OwnNeedsOptions = {},
): number {
  if (recentDays.length < Math.max(1, options.minDays ?? 3)) return options.withoutHistory ?? 1;
  const later = recentDays
    .map((starts) => starts.reduce((count, at) => (at > minuteOfDay ? count + 1 : count), 0))
    .sort((a, b) => a - b);
  const middle = Math.floor(later.length / 2);
  const upper = later[middle] ?? 0;
  const lower = later.length % 2 === 0 ? (later[middle - 1] ?? upper) : upper;
  return Math.ceil((lower + upper) / 2);
}
