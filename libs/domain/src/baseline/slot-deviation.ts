import { minuteMs, slotMs } from '../fleet';

/**
 * How long an on/off device remembers its state: `1 / (1/on + 1/off)` with the mean stretches on and off of real heat
 * pumps, 9.9 h a day in 6.4 starts: 93 min on, 132 min off (medians of heatpumpmonitor.org, July 2026).
 */
export const correlationMs = 55 * minuteMs;

/**
 * Standard deviation, from slot to slot, of the mean W of a device that draws either `maxPowerW` or nothing.
 *
 * At one instant it is `sqrt(duty (1 - duty)) * maxPowerW`. Over a slot some of it averages out, because the device may
 * switch inside the slot: assumed is a device that forgets its state at a constant rate (a random telegraph signal),
 * whose mean over a time T keeps `2 (τ/T) (1 - (τ/T) (1 - e^(-T/τ)))` of the variance. With τ = 55 min and slots of
 * 15 min that is 91 %. Without a rating the deviation is taken to be as large as the mean.
 */
export function slotDeviationW(meanW: number, maxPowerW: number | undefined): number {
  if (maxPowerW === undefined) return Math.max(0, meanW);
  if (maxPowerW <= 0) return 0;
  const duty = Math.min(1, Math.max(0, meanW / maxPowerW));
  return Math.sqrt(duty * (1 - duty) * varianceKept(slotMs)) * maxPowerW;
}

function varianceKept(overMs: number): number {
  const ratio = correlationMs / overMs;
  return 2 * ratio * (1 - ratio * (1 - Math.exp(-1 / ratio)));
}
