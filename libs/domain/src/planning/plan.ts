import { slotMs } from '../fleet';
import type { Candidate } from './eligibility';
import { sortOut } from './eligibility';
import { cheapestFirst } from './merit-order';
import { toleranceW } from './needs';
import type { LeftOut, Plan, PlannedAction, PlanRequest, PlanSlot, PlanZone } from './plan-types';
import { prune } from './prune';
import type { Roster } from './roster';
import { choiceOf, leadSlots, rosterOf, setChoice, tailSlots } from './roster';
import { fillEvenly, fillTarget, rearrange } from './select';
import type { SlotPrices } from './slot-prices';
import { slotPrices } from './slot-prices';
import { SlotSums } from './slot-sums';
import { staggerOf } from './stagger';
import { validatePlanRequest } from './validate-request';

/**
 * Chooses who is steered when, so that every slot of the window is promised (P90, net of rebound) its target at
 * small cost; without a target, every zone for as long as allowed, spread evenly over the slots.
 *
 * Fast greedy, see `docs/planning.md`. Pure; the same plan for the same seed, whatever order `zones` come in. Every zone
 * comes back exactly once, in `actions` or in `leftOut` with the reason.
 *
 * ```
 *  slot      0     1     2     3
 *  zone a   [▒▒▓▓▓▓▓▓▓▓▓ ]                    ▒ lag: steered, no effect yet
 *  zone b                [ ▒▓▓▓▓▓▓▓▓]         starts and ends are staggered inside their slots
 * ```
 *
 * @throws InvalidPlanRequest
 */
export function plan(request: PlanRequest, zones: readonly PlanZone[]): Plan {
  validatePlanRequest(request, zones);
  const { candidates, leftOut, cyclesLeft } = sortOut(request, zones);
  const prices = pricesOf(request, candidates);
  const roster = rosterOf(request, cheapestFirst(candidates, request.targetW, prices), cyclesLeft);
  choose(request, roster, prices);
  const actions: PlannedAction[] = [];
  const sums = new SlotSums(roster);
  let cost = 0;
  for (let row = 0; row < roster.size; row++) {
    const from = roster.from[row]!;
    const to = roster.to[row]!;
    if (from < 0) {
      leftOut.push(whyNotPlanned(request, roster, row));
      continue;
    }
    sums.add(row, from, to);
    cost += roster.zones[row]!.cost * (to - from);
    actions.push(actionOf(request, roster, row));
  }
  leftOut.sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1));
  // `sums.reboundLater` is in W × slots.
  return {
    actions,
    leftOut,
    slots: slotsOf(request, roster, sums),
    reboundWh: sums.reboundLater * slotHours,
    cost,
  };
}

const slotHours = 1 / 4;

function pricesOf(
  { window, targetW }: PlanRequest,
  candidates: readonly Candidate[],
): SlotPrices | undefined {
  if (!targetW || candidates.length === 0) return undefined;
  return slotPrices(candidates, (window.endsAt - window.startsAt) / slotMs, targetW);
}

function choose({ targetW }: PlanRequest, roster: Roster, prices: SlotPrices | undefined): void {
  const sums = new SlotSums(roster);
  if (targetW === undefined) return fillEvenly(roster, sums);
  if (targetW === 0) return;
  fillTarget(roster, sums, targetW, prices);
  prune(roster, sums, targetW);
  const shortW = sums.shortfallW(targetW);
  if (shortW <= toleranceW) return;
  const before = choiceOf(roster);
  rearrange(roster, sums, targetW);
  prune(roster, sums, targetW);
  if (sums.shortfallW(targetW) >= shortW) setChoice(roster, before);
}

function actionOf(request: PlanRequest, roster: Roster, row: number): PlannedAction {
  const { zoneId, deviceId, cycleCost, expectedYieldW } = roster.zones[row]!;
  const from = roster.from[row]!;
  const k = roster.to[row]! - from;
  const slotsStartAt = request.window.startsAt + from * slotMs;
  const startsAt = slotsStartAt + staggerOf(roster.startDraw[row]!, k, request.staggerMs);
  const endsAt = slotsStartAt + k * slotMs - staggerOf(roster.endDraw[row]!, k, request.staggerMs);
  const effectMs = (k - leadSlots(roster, row, k) - tailSlots(roster, row, k)) * slotMs;
  return {
    zoneId,
    deviceId,
    span: { startsAt, endsAt },
    expectedYieldW: (expectedYieldW * Math.max(0, effectMs)) / (endsAt - startsAt),
    cycleCost,
  };
}

function slotsOf({ window, targetW }: PlanRequest, roster: Roster, sums: SlotSums): PlanSlot[] {
  return Array.from({ length: roster.slots }, (_, slot) => {
    const promisedW = sums.promisedW(slot);
    return {
      startsAt: window.startsAt + slot * slotMs,
      ...(targetW !== undefined && { targetW }),
      expectedW: sums.meanW[slot]!,
      promisedW,
      shortfallW: targetW === undefined ? 0 : Math.max(0, targetW - promisedW),
    };
  });
}

function whyNotPlanned({ targetW }: PlanRequest, roster: Roster, row: number): LeftOut {
  const { zoneId, cycleCost } = roster.zones[row]!;
  if (targetW === 0) return { zoneId, code: 'NOT_NEEDED', reason: 'The target is 0.' };
  const cyclesLeft = roster.cyclesLeft[roster.device[row]!]!;
  if (cycleCost > cyclesLeft) {
    const reason = `An action costs ${cycleCost} cycles and its device has ${cyclesLeft} left after this plan.`;
    return { zoneId, code: 'CYCLE_LIMIT', reason };
  }
  if (targetW === undefined) {
    return { zoneId, code: 'TOO_SHORT', reason: 'Lag and staggering leave no time for an effect.' };
  }
  return { zoneId, code: 'NOT_NEEDED', reason: 'The plan gets no nearer to its target with it.' };
}
