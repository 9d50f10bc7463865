import { z } from 'zod';
import type { SetModeSpec } from './command-spec';
import { commandUnit, setModeSpecSchema } from './command-spec';
import { chargeOf } from './mapping';
import { round, toCelsius, toUnit, unitOf } from './temperature';
import type { WireState } from './wire';

/** What a heater holds, as it is saved before the first write. Absent: not stated. */
export const heaterStateSchema = z.object({
  mode: z.string(),
  online: z.boolean().optional(),
  /** As the vendor stated it, to be given back unchanged. */
  target: z.number().optional(),
  targetC: z.number().optional(),
  unit: z.enum(['C', 'F']).optional(),
  temperatureC: z.number().optional(),
  powerW: z.number().optional(),
  maxPowerW: z.number().optional(),
  chargeFraction: z.number().optional(),
  /** Absent: the device does not offer `setMode`. */
  setMode: setModeSpecSchema.optional(),
});
export type HeaterState = z.infer<typeof heaterStateSchema>;

/** One `setMode`, absolute. */
export const heaterCommandSchema = z.object({
  kind: z.literal('setMode'),
  key: z.string(),
  mode: z.string(),
  /** With `manual`: name and number as sent, and what it means. */
  setpoint: z
    .object({ param: z.string(), value: z.number(), celsius: z.number(), toleranceK: z.number().positive() })
    .optional(),
});
export type HeaterCommand = z.infer<typeof heaterCommandSchema>;

/** How far a setpoint may seem off because of the way it is shown: half a whole °F, or half a tenth of a °C. */
export function shownToK(unit: 'C' | 'F' | undefined): number {
  return unit === 'F' ? 0.3 : 0.06;
}

/**
 * The state to steer from, or what is missing in it: without a mode, and without a target in a known unit while
 * that is what holds the heater, nothing could be compared or given back.
 */
export function heaterStateOf(
  wire: WireState,
  setMode: SetModeSpec | undefined,
): HeaterState | { readonly missing: string } {
  const unit = unitOf(wire.temperatureUnits);
  const targetC = toCelsius(wire.targetTemperature, unit);
  if (wire.mode === undefined) return { missing: 'mode' };
  if (isMode(wire.mode, 'manual') && targetC === undefined)
    return { missing: 'targetTemperature and temperatureUnits' };
  return stated({
    mode: wire.mode,
    online: wire.online,
    target: targetC === undefined ? undefined : wire.targetTemperature,
    targetC,
    unit,
    temperatureC: toCelsius(wire.currentTemperature, unit),
    powerW: wire.power,
    maxPowerW: wire.maxPower,
    chargeFraction: chargeOf(wire),
    setMode,
  });
}

/** A setpoint as it goes out: name of the parameter, number in the command's unit, and how exactly it can be read back. */
export function setpointOf(
  spec: SetModeSpec & { readonly temperatureParam: string },
  value: number,
  stateUnit: 'C' | 'F',
): NonNullable<HeaterCommand['setpoint']> {
  const unit = commandUnit(spec, stateUnit);
  const stepK = unit === 'C' ? spec.step : (spec.step * 5) / 9;
  const celsius = toCelsius(value, unit) ?? value;
  return {
    param: spec.temperatureParam,
    value,
    celsius,
    toleranceK: Math.max(shownToK(stateUnit), stepK / 2),
  };
}

/** The snapshot's target in the command's unit: unchanged where the units agree, else to the nearest step. */
export function snapshotTarget(spec: SetModeSpec, snapshot: HeaterState): number | undefined {
  if (snapshot.target === undefined || snapshot.targetC === undefined || snapshot.unit === undefined)
    return undefined;
  const unit = commandUnit(spec, snapshot.unit);
  if (unit === snapshot.unit) return snapshot.target;
  const exact = toUnit(snapshot.targetC, unit);
  return round(Math.round(exact / spec.step) * spec.step, 1000);
}

export function isMode(mode: string, word: string): boolean {
  return mode.toLowerCase() === word.toLowerCase();
}

function stated(state: { [K in keyof HeaterState]: HeaterState[K] | undefined }): HeaterState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)) as HeaterState;
}
