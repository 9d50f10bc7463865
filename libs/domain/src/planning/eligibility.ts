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
  /** Decides between zones of equal price; `startDrawOf` and `endDrawOf` follow from it. */
  readonly tieBreak: number;
  /** Row in `Eligible.cyclesLeft`. */
  readonly device: number;
}

export interface Eligible {
  readonly candidates: Candidate[];
  readonly leftOut: LeftOut[];
  /** Per device, the first row for all devices of which nobody states a limit. */
  readonly cyclesLeft: readonly number[];
}

/** Tells the zones that may take part from those that may not, and says why. Standing zones are neither. */
export function sortOut(request: PlanRequest, zones: readonly PlanZone[]): Eligible {
  const candidates: Candidate[] = [];
  const leftOut: LeftOut[] = [];
  const wholeWindow = freeRuns(request.window, []);
  const { rows, cyclesLeft } = cyclesLeftByDevice(zones);
  const standing = new Set(request.running?.map(({ zoneId }) => zoneId));
  for (const zone of zones) {
    if (standing.size > 0 && standing.has(zone.zoneId)) continue;
    const runs = zone.blocked.length === 0 ? wholeWindow : freeRuns(request.window, zone.blocked);
    const maxSlots = Math.min(longestRun(runs), Math.floor(zone.maxSpanMs / slotMs));
    const device = rows.get(zone.deviceId) ?? 0;
    const refused = refusal(request, zone, maxSlots, cyclesLeft[device]!);
    if (refused) leftOut.push(refused);
    else
      candidates.push({ zone, runs, maxSlots, tieBreak: hash32(request.seed, 'zone', zone.zoneId), device });
  }
  return { candidates, leftOut, cyclesLeft };
}

/** In [0, 1): how late a zone starts. */
export function startDrawOf(tieBreak: number): number {
  return unitOf(nextHash(tieBreak));
}

/** In [0, 1): how early it ends. */
export function endDrawOf(tieBreak: number): number {
  return unitOf(nextHash(nextHash(tieBreak)));
}

/** The tightest statement counts: zones of one device share its starts. Devices without a statement have no row. */
function cyclesLeftByDevice(zones: readonly PlanZone[]): { rows: Map<string, number>; cyclesLeft: number[] } {
  const rows = new Map<string, number>();
  const left = [Infinity];
  for (const { deviceId, cyclesLeft } of zones) {
    if (cyclesLeft === undefined) continue;
    const row = rows.get(deviceId);
    if (row === undefined) rows.set(deviceId, left.push(Math.max(0, cyclesLeft)) - 1);
    else left[row] = Math.max(0, Math.min(cyclesLeft, left[row]!));
  }
  return { rows, cyclesLeft: left };
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
