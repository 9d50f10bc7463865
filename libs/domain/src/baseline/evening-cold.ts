import { minuteMs } from '../fleet';
import type { Instant } from '../fleet';

/**
 * Half of the usual difference between the warmest and the coldest time of a winter day, K, and when it is warmest on the wall
 * clock. Assumptions for where nobody states an outdoor temperature.
 */
const swingK = 2;
const warmestMinute = 14.5 * 60;
/** A room loses heat in proportion to this difference to the outside, less what people and the sun give. An assumption: a winter evening. */
export const usualDifferenceK = 16;

/**
 * What a room draws at `at` over what it draws at `seenAt`, by the usual course of a day alone: more in the evening than in the
 * afternoon, for it gets colder outside.
 *
 * @param minuteOfDay of the wall clock at `at`.
 */
export function coldFactor(at: Instant, seenAt: Instant, minuteOfDay: number): number {
  const thenMinute = minuteOfDay - (at - seenAt) / minuteMs;
  return 1 + (warmthK(thenMinute) - warmthK(minuteOfDay)) / usualDifferenceK;
}

function warmthK(minuteOfDay: number): number {
  return swingK * Math.cos((2 * Math.PI * (minuteOfDay - warmestMinute)) / 1440);
}
