import { hourMs, type Direction } from '../fleet';
import type { ZoneFacts } from '../status/facts';
import { hardFloorC } from './defaults';

/** What the comfort rules need to know of a zone. */
export type ComfortFacts = Pick<
  ZoneFacts,
  'zone' | 'comfort' | 'temperatureC' | 'setpointC' | 'minC' | 'maxC' | 'stepC' | 'coolingKPerH'
>;

export interface ComfortQuestion {
  readonly direction: Direction;
  readonly facts: ComfortFacts;
}

/**
 * K per hour a zone loses without heating where nobody measured it. Room: a poorly insulated house on a cold day
 * (time constant 25 h, 25 K to the outside). Tank: standing losses of a 200 l tank (0.1 K/h) and an evening's share
 * of draw-off; a long shower takes more, which is why 1 K is kept above the floor besides.
 */
export const defaultCoolingKPerH = { room: 1.0, DHW: 0.8 } as const;

/** A move of less than this is not worth a command, K. */
export const minHeadroomK = 0.5;

/** A tank this close above its floor is left alone: one draw-off would take it below, K. */
export const dhwFloorMarginK = 1;

/** Steps are compared up to this much, against rounding of binary fractions. */
const epsilon = 1e-9;

/**
 * The temperature to which an action may take the setpoint, °C.
 *
 * Decrease: the highest of vendor minimum, comfort floor, hard floor and (rooms) setpoint − `maxDeltaK`, brought onto the
 * device's grid without going below any of them. Increase: the lowest of vendor maximum, ceiling and (rooms)
 * setpoint + `maxDeltaK`, brought onto the grid without going above. The grid is counted from the vendor's minimum, else from 0.
 *
 * Absent when that leaves no value below (above) the customer's setpoint, or when neither setpoint nor temperature
 * of a room is known.
 */
export function setpointFor({ direction, facts }: ComfortQuestion): number | undefined {
  const customerC = facts.setpointC ?? facts.temperatureC;
  if (customerC === undefined && facts.zone === 'room') return undefined;
  const limitC = direction === 'decrease' ? lowestC(facts, customerC) : highestC(facts, customerC);
  const targetC = onGrid(limitC, direction, facts);
  if (facts.setpointC === undefined) return targetC;
  return (direction === 'decrease' ? targetC < facts.setpointC : targetC > facts.setpointC)
    ? targetC
    : undefined;
}

/**
 * How far the zone may still move in that direction, K; 0 when not at all or when nothing is known.
 * Decrease: the smaller of what the setpoint may fall and how far the zone is above its floor. Increase: from the
 * higher of setpoint and temperature up to the target. A tank is judged by its temperature where that is known.
 */
export function headroomK({ direction, facts }: ComfortQuestion): number {
  const { setpointC, temperatureC } = facts;
  if (facts.zone === 'DHW' && temperatureC !== undefined)
    return tankHeadroomK(direction, facts, temperatureC);
  const targetC = setpointFor({ direction, facts });
  const fromC = setpointC ?? temperatureC;
  if (targetC === undefined || fromC === undefined) return 0;
  if (direction === 'increase') return atLeastZero(targetC - Math.max(fromC, temperatureC ?? fromC));
  return atLeastZero(Math.min(fromC - targetC, (temperatureC ?? fromC) - floorC(facts)));
}

/**
 * Longest single action, ms. A decrease lasts until the zone has cooled to the lowest temperature the action may
 * take it to (there the heating would come back by itself), an increase of a tank as long as it may heat in one
 * go; neither longer than `maxActionMs`. 0 when there is nothing to move or the tank's temperature is not known.
 */
export function maxSpanMs({ direction, facts }: ComfortQuestion): number {
  const { comfort, zone } = facts;
  if (direction === 'increase') {
    return zone === 'DHW' ? Math.min(comfort.maxActionMs, comfort.maxDhwHeatingMs) : comfort.maxActionMs;
  }
  const nowC = zone === 'DHW' ? facts.temperatureC : (facts.temperatureC ?? facts.setpointC);
  const lowC = zone === 'DHW' ? floorC(facts) : setpointFor({ direction, facts });
  if (nowC === undefined || lowC === undefined || !(nowC > lowC)) return 0;
  const coolingKPerH = facts.coolingKPerH ?? defaultCoolingKPerH[zone];
  if (!(coolingKPerH > 0)) return comfort.maxActionMs;
  return Math.min(comfort.maxActionMs, Math.floor(((nowC - lowC) / coolingKPerH) * hourMs));
}

/** The lowest temperature of the zone that comfort, the vendor and frost allow, °C. */
export function floorC(facts: ComfortFacts): number {
  const comfortC = facts.zone === 'DHW' ? facts.comfort.dhwFloorC : facts.comfort.roomFloorC;
  return Math.max(comfortC, facts.minC ?? hardFloorC, hardFloorC);
}

function lowestC(facts: ComfortFacts, customerC: number | undefined): number {
  if (facts.zone === 'DHW' || customerC === undefined) return floorC(facts);
  return Math.max(floorC(facts), customerC - facts.comfort.maxDeltaK);
}

function highestC(facts: ComfortFacts, customerC: number | undefined): number {
  const comfortC = facts.zone === 'DHW' ? facts.comfort.dhwCeilingC : facts.comfort.roomCeilingC;
  const ceilingC = Math.min(comfortC, facts.maxC ?? comfortC);
  if (facts.zone === 'DHW' || customerC === undefined) return ceilingC;
  return Math.min(ceilingC, customerC + facts.comfort.maxDeltaK);
}

function onGrid(limitC: number, direction: Direction, facts: ComfortFacts): number {
  const stepC = facts.stepC;
  if (stepC === undefined || !(stepC > 0)) return limitC;
  const originC = facts.minC ?? 0;
  const steps = (limitC - originC) / stepC;
  const whole = direction === 'decrease' ? Math.ceil(steps - epsilon) : Math.floor(steps + epsilon);
  const snappedC = Number((originC + whole * stepC).toFixed(6));
  return direction === 'decrease' ? Math.max(snappedC, limitC) : Math.min(snappedC, limitC);
}

function tankHeadroomK(direction: Direction, facts: ComfortFacts, temperatureC: number): number {
  if (direction === 'decrease') return atLeastZero(temperatureC - floorC(facts));
  return atLeastZero(highestC(facts, undefined) - temperatureC);
}

function atLeastZero(differenceK: number): number {
  return differenceK > 0 ? differenceK : 0;
}
