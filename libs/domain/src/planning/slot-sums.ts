import { afterSlotCount, p90Factor, reboundProfile } from './model';
import type { Roster } from './roster';
import { energyBetween, leadSlots, tailSlots, varianceIn, yieldIn } from './roster';

/** What stands before anything is chosen; the columns of `SlotSums`. */
export type BaseSums = Pick<SlotSums, 'meanW' | 'varianceW2' | 'reboundW'>;

/** Running sums per slot over the planned spans; `add` and `remove` change them by one span. */
export class SlotSums {
  /** Mean yield net of rebound, W. */
  readonly meanW: Float64Array;
  readonly varianceW2: Float64Array;
  /** W that come back, in the window and in the slots after it. */
  readonly reboundW: Float64Array;

  constructor(
    private readonly roster: Roster,
    base: BaseSums,
  ) {
    this.meanW = base.meanW.slice();
    this.varianceW2 = base.varianceW2.slice();
    this.reboundW = base.reboundW.slice();
  }

  add(row: number, from: number, to: number): void {
    this.change(row, from, to, 1);
  }

  remove(row: number, from: number, to: number): void {
    this.change(row, from, to, -1);
  }

  /** First slot that a span ending at slot `to` cannot change any more. */
  reach(to: number): number {
    return Math.min(this.roster.slots, to + reboundProfile.length);
  }

  /** What counts towards the target, without a floor: the mean, less the P90 margin if that is asked. */
  firmW(slot: number): number {
    return this.roster.byPromise ? firmOf(this.meanW[slot]!, this.varianceW2[slot]!) : this.meanW[slot]!;
  }

  /** See `PlanSlot.promisedW`. */
  promisedW(slot: number): number {
    return promiseOf(this.meanW[slot]!, this.varianceW2[slot]!);
  }

  /** See `PlanSlot.shortfallW`. */
  shortfallW(slot: number): number {
    const { targetsW } = this.roster;
    return Math.max(0, targetsW[slot]! - this.reachedW(this.meanW[slot]!, this.varianceW2[slot]!));
  }

  /** What of a yield with this mean and variance counts towards the target. */
  reachedW(meanW: number, varianceW2: number): number {
    return this.roster.byPromise ? promiseOf(meanW, varianceW2) : meanW;
  }

  totalShortfallW(): number {
    let sum = 0;
    for (let slot = 0; slot < this.roster.slots; slot++) sum += this.shortfallW(slot);
    return sum;
  }

  private change(row: number, from: number, to: number, sign: 1 | -1): void {
    const { roster, meanW, varianceW2 } = this;
    const starts = from + leadSlots(roster, row, to - from);
    const ends = to - tailSlots(roster, row, to - from);
    for (let slot = Math.floor(starts); slot < to; slot++) {
      const share = Math.min(slot + 1, ends) - Math.max(slot, starts);
      if (share <= 0) continue;
      meanW[slot]! += sign * yieldIn(roster, row, slot) * share;
      varianceW2[slot]! += sign * varianceIn(roster, row, slot) * share * share;
    }
    const energy = energyBetween(roster, row, starts, ends);
    bringBack(this, roster.slots, to, sign * energy * roster.reboundShare[row]!);
  }
}

/** Adds `energy` (W × slots) that comes back after an end at slot `to`. */
export function bringBack(sums: BaseSums, slots: number, to: number, energy: number): void {
  if (energy === 0) return;
  for (let i = Math.max(0, -to); i < reboundProfile.length; i++) {
    const slot = to + i;
    if (slot >= slots + afterSlotCount) return;
    const part = energy * reboundProfile[i]!;
    sums.reboundW[slot]! += part;
    if (slot < slots) sums.meanW[slot]! -= part;
  }
}

function firmOf(meanW: number, varianceW2: number): number {
  return meanW - p90Factor * Math.sqrt(Math.max(0, varianceW2));
}

/** What is promised of independent yields with this mean and variance: see `PlanSlot.promisedW`. */
export function promiseOf(meanW: number, varianceW2: number): number {
  return Math.min(meanW, Math.max(0, firmOf(meanW, varianceW2)));
}
