import { p90Factor, reboundProfile } from './model';
import type { Roster } from './roster';
import { leadSlots, tailSlots } from './roster';

/** Running sums per slot over the planned spans; `change` adds or takes away one span. */
export class SlotSums {
  /** Mean yield net of rebound, W. */
  readonly meanW: Float64Array;
  readonly varianceW2: Float64Array;
  /** Energy that comes back after the window, W × slots. */
  reboundLater = 0;

  constructor(private readonly roster: Roster) {
    this.meanW = new Float64Array(roster.slots);
    this.varianceW2 = new Float64Array(roster.slots);
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

  /** Mean less the P90 margin, without a floor. */
  firmW(slot: number): number {
    return firmOf(this.meanW[slot]!, this.varianceW2[slot]!);
  }

  /** See `PlanSlot.promisedW`. */
  promisedW(slot: number): number {
    return promiseOf(this.meanW[slot]!, this.varianceW2[slot]!);
  }

  /** Sum over the slots of what is promised below the target, W. */
  shortfallW(targetW: number): number {
    let sum = 0;
    for (let slot = 0; slot < this.roster.slots; slot++) sum += Math.max(0, targetW - this.promisedW(slot));
    return sum;
  }

  private change(row: number, from: number, to: number, sign: 1 | -1): void {
    const { roster, meanW, varianceW2 } = this;
    const yieldW = sign * roster.yieldW[row]!;
    const variance = sign * roster.varianceW2[row]!;
    const starts = from + leadSlots(roster, row, to - from);
    const ends = to - tailSlots(roster, row, to - from);
    for (let slot = Math.floor(starts); slot < to; slot++) {
      const share = Math.min(slot + 1, ends) - Math.max(slot, starts);
      if (share <= 0) continue;
      meanW[slot]! += yieldW * share;
      varianceW2[slot]! += variance * share * share;
    }
    this.bringBack(to, yieldW * roster.reboundShare[row]! * Math.max(0, ends - starts));
  }

  private bringBack(to: number, energy: number): void {
    if (energy === 0) return;
    for (let i = 0; i < reboundProfile.length; i++) {
      const part = energy * reboundProfile[i]!;
      if (to + i < this.roster.slots) this.meanW[to + i]! -= part;
      else this.reboundLater += part;
    }
  }
}

function firmOf(meanW: number, varianceW2: number): number {
  return meanW - p90Factor * Math.sqrt(Math.max(0, varianceW2));
}

/** What is promised of independent yields with this mean and variance: see `PlanSlot.promisedW`. */
export function promiseOf(meanW: number, varianceW2: number): number {
  return Math.min(meanW, Math.max(0, firmOf(meanW, varianceW2)));
}
