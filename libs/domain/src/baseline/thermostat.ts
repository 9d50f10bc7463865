import { hourMs } from '../fleet';
import type { Instant, Span } from '../fleet';
import type { TemperatureAt } from '../cycles/infer-heating';

/** What the vendor's model says of a zone, K per hour. */
export interface ThermalRates {
  /** Lost all the time. */
  readonly coolingKPerH: number;
  /** Gained on top while it heats. */
  readonly gainKPerH: number;
}

/** A zone between the temperatures at which its own control turns, as it was last read. */
export interface ThermostatPhase extends ThermalRates {
  readonly asOf: Instant;
  readonly on: boolean;
  readonly temperatureC: number;
  /** Where it turns, as far as that was seen. */
  readonly onBelowC?: number | undefined;
  readonly offAboveC?: number | undefined;
  /** The middle between the two: the setpoint. */
  readonly middleC?: number | undefined;
  /** Furthest it was seen from the middle without turning. */
  readonly reachedK: number;
}

/** Readings further apart say nothing of the time between. */
const longestStepMs = hourMs / 2;

/** Vendors state hundredths; of two readings, each may be half of one off. */
const roundingK = 0.01;
/** So little of a step that was heated or was not says nothing, however exact the readings are. */
const leastPart = 0.05;

interface Step extends Span {
  readonly fromC: number;
  readonly toC: number;
  readonly onShare: number;
}

/**
 * Reads a zone's control off its temperatures: it turned where heating gave way to cooling, and the other way. The last turn of each kind
 * counts, for setpoints change. Turns within `notBy` are left out: something else (hot water) had the compressor then.
 *
 * @returns undefined where the model says no more gain than loss, or nothing was read.
 */
export function thermostatPhase(
  readings: readonly TemperatureAt[],
  rates: ThermalRates,
  setpointC: number | undefined,
  notBy: readonly Span[],
): ThermostatPhase | undefined {
  const { coolingKPerH, gainKPerH } = rates;
  if (!(gainKPerH > coolingKPerH) || !(coolingKPerH > 0)) return undefined;
  const steps = stepsOf(readings, rates);
  const last = steps.at(-1);
  if (!last) return undefined;
  let onBelowC: number | undefined;
  let offAboveC: number | undefined;
  for (let i = 1; i < steps.length; i++) {
    const [before, step] = [steps[i - 1]!, steps[i]!];
    if (step.startsAt !== before.endsAt || isOn(step) === isOn(before)) continue;
    if (isIn(step, notBy) || isIn(before, notBy)) continue;
    if (isOn(before)) offAboveC = Math.max(peakOf(before, rates), peakOf(step, rates));
    else onBelowC = Math.min(troughOf(before, rates), troughOf(step, rates));
  }
  const reachedK =
    setpointC === undefined ? 0 : Math.max(...steps.map(({ toC }) => Math.abs(toC - setpointC)));
  return {
    ...rates,
    asOf: last.endsAt,
    on:
      endsOn(
        steps.filter((step) => !isIn(step, notBy)),
        gainKPerH,
      ) ?? isOn(last),
    temperatureC: last.toC,
    onBelowC,
    offAboveC,
    middleC: setpointC,
    reachedK,
  };
}

/** How a control stands at the end of what was seen: inside a step of which only a part was heated it turned. */
function endsOn(steps: readonly Step[], gainKPerH: number): boolean | undefined {
  const last = steps.at(-1);
  const before = steps.at(-2);
  if (!last || before?.endsAt !== last.startsAt) return last && isOn(last);
  const part = Math.max(leastPart, (roundingK * hourMs) / (gainKPerH * (last.endsAt - last.startsAt)));
  return isOn(before) ? last.onShare >= 1 - part : last.onShare > part;
}

function isIn(step: Step, spans: readonly Span[]): boolean {
  return spans.some(({ endsAt, startsAt }) => startsAt < step.endsAt && step.startsAt < endsAt);
}

function isOn({ onShare }: Step): boolean {
  return onShare >= 0.5;
}

function stepsOf(readings: readonly TemperatureAt[], { coolingKPerH, gainKPerH }: ThermalRates): Step[] {
  const sorted = [...readings].sort((a, b) => a.at - b.at);
  return sorted.slice(1).flatMap((to, i) => {
    const from = sorted[i]!;
    const lastedMs = to.at - from.at;
    if (!(lastedMs > 0) || lastedMs > longestStepMs) return [];
    const changeKPerH = ((to.temperatureC - from.temperatureC) * hourMs) / lastedMs;
    const onShare = Math.min(1, Math.max(0, (changeKPerH + coolingKPerH) / gainKPerH));
    return [{ startsAt: from.at, endsAt: to.at, fromC: from.temperatureC, toC: to.temperatureC, onShare }];
  });
}

/** The highest temperature inside a step that began with heating. */
function peakOf(
  { endsAt, fromC, onShare, startsAt }: Step,
  { coolingKPerH, gainKPerH }: ThermalRates,
): number {
  return fromC + (onShare * (endsAt - startsAt) * (gainKPerH - coolingKPerH)) / hourMs;
}

/** The lowest inside one that began without. */
function troughOf({ endsAt, fromC, onShare, startsAt }: Step, { coolingKPerH }: ThermalRates): number {
  return fromC - ((1 - onShare) * (endsAt - startsAt) * coolingKPerH) / hourMs;
}
