import { slotMs } from '../fleet';
import type { Candidate } from './eligibility';
import { p90Factor } from './model';
import type { SlotPrices } from './slot-prices';

/**
 * The candidates by cost per W that counts towards the promise; equal prices in an order drawn by the seed, which
 * is the same whatever order the zones came in. `prices` are absent without a target or without costs; `riskyTargetW` is the mean W
 * to be promised, 0 where uncertainty costs nothing.
 */
export function cheapestFirst(
  candidates: readonly Candidate[],
  riskyTargetW: number,
  prices: SlotPrices | undefined,
): Candidate[] {
  const perVariance = riskPrice(candidates, riskyTargetW);
  const costPerW = new Float64Array(candidates.length);
  const order = new Int32Array(candidates.length);
  for (let i = 0; i < candidates.length; i++) {
    costPerW[i] = candidates[i]!.zone.cost / usefulW(candidates[i]!, prices, perVariance);
    order[i] = i;
  }
  order.sort((a, b) => {
    const byCost = costPerW[a]! - costPerW[b]!;
    if (byCost !== 0) return byCost;
    const byDraw = candidates[a]!.tieBreak - candidates[b]!.tieBreak;
    if (byDraw !== 0) return byDraw;
    return candidates[a]!.zone.zoneId < candidates[b]!.zone.zoneId ? -1 : 1;
  });
  return Array.from(order, (i) => candidates[i]!);
}

/** Mean yield per steered slot at its best place, less what lag, rebound inside the window and uncertainty take. */
function usefulW(candidate: Candidate, prices: SlotPrices | undefined, perVariance: number): number {
  const { zone, maxSlots, runs } = candidate;
  const effectShare = 1 - zone.lagMs / (maxSlots * slotMs);
  const worth = prices ? prices.bestWorthPerSlot(runs, maxSlots, zone.reboundShare) : 1;
  const usefulW = zone.expectedYieldW * effectShare * worth - perVariance * zone.yieldStdDevW ** 2;
  return Math.max(usefulW, zone.expectedYieldW / 10);
}

/**
 * How much of the promise one W² of variance takes: the derivative of `p90Factor * sqrt(variance)` at the variance of a
 * plan that meets the target with an average mix of the candidates.
 */
function riskPrice(candidates: readonly Candidate[], targetW: number): number {
  // Whole mW and W²: such sums are exact, so they do not depend on the order of the zones.
  let sumMw = 0;
  let sumW2 = 0;
  for (const { zone } of candidates) {
    sumMw += Math.round(zone.expectedYieldW * 1000);
    sumW2 += Math.round(zone.yieldStdDevW ** 2);
  }
  const atVariance = sumMw > 0 ? (targetW * 1000 * sumW2) / sumMw : 0;
  return atVariance > 0 ? p90Factor / (2 * Math.sqrt(atVariance)) : 0;
}
