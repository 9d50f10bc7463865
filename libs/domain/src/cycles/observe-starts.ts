import { minuteMs, type Instant } from '../fleet';

/** One reading of a compressor or counted element. Power in W; `heating` counts only where there is no power. */
export interface StartSample {
  readonly at: Instant;
  readonly powerW?: number | undefined;
  readonly heating?: boolean | undefined;
}

/** What is remembered between readings. */
export interface StartObserver {
  readonly lastAt?: Instant | undefined;
  /** Absent until a reading said so clearly. */
  readonly running?: boolean | undefined;
  /** First reading that showed `running` as it is now. */
  readonly since?: Instant | undefined;
}

export interface StartObservation {
  readonly state: StartObserver;
  /** Instants of the readings that first showed the device running after standing still, in order. */
  readonly starts: readonly Instant[];
  /** Readings passed over because they were not newer than the last one. */
  readonly ignored: number;
  /** Time without readings, of gaps longer than `maxGapMs`: starts may have been missed there. */
  readonly blindMs: number;
}

export interface StartThresholds {
  /** Running from this power on. */
  readonly onW: number;
  /** Standing still from this power down. */
  readonly offW: number;
}

/**
 * On from 15 % of the rated power (150 W when it is not known, never more than 300 W), off below half of that.
 * Inverter compressors do not run below about a fifth of their rating, standby with pumps stays below 150 W; the
 * cap keeps ratings that include a backup heater from hiding the compressor. Median running power of measured heat
 * pumps is 967 W (heatpumpmonitor.org, file of 2026-07-15).
 */
export function startThresholds(maxPowerW?: number): StartThresholds {
  const ratedW = maxPowerW !== undefined && maxPowerW > 0 ? maxPowerW : 1_000;
  const onW = Math.min(0.15 * ratedW, 300);
  return { onW, offW: onW / 2 };
}

/**
 * Counts off-to-on crossings. Between the two thresholds the state stays what it was (hysteresis).
 *
 * - Readings are taken in order of time, whatever their order in `samples`. One that is not newer than the last of `previous` is
 *   ignored, so reading twice never counts twice. Day-late power is newer than what came before it and counts at its own
 *   instants; to fill in an older hole, recount that day from `undefined` with all its readings.
 * - The first clear state is no start: nobody saw the device stand still before.
 * - Over a gap only what is certain counts: still before and running after is one start, at the reading after the gap;
 *   running before and after is none. `blindMs` says how long nobody looked.
 */
export function observeStarts(
  previous: StartObserver | undefined,
  samples: readonly StartSample[],
  options: { readonly maxPowerW?: number | undefined; readonly maxGapMs?: number | undefined } = {},
): StartObservation {
  const thresholds = startThresholds(options.maxPowerW);
  const maxGapMs = options.maxGapMs ?? 30 * minuteMs;
  let { lastAt, running, since } = previous ?? {};
  const starts: Instant[] = [];
  let ignored = 0;
  let blindMs = 0;
  for (const sample of [...samples].sort((a, b) => a.at - b.at)) {
    if (lastAt !== undefined && sample.at <= lastAt) {
      ignored += 1;
      continue;
    }
    if (!saysSomething(sample)) continue;
    if (lastAt !== undefined && sample.at - lastAt > maxGapMs) blindMs += sample.at - lastAt;
    lastAt = sample.at;
    const now = runningIn(sample, thresholds) ?? running;
    if (now === running) continue;
    if (now === true && running === false) starts.push(sample.at);
    running = now;
    since = sample.at;
  }
  return { state: { lastAt, running, since }, starts, ignored, blindMs };
}

/** Starts in the hour up to and including `instant`, for the starts-per-hour rule. */
export function startsInLastHour(starts: readonly Instant[], instant: Instant): number {
  let count = 0;
  for (const at of starts) if (at <= instant && at > instant - 60 * minuteMs) count += 1;
  return count;
}

function saysSomething({ powerW, heating }: StartSample): boolean {
  return (powerW !== undefined && Number.isFinite(powerW)) || heating !== undefined;
}

function runningIn({ powerW, heating }: StartSample, { onW, offW }: StartThresholds): boolean | undefined {
  if (powerW === undefined || !Number.isFinite(powerW)) return heating;
  if (powerW >= onW) return true;
  return powerW <= offW ? false : undefined;
}
