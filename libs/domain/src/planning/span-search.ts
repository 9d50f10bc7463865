import type { Bar, Limits } from './limits';
import { bars } from './limits';
import type { Needs } from './needs';
import type { Roster } from './roster';
import { energyBetween, leadSlots, tailSlots, yieldIn } from './roster';
import type { SlotPrices } from './slot-prices';

/** A span in slots, and by how much it lowers the sum of squared wants. */
export interface Placement {
  from: number;
  to: number;
  gain: number;
}

/**
 * Where a span of at most `maxSlots` slots lowers the sum over slots of `wants²` the most: squares, because two
 * slots that lack 1 kW are better than one that lacks 2. `best` is overwritten and returned.
 *
 * Two sweeps over the window: gains of whole slots summed up, then every position read off those sums, with the
 * cut-off ends of the span in proportion.
 */
export class SpanSearch {
  private readonly summed: Float64Array;
  private readonly best: Placement = { from: 0, to: 0, gain: 0 };

  constructor(
    private readonly roster: Roster,
    private readonly needs: Needs,
    private readonly level: boolean,
    private readonly limits: Limits,
    private readonly prices?: SlotPrices,
  ) {
    this.summed = new Float64Array(roster.slots + 2);
  }

  find(row: number): Placement {
    const runs = this.roster.runs[row]!;
    const longest = this.roster.maxSlots[row]!;
    this.best.gain = -Infinity;
    const limited = this.limits.bind(row);
    if (limited && !this.limits.hasActionLeft(row)) return this.barred(row, bars.quota);
    for (let i = 0; i < runs.length; i += 2) {
      const from = runs[i]!;
      const to = runs[i + 1]!;
      if (this.level && to - from < longest) continue;
      if (limited) this.findLimited(row, from, to, longest);
      else {
        this.sumUp(row, from, to);
        this.slide(row, from, to, Math.min(longest, to - from), false);
      }
    }
    return this.best;
  }

  /** The ends of the run at which nothing may start or end fall away; then the longest span that is allowed somewhere. */
  private findLimited(row: number, runFrom: number, runTo: number, longest: number): void {
    const { limits } = this;
    let from = runFrom;
    let to = runTo;
    while (from < to && !limits.mayStartIn(row, from)) from++;
    while (to > from && !limits.mayEndAt(row, to)) to--;
    if (to > from) this.sumUp(row, from, to);
    for (let k = Math.min(longest, to - from); k > 0; k -= Math.max(1, k >> 2)) {
      if (this.slide(row, from, to, k, true)) return;
    }
    if (this.best.gain === -Infinity) this.barred(row, to > from ? bars.releaseCap : bars.quota);
  }

  private barred(row: number, bar: Bar): Placement {
    this.roster.bar[row] = bar;
    return this.best;
  }

  private sumUp(row: number, from: number, to: number): void {
    const { roster, summed, level } = this;
    const { wantsW, weights } = this.needs;
    let sum = 0;
    summed[from] = 0;
    for (let slot = from; slot < to; slot++) {
      const wants = wantsW[slot]!;
      const yieldW = yieldIn(roster, row, slot);
      sum += weights[slot]! * (level || wants > yieldW ? (2 * wants - yieldW) * yieldW : wants * wants);
      summed[slot + 1] = sum;
    }
    summed[to + 1] = sum;
  }

  /** @returns a span of `k` slots is allowed somewhere. */
  private slide(row: number, runFrom: number, runTo: number, k: number, limited: boolean): boolean {
    const { roster, summed, best, prices } = this;
    const reboundShare = roster.reboundShare[row]!;
    const { reboundWeight } = this.needs;
    const preference = prices?.preference(k, reboundShare);
    const lead = leadSlots(roster, row, k);
    const ends = k - tailSlots(roster, row, k);
    if (lead >= ends) return false;
    let allowed = false;
    const leadWhole = Math.floor(lead);
    const leadPart = lead - leadWhole;
    const endsWhole = Math.floor(ends);
    const endsPart = ends - endsWhole;
    for (let from = runFrom; from + k <= runTo; from++) {
      if (limited && !this.isAllowed(row, from, from + k)) continue;
      allowed = true;
      const a = from + leadWhole;
      const b = from + endsWhole;
      const before = summed[a]! + leadPart * (summed[a + 1]! - summed[a]!);
      const until = summed[b]! + endsPart * (summed[b + 1]! - summed[b]!);
      const rebound = 2 * reboundShare * energyBetween(roster, row, from + lead, from + ends);
      let gain = until - before - rebound * reboundWeight[from + k]!;
      if (preference) gain *= preference[from]!;
      if (gain > best.gain) {
        best.gain = gain;
        best.from = from;
        best.to = from + k;
      }
    }
    return allowed;
  }

  private isAllowed(row: number, from: number, to: number): boolean {
    const { limits } = this;
    return limits.mayStartIn(row, from) && limits.mayEndAt(row, to) && limits.mayRelease(row, from, to);
  }
}
