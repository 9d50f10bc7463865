import { slotMs } from '../fleet';
import { maxStaggerShare } from './model';

/**
 * How far an action of `slots` slots is moved inwards at one end, ms. `draw` is in [0, 1); the answer is in
 * [0, staggerMs), so a start stays in its first slot and an end in its last one.
 */
export function staggerOf(draw: number, slots: number, staggerMs: number): number {
  return Math.floor(draw * Math.min(staggerMs, slots * slotMs * maxStaggerShare));
}
