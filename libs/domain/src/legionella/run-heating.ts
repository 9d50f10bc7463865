import { defaultCoolingKPerH } from '../comfort/headroom';
import { hardComfortLimits } from '../comfort/defaults';
import { hourMs, slotMs } from '../fleet';
import type { ZoneFacts } from '../status/facts';
import { defaultHoldMs, type DisinfectionHold } from './profiles';

export type RunHeatingFacts = Pick<
  ZoneFacts,
  | 'comfort'
  | 'temperatureC'
  | 'minC'
  | 'maxC'
  | 'stepC'
  | 'coolingKPerH'
  | 'gainKPerH'
  | 'activationLimitC'
  | 'legionella'
>;

/** How a tank is brought through a disinfection run. */
export interface RunHeating {
  /** The temperature to which it is to be heated, °C: high enough to stay above the hold's while it cools. */
  readonly limitC: number;
  readonly hold: DisinfectionHold;
}

/** A heat pump gives less the hotter the tank: of the gain stated at its present temperature so much is counted on. */
export const gainShareCountedOn = 0.85;
/** Gain counted on where nobody states one, K per hour: 15 K in the hour that heating up is taken to last. */
export const defaultGainKPerH = 15;
/** How long a run of ours may heat, ms: what comfort allows in one go, in whole quarters of an hour. */
export function longestRunHeatingMs({ comfort }: Pick<ZoneFacts, 'comfort'>): number {
  return Math.floor(Math.min(comfort.maxActionMs, comfort.maxDhwHeatingMs) / slotMs) * slotMs;
}

/**
 * Whether heating for `heatingMs` disinfects the tank, and to what temperature it is to be heated; absent: it does not, or nobody can know.
 * The tank is heated straight to its peak and then cools, while it must be at the hold's temperature for the hold's time:
 *
 *     peak  = min(vendor's maximum, 70 °C, temperature + 0.85 × gain × heatingMs)
 *     limit = min(peak, hold + cooling × needed)
 *     (limit − hold) / gain + (limit − hold) / cooling ≥ needed
 *
 * where needed is the hold's time in whole quarters of an hour and one more: it is counted from the first to the last hot reading.
 * Cooling is the larger of the vendor's and 0.8 K/h, which has a share of draw-off in it. The comfort ceiling does not bind a run, the vendor's
 * maximum (the customer's own upper bound at NOX) does, and without a stated one no run is made. Of a profile's holds the coolest that works is taken.
 */
export function runHeating(facts: RunHeatingFacts, heatingMs: number): RunHeating | undefined {
  const peakC = highestPeakC(facts, heatingMs);
  if (peakC === undefined) return undefined;
  const coolingKPerH = Math.max(facts.coolingKPerH ?? 0, defaultCoolingKPerH.DHW);
  const holds = [...(facts.legionella?.holds ?? [])].sort((a, b) => a.temperatureC - b.temperatureC);
  for (const hold of holds) {
    const neededH = hotForMs(hold) / hourMs;
    const limitC = onGridUp(Math.min(peakC, hold.temperatureC + coolingKPerH * neededH), peakC, facts);
    const overK = limitC - hold.temperatureC;
    const hotH = overK / countedGainKPerH(facts) + overK / coolingKPerH;
    // A rounding of binary fractions must not decide.
    if (hotH >= neededH - 1e-9) return { limitC, hold };
  }
  return undefined;
}

function hotForMs({ holdMs = defaultHoldMs }: DisinfectionHold): number {
  return (Math.ceil(holdMs / slotMs) + 1) * slotMs;
}

/** How hot the tank gets within `heatingMs`, °C; absent when its temperature or how hot it may get is not known. */
export function highestPeakC(facts: RunHeatingFacts, heatingMs: number): number | undefined {
  const { temperatureC, activationLimitC = Number.POSITIVE_INFINITY, maxC } = facts;
  if (temperatureC === undefined || maxC === undefined || !(heatingMs > 0)) return undefined;
  // Heating cannot begin above the activation limit, so it will begin at or below it.
  const fromC = Math.min(temperatureC, activationLimitC);
  const reachedC = fromC + (countedGainKPerH(facts) * heatingMs) / hourMs;
  const peakC = Math.min(maxC, hardComfortLimits.dhwCeilingC.max, reachedC);
  return Number.isFinite(peakC) ? peakC : undefined;
}

function countedGainKPerH({ gainKPerH }: RunHeatingFacts): number {
  return gainKPerH !== undefined && gainKPerH > 0 ? gainKPerH * gainShareCountedOn : defaultGainKPerH;
}

/** Up to the next point of the device's grid, where that is not above what the tank may reach. */
function onGridUp(wantedC: number, peakC: number, { minC = 0, stepC }: RunHeatingFacts): number {
  if (stepC === undefined || !(stepC > 0)) return wantedC;
  const upC = Number((minC + Math.ceil((wantedC - minC) / stepC - 1e-9) * stepC).toFixed(6));
  return upC <= peakC ? upC : upC - stepC;
}
