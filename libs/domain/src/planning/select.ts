import type { Limits } from './limits';
import { bars } from './limits';
import { Needs, toleranceW } from './needs';
import type { Roster } from './roster';
import { energyBetween, leadSlots } from './roster';
import type { SlotPrices } from './slot-prices';
import type { SlotSums } from './slot-sums';
import { SpanSearch } from './span-search';

/** Zones × slots that all sweeps of moving together may look at: keeps a plan of 100,000 zones within a second. */
const movingBudget = 10_000_000;
const maxSweeps = 4;

/** What the steps of planning work on together. */
export interface Draft {
  readonly roster: Roster;
  readonly sums: SlotSums;
  readonly limits: Limits;
}

/**
 * Asks the zones in the order of the roster and places each where it helps the slots most, until every slot
 * has its target.
 */
export function fillTarget(draft: Draft, prices: SlotPrices | undefined): void {
  const { roster, sums, limits } = draft;
  const needs = new Needs(sums, { targetsW: roster.targetsW }, roster.slots, prices?.perSlot);
  const search = new SpanSearch(roster, needs, false, limits, prices);
  for (let row = 0; row < roster.size && needs.open; row++) {
    if (!takeCycles(roster, row)) continue;
    const { gain, from, to } = search.find(row);
    const [first, end] = gain > 0 ? trimmed(roster, needs, row, from, to) : [from, to];
    const placed = gain > 0 && (place(draft, needs, row, first, end) || place(draft, needs, row, from, to));
    if (!placed) giveBackCycles(roster, row);
  }
}

/**
 * For a plan that falls short: the cheapest zones may stand where only others could have stood. So for once all zones
 * are placed, and those that find their slots full push the others aside. What is too much is left to `prune`.
 */
export function rearrange(draft: Draft): void {
  const { roster, sums, limits } = draft;
  const needs = new Needs(sums, { targetsW: roster.targetsW }, roster.slots);
  needs.levelOut();
  const search = new SpanSearch(roster, needs, true, limits);
  placeAll(draft, needs, search);
  moveAround(draft, needs, search);
}

/** Places every zone for as long as it may, where the slots have least. */
export function fillEvenly(draft: Draft): void {
  const { roster, sums, limits } = draft;
  const needs = new Needs(sums, { levelW: evenLevelW(roster, sums) }, roster.slots);
  const search = new SpanSearch(roster, needs, true, limits);
  placeAll(draft, needs, search);
  moveAround(draft, needs, search);
}

/** Places every zone that is not planned yet, wanted or not. */
function placeAll(draft: Draft, needs: Needs, search: SpanSearch): void {
  const { roster } = draft;
  for (let row = 0; row < roster.size; row++) {
    if (roster.from[row]! >= 0 || !takeCycles(roster, row)) continue;
    const { gain, from, to } = search.find(row);
    if (!(gain > -Infinity && place(draft, needs, row, from, to))) giveBackCycles(roster, row);
  }
}

/** Takes every planned zone out once more and puts it where it helps most now that all others stand. */
function moveAround(draft: Draft, needs: Needs, search: SpanSearch): void {
  const { roster } = draft;
  const sweeps = Math.min(maxSweeps, Math.floor(movingBudget / (roster.size * roster.slots)));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = false;
    for (let row = 0; row < roster.size; row++) {
      const planned = roster.from[row]! >= 0 && roster.to[row]! - roster.from[row]! < roster.slots;
      if (planned && move(draft, needs, search, row)) moved = true;
    }
    if (!moved) return;
  }
}

/** @returns it is somewhere else now. */
function move({ roster, sums, limits }: Draft, needs: Needs, search: SpanSearch, row: number): boolean {
  const from = roster.from[row]!;
  const to = roster.to[row]!;
  const startMs = roster.claimedStartMs[row]!;
  const endMs = roster.claimedEndMs[row]!;
  sums.remove(row, from, to);
  limits.giveUp(row, from, to);
  needs.refresh(from, sums.reach(to));
  const better = search.find(row);
  const stays = better.gain === -Infinity || better.to - better.from < to - from;
  const moves = !stays && (better.from !== from || better.to !== to);
  if (moves && place({ roster, sums, limits }, needs, row, better.from, better.to)) return true;
  limits.takeBack(row, from, to, startMs, endMs);
  sums.add(row, from, to);
  needs.refresh(from, sums.reach(to));
  return false;
}

/** @returns false, and nothing is changed, if the limits do not allow it. */
function place(
  { roster, sums, limits }: Draft,
  needs: Needs,
  row: number,
  from: number,
  to: number,
): boolean {
  if (!limits.claim(row, from, to)) {
    roster.bar[row] = limits.mayRelease(row, from, to) ? bars.quota : bars.releaseCap;
    return false;
  }
  sums.add(row, from, to);
  needs.refresh(from, sums.reach(to));
  roster.from[row] = from;
  roster.to[row] = to;
  return true;
}

/** Cuts slots off both ends in which nothing is wanted. */
function trimmed(roster: Roster, needs: Needs, row: number, from: number, to: number): [number, number] {
  let [start, end] = [from, to];
  const wants = (slot: number) => slot < roster.slots && needs.wantsW[slot]! > toleranceW;
  const firstEffect = () => Math.floor(start + leadSlots(roster, row, end - start));
  while (end - start > 1 && !wants(firstEffect()) && firstEffect() < end - 1) start++;
  while (end - start > 1 && !wants(end - 1) && firstEffect() < end - 1) end--;
  return [start, end];
}

/** The level of all slots if the energy of all zones could be spread without regard to their spans. */
function evenLevelW(roster: Roster, { meanW }: SlotSums): number {
  let energy = meanW.reduce((sum, stands) => sum + stands, 0);
  for (let row = 0; row < roster.size; row++) {
    const k = roster.maxSlots[row]!;
    energy +=
      (energyBetween(roster, row, 0, roster.slots) / roster.slots) *
      Math.max(0, k - leadSlots(roster, row, k));
  }
  return energy / roster.slots;
}

export function takeCycles(roster: Roster, row: number): boolean {
  const device = roster.device[row]!;
  if (roster.cycleCost[row]! > roster.cyclesLeft[device]!) return false;
  roster.cyclesLeft[device]! -= roster.cycleCost[row]!;
  return true;
}

export function giveBackCycles(roster: Roster, row: number): void {
  roster.cyclesLeft[roster.device[row]!]! += roster.cycleCost[row]!;
}
