import { Needs, toleranceW } from './needs';
import type { Roster } from './roster';
import { leadSlots } from './roster';
import type { SlotPrices } from './slot-prices';
import type { SlotSums } from './slot-sums';
import { SpanSearch } from './span-search';

/** Zones × slots that all sweeps of moving together may look at: keeps a plan of 100,000 zones within a second. */
const movingBudget = 10_000_000;
const maxSweeps = 4;

/**
 * Asks the zones in the order of the roster and places each where it helps the slots most, until every slot
 * has its target.
 */
export function fillTarget(roster: Roster, sums: SlotSums, prices: SlotPrices | undefined): void {
  const needs = new Needs(sums, { targetsW: roster.targetsW }, roster.slots, prices?.perSlot);
  const search = new SpanSearch(roster, needs, false, prices);
  for (let row = 0; row < roster.size && needs.open; row++) {
    if (!takeCycles(roster, row)) continue;
    const { gain, from, to } = search.find(row);
    if (gain > 0) place(roster, sums, needs, row, trimmed(roster, needs, row, from, to));
    else giveBackCycles(roster, row);
  }
}

/**
 * For a plan that falls short: the cheapest zones may stand where only others could have stood. So for once all zones
 * are placed, and those that find their slots full push the others aside. What is too much is left to `prune`.
 */
export function rearrange(roster: Roster, sums: SlotSums): void {
  const needs = new Needs(sums, { targetsW: roster.targetsW }, roster.slots);
  needs.levelOut();
  const search = new SpanSearch(roster, needs, true);
  placeAll(roster, sums, needs, search);
  moveAround(roster, sums, needs, search);
}

/** Places every zone for as long as it may, where the slots have least. */
export function fillEvenly(roster: Roster, sums: SlotSums): void {
  const needs = new Needs(sums, { levelW: evenLevelW(roster, sums) }, roster.slots);
  const search = new SpanSearch(roster, needs, true);
  placeAll(roster, sums, needs, search);
  moveAround(roster, sums, needs, search);
}

/** Places every zone that is not planned yet, wanted or not. */
function placeAll(roster: Roster, sums: SlotSums, needs: Needs, search: SpanSearch): void {
  for (let row = 0; row < roster.size; row++) {
    if (roster.from[row]! >= 0 || !takeCycles(roster, row)) continue;
    const { gain, from, to } = search.find(row);
    if (gain > -Infinity) place(roster, sums, needs, row, [from, to]);
    else giveBackCycles(roster, row);
  }
}

/** Takes every planned zone out once more and puts it where it helps most now that all others stand. */
function moveAround(roster: Roster, sums: SlotSums, needs: Needs, search: SpanSearch): void {
  const sweeps = Math.min(maxSweeps, Math.floor(movingBudget / (roster.size * roster.slots)));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = false;
    for (let row = 0; row < roster.size; row++) {
      const from = roster.from[row]!;
      const to = roster.to[row]!;
      if (from < 0 || to - from === roster.slots) continue;
      sums.remove(row, from, to);
      needs.refresh(from, sums.reach(to));
      const better = search.find(row);
      const stays = better.gain === -Infinity || better.to - better.from < to - from;
      place(roster, sums, needs, row, stays ? [from, to] : [better.from, better.to]);
      moved ||= roster.from[row] !== from || roster.to[row] !== to;
    }
    if (!moved) return;
  }
}

function place(
  roster: Roster,
  sums: SlotSums,
  needs: Needs,
  row: number,
  [from, to]: readonly [number, number],
): void {
  sums.add(row, from, to);
  needs.refresh(from, sums.reach(to));
  roster.from[row] = from;
  roster.to[row] = to;
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
    energy += roster.yieldW[row]! * Math.max(0, k - leadSlots(roster, row, k));
  }
  return energy / roster.slots;
}

function takeCycles(roster: Roster, row: number): boolean {
  const device = roster.device[row]!;
  if (roster.cycleCost[row]! > roster.cyclesLeft[device]!) return false;
  roster.cyclesLeft[device]! -= roster.cycleCost[row]!;
  return true;
}

export function giveBackCycles(roster: Roster, row: number): void {
  roster.cyclesLeft[roster.device[row]!]! += roster.cycleCost[row]!;
}
