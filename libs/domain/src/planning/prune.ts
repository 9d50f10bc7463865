import type { Limits } from './limits';
import { reboundProfile } from './model';
import { toleranceW } from './needs';
import type { Roster } from './roster';
import { effectShare, varianceIn, yieldIn } from './roster';
import type { Draft } from './select';
import { giveBackCycles } from './select';
import type { SlotSums } from './slot-sums';

/**
 * Takes away what the target does not need, dearest first: whole actions, else slots at their ends. A change
 * stands if in all less is lacking after it (an action may be more uncertain than it yields, or bring back more
 * than it saves), or if no slot lacks more. What helps the expectation of a slot that is short stays even where it
 * does nothing for the promise: a plan that cannot meet its target is still carried out.
 */
export function prune(draft: Draft): void {
  const { roster } = draft;
  const trial = new Trial(draft);
  for (let row = roster.size - 1; row >= 0; row--) {
    if (roster.from[row]! < 0) continue;
    if (trial.drop(row)) giveBackCycles(roster, row);
    else trial.shrink(row);
  }
}

/** Tries changes of one action against the shortfall of the slots it reaches. */
class Trial {
  private readonly meanBefore: Float64Array;
  private readonly varianceBefore: Float64Array;
  private readonly shortBefore: Float64Array;
  private readonly reboundBefore: Float64Array;
  /** No change that stands can end this. */
  private readonly allMet: boolean;

  private readonly roster: Roster;
  private readonly sums: SlotSums;
  private readonly limits: Limits;

  constructor({ roster, sums, limits }: Draft) {
    this.roster = roster;
    this.sums = sums;
    this.limits = limits;
    this.meanBefore = new Float64Array(roster.slots);
    this.varianceBefore = new Float64Array(roster.slots);
    this.shortBefore = new Float64Array(roster.slots);
    this.reboundBefore = new Float64Array(sums.reboundW.length);
    this.allMet = this.shortBefore.every((_, slot) => this.sums.shortfallW(slot) <= toleranceW);
  }

  drop(row: number): boolean {
    const from = this.roster.from[row]!;
    const to = this.roster.to[row]!;
    if (this.allMet && this.isVital(row, (from + to) >> 1)) return false;
    return this.replace(row, -1, -1);
  }

  shrink(row: number): void {
    const { from, to } = this.roster;
    while (to[row]! - from[row]! > 1 && this.canSpare(to[row]! - 1)) {
      if (!this.replace(row, from[row]!, to[row]! - 1)) break;
    }
    while (to[row]! - from[row]! > 1 && this.canSpare(from[row]!)) {
      if (!this.replace(row, from[row]! + 1, to[row]!)) break;
    }
  }

  /** Cheap look at one slot of an action before the exact trial: without it, the slot falls further short. */
  private isVital(row: number, slot: number): boolean {
    const { roster, sums } = this;
    const share = effectShare(roster, row, roster.from[row]!, roster.to[row]!, slot);
    const meanW = sums.meanW[slot]! - share * yieldIn(roster, row, slot);
    const varianceW2 = sums.varianceW2[slot]! - share * share * varianceIn(roster, row, slot);
    const afterW = Math.max(0, roster.targetsW[slot]! - sums.reachedW(meanW, varianceW2));
    return afterW > this.sums.shortfallW(slot) + toleranceW;
  }

  private canSpare(slot: number): boolean {
    return this.sums.firmW(slot) > this.roster.targetsW[slot]! + toleranceW;
  }

  /** Puts the action elsewhere (-1: nowhere); takes it back and answers false if a slot is worse off. */
  private replace(row: number, from: number, to: number): boolean {
    const { roster, sums, limits } = this;
    const oldFrom = roster.from[row]!;
    const oldTo = roster.to[row]!;
    const reach = sums.reach(oldTo);
    const startMs = roster.claimedStartMs[row]!;
    const endMs = roster.claimedEndMs[row]!;
    this.remember(oldFrom, reach);
    sums.remove(row, oldFrom, oldTo);
    limits.giveUp(row, oldFrom, oldTo);
    const claimed = from < 0 || limits.claim(row, from, to);
    if (claimed && from >= 0) sums.add(row, from, to);
    if (claimed && this.isNoWorse(oldFrom, reach)) {
      roster.from[row] = from;
      roster.to[row] = to;
      return true;
    }
    if (claimed && from >= 0) limits.giveUp(row, from, to);
    limits.takeBack(row, oldFrom, oldTo, startMs, endMs);
    this.restore(oldFrom, reach);
    return false;
  }

  /** Less is lacking in all, or as much as before in every slot and nothing of use is lost. */
  private isNoWorse(from: number, to: number): boolean {
    let lackedLessW = 0;
    let isWorseSomewhere = false;
    for (let slot = from; slot < to; slot++) {
      const after = this.sums.shortfallW(slot);
      lackedLessW += this.shortBefore[slot]! - after;
      const lostW = this.meanBefore[slot]! - this.sums.meanW[slot]!;
      if (after > this.shortBefore[slot]! + toleranceW) isWorseSomewhere = true;
      if (after > toleranceW && lostW > toleranceW) isWorseSomewhere = true;
    }
    return lackedLessW > toleranceW || !isWorseSomewhere;
  }

  private remember(from: number, to: number): void {
    for (let slot = from; slot < to; slot++) {
      this.meanBefore[slot] = this.sums.meanW[slot]!;
      this.varianceBefore[slot] = this.sums.varianceW2[slot]!;
      this.shortBefore[slot] = this.sums.shortfallW(slot);
    }
    for (let slot = from; slot < to + reboundProfile.length; slot++)
      this.reboundBefore[slot] = this.sums.reboundW[slot]!;
  }

  private restore(from: number, to: number): void {
    for (let slot = from; slot < to; slot++) {
      this.sums.meanW[slot] = this.meanBefore[slot]!;
      this.sums.varianceW2[slot] = this.varianceBefore[slot]!;
    }
    for (let slot = from; slot < to + reboundProfile.length; slot++)
      this.sums.reboundW[slot] = this.reboundBefore[slot]!;
  }
}
