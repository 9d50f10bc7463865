import { minuteMs, slotMs } from '../fleet';
import { freeRuns, longestRun } from './free-runs';
import type { LeftOut, PlanRequest, PlanZone } from './plan-types';
import { hash32, nextHash, unitOf } from './seeded-random';

/** A zone that may take part, with what was drawn for it. */
export interface Candidate {
  readonly zone: PlanZone;
  readonly runs: readonly number[];
  /** Longest span that fits into the window, slots; at least 1. */
  readonly maxSlots: number;
  /** Decides between zones of equal price. */
  readonly tieBreak: number;
  /** In [0, 1): how late it starts and how early it ends. */
  readonly startDraw: number;
  readonly endDraw: number;
}

/** Tells the zones that may take part from those that may not, and says why. `cyclesLeft` is per device. */
export function sortOut(
  request: PlanRequest,
  zones: readonly PlanZone[],
): { candidates: Candidate[]; leftOut: LeftOut[]; cyclesLeft: ReadonlyMap<string, number> } {
  const candidates: Candidate[] = [];
  const leftOut: LeftOut[] = [];
  const wholeWindow = freeRuns(request.window, []);
  const cyclesLeft = cyclesLeftByDevice(zones);
  const standing = new Set(request.running?.map(({ zoneId }) => zoneId));
  for (const zone of zones) {
    if (standing.has(zone.zoneId)) continue;
    const runs = zone.blocked.length === 0 ? wholeWindow : freeRuns(request.window, zone.blocked);
    const maxSlots = Math.min(longestRun(runs), Math.floor(zone.maxSpanMs / slotMs));
    const refused = refusal(request, zone, maxSlots, cyclesLeft.get(zone.deviceId) ?? Infinity);
    if (refused) leftOut.push(refused);
    else candidates.push(candidateOf(request.seed, zone, runs, maxSlots));
  }
  return { candidates, leftOut, cyclesLeft };
}

/** The tightest statement counts: zones of one device share its starts. Devices without a statement are not in it. */
function cyclesLeftByDevice(zones: readonly PlanZone[]): Map<string, number> {
  const left = new Map<string, number>();
  for (const { deviceId, cyclesLeft } of zones) {
    if (cyclesLeft === undefined) continue;
    left.set(deviceId, Math.max(0, Math.min(cyclesLeft, left.get(deviceId) ?? Infinity)));
  }
  return left;
}

function refusal(
  request: PlanRequest,
  zone: PlanZone,
  maxSlots: number,
  cyclesLeft: number,
): LeftOut | undefined {
  const { zoneId, code, reason, nextEligibleAt } = zone;
  if (code !== 'READY')
    return { zoneId, code, reason, ...(nextEligibleAt !== undefined && { nextEligibleAt }) };
  if (zone.expectedYieldW <= 0) {
    return { zoneId, code: 'NO_HEADROOM', reason: 'Steering it is expected to yield nothing.' };
  }
  if (maxSlots < 1) {
    return {
      zoneId,
      code: 'TOO_SHORT',
      reason: 'It may be steered for less than one whole slot of the window.',
    };
  }
  if (zone.lagMs >= maxSlots * slotMs) {
    const reason = `Its effect comes ${Math.ceil(zone.lagMs / minuteMs)} min after the order, later than its longest span ends.`;
    return { zoneId, code: 'TOO_SHORT', reason };
  }
  if (zone.cycleCost > cyclesLeft) {
    const reason = `An action costs ${zone.cycleCost} cycles and its device has ${cyclesLeft} left.`;
    return { zoneId, code: 'CYCLE_LIMIT', reason };
  }
  if (isHeldOut(request, zone.deviceId)) {
    return { zoneId, code: 'HOLD_OUT', reason: 'Left alone at random, to measure the others against.' };
  }
  return undefined;
}

function isHeldOut({ seed, holdOutShare }: PlanRequest, deviceId: string): boolean {
  return holdOutShare > 0 && unitOf(hash32(seed, 'hold-out', deviceId)) < holdOutShare;
}

function candidateOf(seed: number, zone: PlanZone, runs: readonly number[], maxSlots: number): Candidate {
  const tieBreak = hash32(seed, 'zone', zone.zoneId);
  const start = nextHash(tieBreak);
  return { zone, runs, maxSlots, tieBreak, startDraw: unitOf(start), endDraw: unitOf(nextHash(start)) };
}
