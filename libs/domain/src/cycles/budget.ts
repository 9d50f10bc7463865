import type { Direction } from '../fleet';
import type { CycleFacts } from '../status/facts';

export interface HeatingNow {
  /** The zone draws power for heat now. */
  readonly heating?: boolean | undefined;
  /** It would heat at some time of the action if left alone. Absent: nobody knows. */
  readonly wouldBeHeating?: boolean | undefined;
}

/**
 * Starts that an action causes. A decrease on a zone that would be heating costs 1 (it must start again
 * afterwards), on one known to stay idle 0. An increase costs 1: on an idle zone it is a start, on a running one the zone
 * may reach its upper limit inside the window and start again. What nobody knows counts as the dearer case.
 */
export function cycleCost(intent: { readonly direction: Direction }, zone: HeatingNow): 0 | 1 {
  if (intent.direction === 'increase') return 1;
  return zone.heating !== true && zone.wouldBeHeating === false ? 0 : 1;
}

/**
 * Up to how many starts a day seen and promised ones together may go: the limit, less what is assumed of the hours before the device was
 * connected and what is kept for the device itself. May be below 0. Absent: no limit was stated.
 */
export function startsCeiling(facts: CycleFacts | undefined): number | undefined {
  if (facts?.maxPerDay === undefined) return undefined;
  return facts.maxPerDay - facts.unseenToday - facts.ownNeedsReserve;
}

/**
 * Starts that actions may still take today: the ceiling − observed − reserved, never below 0.
 * Absent: no limit was stated. `ownReserved` are cycles among `reservedToday` that belong to the action being asked for.
 */
export function cyclesLeft(facts: CycleFacts, ownReserved = 0): number | undefined {
  const ceiling = startsCeiling(facts);
  if (ceiling === undefined) return undefined;
  const left = ceiling - facts.observedToday - (facts.reservedToday - ownReserved);
  return left > 0 ? left : 0;
}
