import type { FieldProblem } from '../errors';
import { hourMs } from '../fleet';
import { checkWithin, mergeWithin, type Bounds, type Overrides } from './bounded-settings';
import type { ComfortLimits } from './limits';

/** Never lower anything below it, whatever was configured: frost, °C. */
export const hardFloorC = 7;

/** What holds where neither the supplier nor the device says otherwise (`docs/rules.md`, Comfort). */
export const defaultComfortLimits: ComfortLimits = {
  roomFloorC: 17,
  roomCeilingC: 23.5,
  maxDeltaK: 3,
  dhwFloorC: 40,
  dhwCeilingC: 60,
  maxActionMs: 2 * hourMs,
  maxDhwHeatingMs: hourMs,
  restMs: 2 * hourMs,
  maxActionsPerDay: 3,
};

/**
 * How far settings may go. A tank below 40 °C is not recommended and DHW heats at most one hour in one go (NOX
 * Energy, documentation of device settings and thermal control); 70 °C is the highest disinfection temperature.
 */
export const hardComfortLimits: { readonly [K in keyof ComfortLimits]: Bounds } = {
  roomFloorC: { min: hardFloorC, max: 25 },
  roomCeilingC: { min: hardFloorC, max: 28 },
  maxDeltaK: { min: 0, max: 5 },
  dhwFloorC: { min: 40, max: 60 },
  dhwCeilingC: { min: 40, max: 70 },
  maxActionMs: { min: 0, max: 4 * hourMs },
  maxDhwHeatingMs: { min: 0, max: hourMs },
  restMs: { min: 0, max: 24 * hourMs },
  maxActionsPerDay: { min: 0, max: 24 },
};

export type ComfortSettings = Overrides<ComfortLimits>;

/**
 * The defaults, then the supplier's settings, then the device's; never beyond the hard limits. Where a floor ends
 * up above its ceiling, the floor holds and the ceiling follows it: nobody gets cold by a contradiction.
 */
export function effectiveLimits(
  supplierSettings?: ComfortSettings,
  deviceSettings?: ComfortSettings,
): ComfortLimits {
  const limits = mergeWithin(defaultComfortLimits, hardComfortLimits, [supplierSettings, deviceSettings]);
  return {
    ...limits,
    roomCeilingC: Math.max(limits.roomCeilingC, limits.roomFloorC),
    dhwCeilingC: Math.max(limits.dhwCeilingC, limits.dhwFloorC),
  };
}

/** Why settings cannot be taken as they are, field by field; empty when they can. */
export function checkComfortSettings(settings: Readonly<Record<string, unknown>>): FieldProblem[] {
  return [
    ...checkWithin<ComfortLimits>(hardComfortLimits, settings),
    ...checkOrder(settings, 'roomFloorC', 'roomCeilingC'),
    ...checkOrder(settings, 'dhwFloorC', 'dhwCeilingC'),
  ];
}

function checkOrder(
  settings: Readonly<Record<string, unknown>>,
  floor: 'roomFloorC' | 'dhwFloorC',
  ceiling: 'roomCeilingC' | 'dhwCeilingC',
): FieldProblem[] {
  const floorC = settings[floor];
  const ceilingC = settings[ceiling];
  if (typeof floorC !== 'number' || typeof ceilingC !== 'number' || floorC <= ceilingC) return [];
  return [{ field: ceiling, reason: `must not be below ${floor} (${floorC}), is ${ceilingC}` }];
}
