import { toleranceW } from './needs';
import type { Roster } from './roster';
import { yieldIn } from './roster';
import type { Draft } from './select';
import { giveBackCycles, takeCycles } from './select';

/** Zones × zones × slots that are looked at: a plan of 100,000 zones stays within its second. */
const swapBudget = 8_000_000;
const maxSweeps = 2;
/** Of the zones that are not planned, the cheapest that are tried for each one that is. */
const maxSpares = 1_000;
/** A zone may cost so much more than the one whose place it takes. */
const dearest = 1.25;
/** A swap that brings less than this share of what is too much is not worth it. */
const leastGain = 1e-3;

/**
 * Where zones yield more in one slot than in another, a plan that reaches its target in its poorest slot is above it in others. Zones that act all
 * through the window change places with others that have less in those slots and no less where nothing can be spared. No slot comes to
 * lack anything by it.
 *
 * @returns something was changed.
 */
export function smooth(draft: Draft): boolean {
  const { roster } = draft;
  if (!roster.profiles || roster.byPromise) return false;
  const spares = rowsThat(roster, (row) => roster.from[row]! < 0 && mayActThroughout(roster, row)).slice(
    0,
    maxSpares,
  );
  if (spares.length === 0) return false;
  const swaps = new Swaps(draft, spares);
  const perSweep = Math.floor(swapBudget / maxSweeps / (spares.length * roster.slots));
  let changed = false;
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    const planned = rowsThat(roster, (row) => actsThroughout(roster, row)).slice(-perSweep);
    const swapped = planned.filter((row) => swaps.tryFor(row)).length;
    if (swapped === 0) break;
    changed = true;
  }
  return changed;
}

/** Tries the zones that are not planned in the place of one that is. */
class Swaps {
  private readonly tooMuchW: Float64Array;

  constructor(
    private readonly draft: Draft,
    private readonly spares: number[],
  ) {
    this.tooMuchW = new Float64Array(draft.roster.slots);
  }

  /** @returns another zone has its place now. */
  tryFor(row: number): boolean {
    const { roster, sums } = this.draft;
    let before = 0;
    for (let slot = 0; slot < roster.slots; slot++) {
      const tooMuchW = sums.meanW[slot]! - roster.targetsW[slot]!;
      before += tooMuchW * tooMuchW;
      this.tooMuchW[slot] = tooMuchW - yieldIn(roster, row, slot);
    }
    let best = before * (1 - leastGain);
    let chosen = -1;
    const mostCost = roster.zones[row]!.cost * dearest;
    for (let i = 0; i < this.spares.length; i++) {
      const spare = this.spares[i]!;
      if (roster.zones[spare]!.cost > mostCost) continue;
      const after = this.tooMuchWith(spare, best);
      if (after < best) [best, chosen] = [after, i];
    }
    if (chosen < 0 || !this.swap(row, this.spares[chosen]!)) return false;
    this.spares[chosen] = row;
    return true;
  }

  /** Sum of the squares of what is too much with a spare zone; infinite where a slot would lack something. */
  private tooMuchWith(spare: number, best: number): number {
    const { roster } = this.draft;
    let sum = 0;
    for (let slot = 0; slot < roster.slots && sum < best; slot++) {
      const tooMuchW = this.tooMuchW[slot]! + yieldIn(roster, spare, slot);
      if (tooMuchW < 0) return Infinity;
      sum += tooMuchW * tooMuchW;
    }
    return sum;
  }

  private swap(row: number, spare: number): boolean {
    const { limits, roster, sums } = this.draft;
    const { slots } = roster;
    const shortW = sums.totalShortfallW();
    const startMs = roster.claimedStartMs[row]!;
    const endMs = roster.claimedEndMs[row]!;
    sums.remove(row, 0, slots);
    limits.giveUp(row, 0, slots);
    giveBackCycles(roster, row);
    if (takeCycles(roster, spare)) {
      if (limits.claim(spare, 0, slots)) {
        sums.add(spare, 0, slots);
        if (sums.totalShortfallW() <= shortW + toleranceW) {
          place(roster, row, -1, -1);
          place(roster, spare, 0, slots);
          return true;
        }
        sums.remove(spare, 0, slots);
        limits.giveUp(spare, 0, slots);
      }
      giveBackCycles(roster, spare);
    }
    takeCycles(roster, row);
    limits.takeBack(row, 0, slots, startMs, endMs);
    sums.add(row, 0, slots);
    return false;
  }
}

function place(roster: Roster, row: number, from: number, to: number): void {
  roster.from[row] = from;
  roster.to[row] = to;
}

function actsThroughout({ from, slots, to }: Roster, row: number): boolean {
  return from[row] === 0 && to[row] === slots;
}

function mayActThroughout({ maxSlots, runs, slots }: Roster, row: number): boolean {
  return maxSlots[row]! >= slots && runs[row]![0] === 0 && runs[row]![1] === slots;
}

function rowsThat({ size }: Roster, holds: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < size; row++) if (holds(row)) rows.push(row);
  return rows;
}
