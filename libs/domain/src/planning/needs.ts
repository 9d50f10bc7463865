import { reboundProfile } from './model';
import type { SlotSums } from './slot-sums';

/** Below it a slot has what it wants, W. */
export const toleranceW = 1e-6;

/**
 * What each slot still wants, W, kept up to date with the sums.
 *
 * With a target: target less what is firm by now, and a slot that has enough wants nothing. Without one:
 * distance from the level that all slots would have if the fleet's energy were spread evenly, above or below.
 */
export class Needs {
  readonly wantsW: Float64Array;
  /** Weight of one unit of energy released at the end of each slot: what its rebound does to the slots after it. */
  readonly reboundWeight: Float64Array;
  /** What a slot's want counts for against another's. */
  readonly weights: Float64Array;
  private openSlots = 0;
  private signed = false;

  constructor(
    private readonly sums: SlotSums,
    private readonly goal: { readonly targetsW: Float64Array } | { readonly levelW: number },
    slots: number,
    weights?: Float64Array,
  ) {
    this.weights = weights?.slice() ?? new Float64Array(slots).fill(1);
    this.wantsW = new Float64Array(slots);
    this.reboundWeight = new Float64Array(slots + 1);
    this.refresh(0, slots);
  }

  /** Some slot is below its target. */
  get open(): boolean {
    return this.openSlots > 0;
  }

  /** From now on a slot that has too much wants less than nothing. */
  levelOut(): void {
    this.signed = true;
    this.refresh(0, this.wantsW.length);
  }

  /** Takes the sums of slots `from` up to `to` (excluded) as they are now. */
  refresh(from: number, to: number): void {
    for (let slot = from; slot < to; slot++) {
      if (this.wantsW[slot]! > toleranceW) this.openSlots--;
      this.wantsW[slot] =
        'targetsW' in this.goal
          ? this.floored(this.goal.targetsW[slot]! - this.sums.firmW(slot))
          : this.goal.levelW - this.sums.meanW[slot]!;
      if (this.wantsW[slot]! > toleranceW) this.openSlots++;
    }
    for (let end = Math.max(0, from - reboundProfile.length); end < to; end++) {
      let weight = 0;
      for (let i = 0; i < reboundProfile.length && end + i < this.wantsW.length; i++) {
        weight += reboundProfile[i]! * this.wantsW[end + i]! * this.weights[end + i]!;
      }
      this.reboundWeight[end] = weight;
    }
  }

  private floored(wantsW: number): number {
    return this.signed ? wantsW : Math.max(0, wantsW);
  }
}
