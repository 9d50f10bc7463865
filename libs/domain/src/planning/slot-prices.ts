import type { Candidate } from './eligibility';
import { startDrawOf } from './eligibility';
import { reboundProfile } from './model';
import { unitOf } from './seeded-random';

/** The best starts of a span, ascending, and what one W is worth there over the whole span. */
interface Peak {
  readonly worth: number;
  readonly starts: readonly number[];
}

/** What a W in each slot is worth, relative to the mean of the window. */
export class SlotPrices {
  /** `summed[b] - summed[a]`: worth of a whole W from slot `a` up to `b`. */
  private readonly summed: Float64Array;
  /** What a unit of energy released at the end of slot `b` takes back inside the window. */
  private readonly released: Float64Array;
  private readonly peaks = new Map<number, Peak[]>();
  private readonly preferences = new Map<number, Float64Array[]>();

  constructor(readonly perSlot: Float64Array) {
    const slots = perSlot.length;
    this.summed = new Float64Array(slots + 1);
    this.released = new Float64Array(slots + 1);
    for (let slot = 0; slot < slots; slot++) {
      this.summed[slot + 1] = this.summed[slot]! + perSlot[slot]!;
      for (let i = 0; i < reboundProfile.length && slot + i < slots; i++) {
        this.released[slot]! += reboundProfile[i]! * perSlot[slot + i]!;
      }
    }
  }

  /** Worth of one W over slots `from` up to `to`, less its rebound. */
  worth(from: number, to: number, reboundShare: number): number {
    return this.summed[to]! - this.summed[from]! - reboundShare * (to - from) * this.released[to]!;
  }

  /**
   * By how much each start of a span of `k` slots is preferred: the fourth power of what a W is worth there, 0 where it is
   * worth nothing. Kept for the few rebound shares that fleets have.
   */
  preference(k: number, reboundShare: number): Float64Array {
    const kept = this.preferences.get(reboundShare) ?? [];
    if (this.preferences.size < maxKept) this.preferences.set(reboundShare, kept);
    return (kept[k] ??= this.preferencesOf(k, reboundShare));
  }

  /** The most that one W of a zone can be worth per steered slot, at its full length. */
  bestWorthPerSlot(runs: readonly number[], maxSlots: number, reboundShare: number): number {
    let best = 0;
    for (let i = 0; i < runs.length; i += 2) {
      const from = runs[i]!;
      const to = runs[i + 1]!;
      const k = Math.min(maxSlots, to - from);
      best = Math.max(best, this.peakOf(from, to, k, reboundShare).worth / k);
    }
    return best;
  }

  /** The best starts of a span of `k` slots in a run. Kept for the run that most zones have, the whole window. */
  peakOf(runFrom: number, runTo: number, k: number, reboundShare: number): Peak {
    if (runFrom > 0 || runTo < this.perSlot.length) return this.findPeak(runFrom, runTo, k, reboundShare);
    const kept = this.peaks.get(reboundShare) ?? [];
    if (this.peaks.size < maxKept) this.peaks.set(reboundShare, kept);
    return (kept[k] ??= this.findPeak(runFrom, runTo, k, reboundShare));
  }

  private findPeak(runFrom: number, runTo: number, k: number, reboundShare: number): Peak {
    let best = -Infinity;
    let starts: number[] = [];
    for (let from = runFrom; from + k <= runTo; from++) {
      const worth = this.worth(from, from + k, reboundShare);
      if (worth > best) [best, starts] = [worth, [from]];
      else if (worth === best) starts.push(from);
    }
    return { worth: best, starts };
  }

  private preferencesOf(k: number, reboundShare: number): Float64Array {
    const preference = new Float64Array(this.perSlot.length - k + 1);
    for (let from = 0; from < preference.length; from++) {
      preference[from] = Math.max(0, this.worth(from, from + k, reboundShare) / k) ** 4;
    }
    return preference;
  }
}

/** Rebound shares of which the preferences are kept. */
const maxKept = 32;

/** Zones asked, fewer in a long window. */
const maxSample = 1000;
const maxSampleSlots = 48_000;
const rounds = 150;
/** Prices stay within this factor of the price at which they start. */
const priceRange = 16;

/**
 * Estimates what a W is worth in each slot: the prices at which every zone, choosing for itself whether and when to be
 * steered, would just meet the target (the dual of the planning problem). They are high where few zones can act and
 * early in the window, because a zone that ends before the window does brings rebound into it.
 *
 * A random sample answers round after round, and the price of a slot goes up while it lacks something. Absent
 * when all costs are 0: then nobody has a preference.
 */
export function slotPrices(candidates: readonly Candidate[], targetsW: Float64Array): SlotPrices | undefined {
  const slots = targetsW.length;
  const sample = sampleOf(candidates, Math.min(maxSample, maxSampleSlots / slots));
  const shareOfFleet = slotWatts(sample) / slotWatts(candidates);
  const sampleTargetsW = targetsW.map((targetW) => targetW * shareOfFleet);
  const wanted = sampleTargetsW.reduce((sum, targetW) => sum + targetW, 0);
  const startPrice = meritPrice(sample, wanted);
  if (!(startPrice > 0)) return undefined;
  const prices = new Float64Array(slots).fill(startPrice);
  const averaged = new Float64Array(slots);
  for (let round = 0; round < rounds; round++) {
    const supplyW = answers(sample, new SlotPrices(prices), slots);
    const step = 0.05 / Math.sqrt(1 + round / 10);
    for (let slot = 0; slot < slots; slot++) {
      const lack = lackOf(sampleTargetsW[slot]!, supplyW[slot]!);
      const price = prices[slot]! * Math.exp(step * lack);
      prices[slot] = Math.min(startPrice * priceRange, Math.max(startPrice / priceRange, price));
      if (round >= rounds / 2) averaged[slot]! += prices[slot]!;
    }
  }
  const mean = averaged.reduce((sum, price) => sum + price, 0) / slots;
  return new SlotPrices(averaged.map((price) => price / mean));
}

/** Share of the target that is lacking, in -1..1; nothing is ever lacking where nothing is asked. */
function lackOf(targetW: number, supplyW: number): number {
  return targetW > 0 ? Math.max(-1, Math.min(1, 1 - supplyW / targetW)) : -1;
}

/** What the sample would yield per slot, each zone acting where the prices pay it best, if they pay its cost. */
function answers(sample: readonly Candidate[], prices: SlotPrices, slots: number): Float64Array {
  const supplyW = new Float64Array(slots);
  for (const candidate of sample) {
    const { zone, runs, maxSlots } = candidate;
    let bestWorth = (zone.cost * maxSlots) / zone.expectedYieldW;
    let bestFrom = -1;
    for (let i = 0; i < runs.length; i += 2) {
      const positions = runs[i + 1]! - runs[i]! - maxSlots + 1;
      if (positions < 1) continue;
      const { worth, starts } = prices.peakOf(runs[i]!, runs[i + 1]!, maxSlots, zone.reboundShare);
      if (!(worth > bestWorth)) continue;
      // Each zone begins to look elsewhere, so that zones that do not mind do not all choose the same slots.
      const first = runs[i]! + Math.floor(startDrawOf(candidate.tieBreak) * positions);
      bestWorth = worth;
      bestFrom = starts.find((from) => from >= first) ?? starts[0]!;
    }
    if (bestFrom >= 0) supply(supplyW, candidate, bestFrom);
  }
  return supplyW;
}

function supply(supplyW: Float64Array, { zone, maxSlots }: Candidate, from: number): void {
  const to = from + maxSlots;
  let energy = 0;
  for (let slot = from; slot < to; slot++) {
    const yieldW = zone.slotYieldsW?.[slot] ?? zone.expectedYieldW;
    supplyW[slot]! += yieldW;
    energy += yieldW;
  }
  const reboundW = energy * zone.reboundShare;
  for (let i = 0; i < reboundProfile.length && to + i < supplyW.length; i++) {
    supplyW[to + i]! -= reboundW * reboundProfile[i]!;
  }
}

/** Some candidates chosen by their draws, in an order that does not depend on the order they came in. */
function sampleOf(candidates: readonly Candidate[], size: number): Candidate[] {
  const share = Math.min(1, size / candidates.length);
  return candidates
    .filter(({ tieBreak }) => unitOf(tieBreak) < share)
    .sort((a, b) => a.tieBreak - b.tieBreak || (a.zone.zoneId < b.zone.zoneId ? -1 : 1));
}

/** Summed in whole mW: exact, so independent of the order. */
function slotWatts(candidates: readonly Candidate[]): number {
  let sumMw = 0;
  for (const { zone, maxSlots } of candidates) sumMw += Math.round(zone.expectedYieldW * 1000) * maxSlots;
  return sumMw / 1000;
}

/** Cost per W of the dearest zone that is needed when the cheapest go first, for `wanted` W × slots. */
function meritPrice(sample: readonly Candidate[], wanted: number): number {
  const byPrice = sample
    .map(({ zone, maxSlots }) => ({
      price: zone.cost / zone.expectedYieldW,
      energy: zone.expectedYieldW * maxSlots,
    }))
    .sort((a, b) => a.price - b.price);
  let energy = 0;
  for (const zone of byPrice) {
    energy += zone.energy;
    if (energy >= wanted) return zone.price;
  }
  return byPrice.at(-1)?.price ?? 0;
}
