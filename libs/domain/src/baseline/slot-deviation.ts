import { hourMs, minuteMs, slotMs } from '../fleet';
import type { Instant, Span } from '../fleet';

/**
 * How long an on/off device remembers its state: `1 / (1/on + 1/off)` with the mean stretches on and off of real heat
 * pumps, 9.9 h a day in 6.4 starts: 93 min on, 132 min off (medians of heatpumpmonitor.org, July 2026).
 */
export const correlationMs = 55 * minuteMs;

/**
 * Standard deviation of what the mean W of a slot turns out to be, against `meanW`, of a device that draws either
 * `maxPowerW` or nothing.
 *
 * At one instant it is `sqrt(duty (1 - duty)) * maxPowerW`. Over a slot some of it averages out, because the device may
 * switch inside the slot: assumed is a device that forgets its state at a constant rate (a random telegraph signal),
 * whose mean over a time T keeps `2 (τ/T) (1 - (τ/T) (1 - e^(-T/τ)))` of the variance. With τ = 55 min and slots of
 * 15 min that is 91 %. Without a rating the deviation is taken to be as large as the mean.
 *
 * @param hoursSeen `meanW` is the mean of so many separate hours of readings and has an error of its own, `kept / hoursSeen`
 * of the variance; by as much `duty (1 - duty)` of the readings is too small on average. Absent: `meanW` is not measured.
 */
export function slotDeviationW(meanW: number, maxPowerW: number | undefined, hoursSeen = Infinity): number {
  if (maxPowerW === undefined) return Math.max(0, meanW);
  if (maxPowerW <= 0) return 0;
  const duty = Math.min(1, Math.max(0, meanW / maxPowerW));
  const ofMean = varianceKept(hourMs) / hoursSeen;
  const variance = (duty * (1 - duty) * (varianceKept(slotMs) + ofMean)) / (1 - ofMean);
  return Math.sqrt(variance) * maxPowerW;
}

/**
 * How much (0..1) of a state seen at `asOf` is left on average over `span`: it fades with `e^(-t/τ)`, the memory of the
 * same random telegraph signal.
 */
export function stateLeft(asOf: Instant, span: Span): number {
  const from = Math.max(0, span.startsAt - asOf) / correlationMs;
  const to = Math.max(0, span.endsAt - asOf) / correlationMs;
  return to > from ? (Math.exp(-from) - Math.exp(-to)) / (to - from) : 0;
}

function varianceKept(overMs: number): number {
  const ratio = correlationMs / overMs;
  return 2 * ratio * (1 - ratio * (1 - Math.exp(-1 / ratio)));
}
