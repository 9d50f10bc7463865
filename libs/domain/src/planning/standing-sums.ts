import { slotMs } from '../fleet';
import { afterSlotCount } from './model';
import type { PlannedAction, PlanRequest, PlanZone } from './plan-types';
import type { BaseSums } from './slot-sums';
import { bringBack } from './slot-sums';

/** The sums per slot of the actions that stand (`PlanRequest.running`), whose spans lie anywhere. */
export function standingSums(request: PlanRequest, zones: readonly PlanZone[]): BaseSums {
  const { window, running = [] } = request;
  const slots = (window.endsAt - window.startsAt) / slotMs;
  const sums = {
    meanW: new Float64Array(slots),
    varianceW2: new Float64Array(slots),
    reboundW: new Float64Array(slots + afterSlotCount),
  };
  if (running.length === 0) return sums;
  const byId = new Map(zones.map((zone) => [zone.zoneId, zone]));
  for (const action of inFixedOrder(running)) addStanding(sums, request, byId.get(action.zoneId)!, action);
  return sums;
}

/** Sums of the same numbers in another order differ in their last digits. */
function inFixedOrder(actions: readonly PlannedAction[]): PlannedAction[] {
  return [...actions].sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1));
}

/**
 * All of its energy falls between the lag after its start and its end, as with a new action: as stated slot by slot, else evenly.
 * What it yields after the window counts for what comes back, evenly.
 */
function addStanding(sums: BaseSums, request: PlanRequest, zone: PlanZone, action: PlannedAction): void {
  const { startsAt, endsAt } = action.span;
  const slots = sums.meanW.length;
  const starts = (startsAt + zone.lagMs - request.window.startsAt) / slotMs;
  const ends = (endsAt - request.window.startsAt) / slotMs;
  if (ends <= starts) return;
  const wholeW = (action.expectedYieldW * (endsAt - startsAt)) / slotMs / (ends - starts);
  let energy = wholeW * Math.max(0, Math.min(0, ends) - starts);
  for (let slot = Math.max(0, Math.floor(starts)); slot < Math.min(slots, ends); slot++) {
    const share = Math.min(slot + 1, ends) - Math.max(slot, starts);
    const yieldW = action.slotYieldsW?.[slot] ?? wholeW;
    energy += yieldW * share;
    sums.meanW[slot]! += yieldW * share;
    sums.varianceW2[slot]! += ((zone.slotStdDevsW?.[slot] ?? zone.yieldStdDevW) * share) ** 2;
  }
  energy += wholeW * Math.max(0, ends - Math.max(slots, starts));
  bringBack(sums, slots, Math.ceil(ends), energy * zone.reboundShare);
}
