import { slotMs } from '../fleet';
import { sortOut } from './eligibility';
import { bars, Limits } from './limits';
import { cheapestFirst } from './merit-order';
import { toleranceW } from './needs';
import { afterSlotCount } from './model';
import type { AfterSlot, LeftOut, Plan, PlannedAction, PlanRequest, PlanSlot, PlanZone } from './plan-types';
import { prune } from './prune';
import type { Roster } from './roster';
import {
  choiceOf,
  endMsOf,
  energyBetween,
  leadSlots,
  rosterOf,
  setChoice,
  startMsOf,
  tailSlots,
} from './roster';
import type { Draft } from './select';
import { fillEvenly, fillTarget, rearrange } from './select';
import { smooth } from './smooth';
import type { SlotPrices } from './slot-prices';
import { slotPrices } from './slot-prices';
import type { BaseSums } from './slot-sums';
import { SlotSums } from './slot-sums';
import { standingSums } from './standing-sums';
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
  const base = standingSums(request, zones);
  const openW = openTargets(request, base);
  const prices = openW && candidates.length > 0 ? slotPrices(candidates, openW) : undefined;
  const riskyTargetW = openW && request.confidence === 'P90' ? meanOf(openW) : 0;
  const roster = rosterOf(request, cheapestFirst(candidates, riskyTargetW, prices), cyclesLeft);
  const trial = new SlotSums(roster, base);
  choose(
    { roster, sums: trial, limits: new Limits(roster, trial, request, zones) },
    prices,
    openW !== undefined,
  );
  const actions: PlannedAction[] = [];
  const sums = new SlotSums(roster, base);
  const isShort = !openW || trial.totalShortfallW() > toleranceW;
  let cost = 0;
  for (let row = 0; row < roster.size; row++) {
    const from = roster.from[row]!;
    const to = roster.to[row]!;
    if (from < 0) {
      leftOut.push(whyNotPlanned(request, roster, row, isShort));
      continue;
    }
    sums.add(row, from, to);
    cost += roster.zones[row]!.cost * (to - from);
    actions.push(actionOf(request, roster, row));
  }
  leftOut.sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1));
  const afterSlots = afterSlotsOf(request, sums);
  return {
    actions,
    leftOut,
    slots: slotsOf(request, roster, sums),
    afterSlots,
    reboundWh: afterSlots.reduce((sum, { reboundW }) => sum + reboundW, 0) * slotHours,
    cost,
  };
}

const slotHours = 1 / 4;

/** What `running` does not reach yet of the target, W per slot; absent without a target. */
function openTargets({ targetsW }: PlanRequest, { meanW }: BaseSums): Float64Array | undefined {
  return targetsW && Float64Array.from(targetsW, (targetW, slot) => Math.max(0, targetW - meanW[slot]!));
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Zones that change places may make others superfluous, and the other way round. */
const maxRounds = 3;

function choose(draft: Draft, prices: SlotPrices | undefined, hasTarget: boolean): void {
  const { roster, sums } = draft;
  if (!hasTarget) return fillEvenly(draft);
  if (roster.targetsW.every((targetW) => targetW === 0)) return;
  fillTarget(draft, prices);
  prune(draft);
  const shortW = sums.totalShortfallW();
  if (shortW <= toleranceW) {
    for (let round = 0; round < maxRounds && smooth(draft); round++) prune(draft);
    return;
  }
  const before = choiceOf(roster);
  rearrange(draft);
  prune(draft);
  if (sums.totalShortfallW() >= shortW) setChoice(roster, before);
}

function actionOf(request: PlanRequest, roster: Roster, row: number): PlannedAction {
  const { zoneId, deviceId, cycleCost } = roster.zones[row]!;
  const from = roster.from[row]!;
  const k = roster.to[row]! - from;
  const slotsStartAt = request.window.startsAt + from * slotMs;
  const startsAt = slotsStartAt + startMsOf(roster, row, k);
  const endsAt = slotsStartAt + k * slotMs - endMsOf(roster, row, k);
  const to = from + k - tailSlots(roster, row, k);
  const energy = energyBetween(roster, row, from + leadSlots(roster, row, k), to);
  return {
    zoneId,
    deviceId,
    span: { startsAt, endsAt },
    expectedYieldW: (energy * slotMs) / (endsAt - startsAt),
    cycleCost,
  };
}

function slotsOf({ window, targetsW }: PlanRequest, roster: Roster, sums: SlotSums): PlanSlot[] {
  return Array.from({ length: roster.slots }, (_, slot) => ({
    startsAt: window.startsAt + slot * slotMs,
    ...(targetsW && { targetW: targetsW[slot]! }),
    expectedW: sums.meanW[slot]!,
    promisedW: sums.promisedW(slot),
    reboundW: sums.reboundW[slot]!,
    shortfallW: targetsW ? sums.shortfallW(slot) : 0,
  }));
}

function afterSlotsOf({ window }: PlanRequest, { reboundW }: SlotSums): AfterSlot[] {
  const after = reboundW.subarray(-afterSlotCount);
  return Array.from(after, (watts, i) => ({ startsAt: window.endsAt + i * slotMs, reboundW: watts }));
}

function whyNotPlanned({ targetsW }: PlanRequest, roster: Roster, row: number, isShort: boolean): LeftOut {
  const { zoneId, cycleCost } = roster.zones[row]!;
  if (targetsW?.every((targetW) => targetW === 0))
    return { zoneId, code: 'NOT_NEEDED', reason: 'The target is 0.' };
  if (isShort && roster.bar[row] === bars.quota) {
    const reason =
      'Its vendor takes no more commands: it could not be started and restored inside the window.';
    return { zoneId, code: 'VENDOR_QUOTA', reason };
  }
  if (isShort && roster.bar[row] === bars.releaseCap) {
    const reason = 'What it brings back after its release would go beyond the cap.';
    return { zoneId, code: 'RELEASE_CAP', reason };
  }
  const cyclesLeft = roster.cyclesLeft[roster.device[row]!]!;
  if (cycleCost > cyclesLeft) {
    const reason = `An action costs ${cycleCost} cycles and its device has ${cyclesLeft} left after this plan.`;
    return { zoneId, code: 'CYCLE_LIMIT', reason };
  }
  if (targetsW === undefined) {
    return { zoneId, code: 'TOO_SHORT', reason: 'Lag and staggering leave no time for an effect.' };
  }
  return { zoneId, code: 'NOT_NEEDED', reason: 'The plan gets no nearer to its target with it.' };
}
