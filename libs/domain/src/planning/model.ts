import { dayMs } from '../fleet';

/** Standard normal quantile: what is promised is reached with a probability of 90 %. */
export const p90Factor = 1.2816;

/**
 * How the energy that comes back is spread over the slots after the one in which an action ends. Payback lasts
 * 1 h 15 and is strongest at first (Georges et al., heat pumps activated for 15 minutes,
 * https://orbi.uliege.be/handle/2268/194522); a straight decline over five slots.
 */
export const reboundProfile: readonly number[] = [5 / 15, 4 / 15, 3 / 15, 2 / 15, 1 / 15];

/** Slots after the window that a plan tells of: two hours. */
export const afterSlotCount = 8;

export const maxWindowMs = dayMs;

/** Staggering takes at most this share of an action at either end, so that a short action is not lost in it. */
export const maxStaggerShare = 1 / 4;
