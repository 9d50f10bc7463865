import { hourMs, minuteMs } from '../fleet';
import type { Instant, Span } from '../fleet';
import type { TemperatureAt } from '../cycles/infer-heating';
import type { HeatedStretch } from './on-off-runs';

/** The last of some readings is taken to hold for so long. */
const lastHoldsMs = minuteMs;
/** A zone draws for heat from this share of its rating on. */
const onFromShare = 0.15;
/** Readings further apart say nothing of the time between. */
const longestStepMs = 35 * minuteMs;

/** Each power holds from half-way since the one before to half-way to the next: nobody saw when inside it switched. */
export function stretchesOfPowers(
  readings: readonly { readonly at: Instant; readonly powerW: number }[],
  maxPowerW: number,
): HeatedStretch[] {
  const sorted = [...readings].sort((a, b) => a.at - b.at);
  return sorted.map(({ at, powerW }, i) => {
    const before = sorted[i - 1]?.at ?? at;
    const after = sorted[i + 1]?.at ?? at + 2 * lastHoldsMs;
    return {
      startsAt: (Math.max(before, at - longestStepMs) + at) / 2,
      endsAt: (at + Math.min(after, at + longestStepMs)) / 2,
      onShare: powerW >= onFromShare * maxPowerW ? 1 : 0,
    };
  });
}

/**
 * What temperatures say where nobody reports power. With the loss and gain of the vendor's model (K per hour) the share of the time between two that was
 * heated: `(change + loss) / gain`. Without, its direction: a heated room gets warmer, one that is not cools. While a rounded temperature
 * stands still between two changes in one direction it goes on; where it turns nobody knows when, and nothing is said.
 */
export function stretchesOfTemperatures(
  readings: readonly TemperatureAt[],
  {
    coolingKPerH,
    gainKPerH,
  }: { readonly coolingKPerH?: number | undefined; readonly gainKPerH?: number | undefined },
): HeatedStretch[] {
  const sorted = [...readings].sort((a, b) => a.at - b.at);
  const stretches: HeatedStretch[] = [];
  let direction: number | undefined;
  let still: Span[] = [];
  for (let i = 1; i < sorted.length; i++) {
    const { at: startsAt, temperatureC } = sorted[i - 1]!;
    const { at: endsAt } = sorted[i]!;
    if (!(endsAt > startsAt) || endsAt - startsAt > longestStepMs) continue;
    const changeK = sorted[i]!.temperatureC - temperatureC;
    if (coolingKPerH !== undefined && gainKPerH !== undefined && gainKPerH > 0) {
      const share = ((changeK * hourMs) / (endsAt - startsAt) + coolingKPerH) / gainKPerH;
      stretches.push({ startsAt, endsAt, onShare: Math.min(1, Math.max(0, share)) });
      continue;
    }
    if (changeK === 0) {
      still.push({ startsAt, endsAt });
      continue;
    }
    const onShare = changeK > 0 ? 1 : 0;
    if (direction === onShare) stretches.push(...still.map((span) => ({ ...span, onShare })));
    stretches.push({ startsAt, endsAt, onShare });
    still = [];
    direction = onShare;
  }
  return stretches;
}
