import type {
  CommandDecision,
  Comparison,
  RestoreDecision,
  SteeringIntent,
  VendorCommand,
  VendorState,
} from '@warmshift/vendors/contract';
import type { SetModeSpec } from './command-spec';
import { commandUnit, offeredMode } from './command-spec';
import type { HeaterCommand, HeaterState } from './steering-state';
import {
  heaterCommandSchema,
  heaterStateSchema,
  isMode,
  setpointOf,
  shownToK,
  snapshotTarget,
} from './steering-state';
import { round, toUnit } from './temperature';

/** Off is only for a room that is at least so much warmer than the limit: nothing guards it meanwhile (C14). */
const offReserveK = 1;
/** A storage heater that is charged so far hardly takes more. */
const fullCharge = 0.9;

/** The decisions of steering a heater: pure functions of saved values. */

/**
 * `setMode manual` at the intent's limit, within the device's own constraints; `off` only with consent. Refuses what would have
 * no effect or no way back.
 */
export function commandFor(intent: SteeringIntent, saved: VendorState, allowOff: boolean): CommandDecision {
  const state = heaterStateSchema.parse(saved);
  const spec = state.setMode;
  if (spec === undefined) return refuse('The heater does not offer the command setMode.');
  const manual = offeredMode(spec, 'manual');
  if (manual === undefined) return refuse('The heater does not offer the mode "manual".');
  if (isMode(state.mode, 'off')) return refuse('The heater is switched off.');
  if (offeredMode(spec, state.mode) === undefined) {
    return refuse(`The mode "${state.mode}" could not be given back: the heater does not offer it.`);
  }
  if (state.unit === undefined || state.targetC === undefined) {
    return refuse('The heater does not state its target temperature in a known unit.');
  }
  const off = allowOff ? offCommand(intent, state, spec) : undefined;
  if (off !== undefined) return { kind: 'command', command: off };
  const { temperatureParam } = spec;
  if (temperatureParam === undefined) return refuse('The command setMode takes no temperature.');
  const value = setpointFor(intent, { ...spec, temperatureParam }, state.unit);
  if (value === undefined)
    return refuse('The limit of the action is outside of what the heater can be set to.');
  const setpoint = setpointOf({ ...spec, temperatureParam }, value, state.unit);
  const ineffective = noEffect(intent, state, setpoint.celsius);
  if (ineffective !== undefined) return refuse(ineffective);
  const command: HeaterCommand = { kind: 'setMode', key: spec.key, mode: manual, setpoint };
  return { kind: 'command', command };
}

/** `changed`: neither ours nor the snapshot. Where both would fit, the nearer setpoint decides. */
export function compare(
  saved: VendorCommand,
  savedSnapshot: VendorState,
  savedState: VendorState,
): Comparison {
  const command = heaterCommandSchema.parse(saved);
  const snapshot = heaterStateSchema.parse(savedSnapshot);
  const state = heaterStateSchema.parse(savedState);
  const ours = distance(command.mode, command.setpoint?.celsius, state);
  const theirs = distance(
    snapshot.mode,
    isMode(snapshot.mode, 'manual') ? snapshot.targetC : undefined,
    state,
  );
  const toleranceK = command.setpoint?.toleranceK ?? 0;
  if (ours !== undefined && ours <= toleranceK && ours <= (theirs ?? Infinity)) return 'applied';
  return theirs !== undefined && theirs <= Math.max(shownToK(state.unit), toleranceK)
    ? 'not_applied'
    : 'changed';
}

/** Gives back the mode of the snapshot, with its setpoint where that is what holds the heater. */
export function restoreFor(
  saved: VendorCommand,
  savedSnapshot: VendorState,
  savedState: VendorState,
): RestoreDecision {
  const shown = compare(saved, savedSnapshot, savedState);
  if (shown === 'not_applied') return { kind: 'restored' };
  const snapshot = heaterStateSchema.parse(savedSnapshot);
  const command = restoreCommand(heaterCommandSchema.parse(saved), snapshot);
  if (shown === 'applied') return { kind: 'write', command };
  const state = heaterStateSchema.parse(savedState);
  const left = distance(command.mode, command.setpoint?.celsius, state);
  if (left !== undefined && left <= (command.setpoint?.toleranceK ?? 0)) return { kind: 'restored' };
  const target = state.targetC === undefined ? '' : ` at ${state.targetC} °C`;
  return { kind: 'overridden', what: `the heater is in mode "${state.mode}"${target}` };
}

/** A mode that the device no longer offers ends in `auto`: the honest approximation. */
function restoreCommand(sent: HeaterCommand, snapshot: HeaterState): HeaterCommand {
  const spec = snapshot.setMode;
  const mode =
    spec === undefined ? snapshot.mode : (offeredMode(spec, snapshot.mode) ?? lastResort(snapshot.mode));
  const base = { kind: 'setMode', key: sent.key, mode } as const;
  if (!isMode(mode, 'manual') || spec?.temperatureParam === undefined || snapshot.unit === undefined)
    return base;
  const value = snapshotTarget(spec, snapshot);
  if (value === undefined) return base;
  return {
    ...base,
    setpoint: setpointOf({ ...spec, temperatureParam: spec.temperatureParam }, value, snapshot.unit),
  };
}

function lastResort(mode: string): string {
  return ['manual', 'off'].some((word) => isMode(mode, word)) ? mode : 'auto';
}

function offCommand(
  intent: SteeringIntent,
  state: HeaterState,
  spec: SetModeSpec,
): HeaterCommand | undefined {
  const off = offeredMode(spec, 'off');
  const warmEnough = state.temperatureC !== undefined && state.temperatureC >= intent.limitC + offReserveK;
  if (
    off === undefined ||
    intent.direction !== 'decrease' ||
    !warmEnough ||
    state.chargeFraction !== undefined
  ) {
    return undefined;
  }
  return { kind: 'setMode', key: spec.key, mode: off };
}

/**
 * The number to send: the limit on the device's grid and within its range, on the safe side of it: a decrease never
 * goes below the lowest temperature that the rules allow, an increase never above the highest.
 */
function setpointFor(intent: SteeringIntent, spec: SetModeSpec, stateUnit: 'C' | 'F'): number | undefined {
  const unit = commandUnit(spec, stateUnit);
  const limit = round(toUnit(intent.limitC, unit), 100);
  const origin = spec.min ?? 0;
  const steps = round((limit - origin) / spec.step, 1000);
  const lower = intent.direction === 'decrease';
  const snapped = round(origin + (lower ? Math.ceil(steps) : Math.floor(steps)) * spec.step, 1000);
  const { min = -Infinity, max = Infinity } = spec;
  if (min > max) return undefined;
  if (intent.direction === 'increase' && min > limit) return undefined;
  if (intent.direction === 'decrease' && max < limit) return undefined;
  return Math.min(max, Math.max(min, snapped));
}

/** Why a setpoint would change nothing, nothing that could be read back, or the wrong way. */
function noEffect({ direction }: SteeringIntent, state: HeaterState, celsius: number): string | undefined {
  const currentC = state.targetC ?? Number.NaN;
  const visibleK = shownToK(state.unit);
  if (direction === 'decrease' && celsius > currentC - visibleK) {
    return `The setpoint is ${currentC} °C already; the lowest this action may set is ${celsius} °C.`;
  }
  if (direction === 'increase' && celsius < currentC + visibleK) {
    return `The setpoint is ${currentC} °C already; the highest this action may set is ${celsius} °C.`;
  }
  if (direction === 'increase' && (state.chargeFraction ?? 0) >= fullCharge)
    return 'The storage heater is charged.';
  return undefined;
}

/** K between a wanted mode (with setpoint) and what the state shows; `undefined`: another mode. */
function distance(mode: string, setpointC: number | undefined, state: HeaterState): number | undefined {
  if (!isMode(state.mode, mode)) return undefined;
  if (setpointC === undefined) return 0;
  return state.targetC === undefined ? undefined : Math.abs(state.targetC - setpointC);
}

function refuse(reason: string): CommandDecision {
  return { kind: 'refuse', reason };
}
