import { slotMs } from '../fleet';
import type { Candidate } from './eligibility';
import { endDrawOf, startDrawOf } from './eligibility';
import type { PlanRequest, PlanZone } from './plan-types';
import { staggerOf } from './stagger';
import { profilesOf, type YieldProfiles } from './yield-profiles';

/**
 * The candidates in the order in which they are asked, cheapest first, as columns: the searches over
 * 100,000 zones read a few numbers of each, again and again. Row `i` is the same zone in every column.
 */
export interface Roster {
  readonly size: number;
  readonly slots: number;
  readonly staggerMs: number;
  /** W asked per slot; all 0 without a target. */
  readonly targetsW: Float64Array;
  /** The promise counts towards the target, not the expectation. */
  readonly byPromise: boolean;
  readonly zones: readonly PlanZone[];
  readonly runs: readonly (readonly number[])[];
  readonly maxSlots: Int32Array;
  readonly yieldW: Float64Array;
  /** Square of the standard deviation. */
  readonly varianceW2: Float64Array;
  /** Yields that differ from slot to slot; absent: all zones yield the same in every slot. */
  readonly profiles: YieldProfiles | undefined;
  readonly reboundShare: Float64Array;
  readonly lagMs: Float64Array;
  readonly startDraw: Float64Array;
  readonly endDraw: Float64Array;
  /** Row in `PlanRequest.connections`; -1: not paced. */
  readonly connection: Int32Array;
  /** Offsets of a paced action's instants in its first and back from its last slot, ms; -1: by the draw. */
  readonly claimedStartMs: Int32Array;
  readonly claimedEndMs: Int32Array;
  /** A `Bar`: why it could not be placed. */
  readonly bar: Uint8Array;
  /** Row of the device in `cyclesLeft`. */
  readonly device: Int32Array;
  readonly cycleCost: Float64Array;
  /** Per device, counted down while planning; infinite where nobody states a limit. */
  readonly cyclesLeft: Float64Array;
  /** Planned span in slots; `from` is -1 for a zone that is not planned. */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** `ordered`: the candidates in the order in which they shall be asked; `cyclesLeft`: by `Candidate.device`. */
export function rosterOf(
  request: PlanRequest,
  ordered: readonly Candidate[],
  cyclesLeft: readonly number[],
): Roster {
  const slots = (request.window.endsAt - request.window.startsAt) / slotMs;
  const targetsW = Float64Array.from(request.targetsW ?? new Float64Array(slots));
  const size = ordered.length;
  const roster = {
    size,
    slots,
    staggerMs: request.staggerMs,
    targetsW,
    byPromise: request.confidence === 'P90',
    zones: ordered.map(({ zone }) => zone),
    runs: ordered.map(({ runs }) => runs),
    maxSlots: new Int32Array(size),
    yieldW: new Float64Array(size),
    varianceW2: new Float64Array(size),
    profiles: profilesOf(
      ordered.map(({ zone }) => zone),
      slots,
    ),
    reboundShare: new Float64Array(size),
    lagMs: new Float64Array(size),
    startDraw: new Float64Array(size),
    endDraw: new Float64Array(size),
    connection: new Int32Array(size).fill(-1),
    claimedStartMs: new Int32Array(size).fill(-1),
    claimedEndMs: new Int32Array(size).fill(-1),
    bar: new Uint8Array(size),
    device: new Int32Array(size),
    cycleCost: new Float64Array(size),
    cyclesLeft: Float64Array.from(cyclesLeft),
    from: new Int32Array(size).fill(-1),
    to: new Int32Array(size).fill(-1),
  };
  ordered.forEach((candidate, row) => fillRow(roster, row, candidate));
  fillConnections(roster, request, ordered);
  return roster;
}

function fillRow(roster: Roster, row: number, { zone, maxSlots, tieBreak, device }: Candidate): void {
  roster.maxSlots[row] = maxSlots;
  roster.yieldW[row] = zone.expectedYieldW;
  roster.varianceW2[row] = zone.yieldStdDevW * zone.yieldStdDevW;
  roster.reboundShare[row] = zone.reboundShare;
  roster.lagMs[row] = zone.lagMs;
  roster.startDraw[row] = startDrawOf(tieBreak);
  roster.endDraw[row] = endDrawOf(tieBreak);
  roster.device[row] = device;
  roster.cycleCost[row] = zone.cycleCost;
}

function fillConnections(roster: Roster, request: PlanRequest, ordered: readonly Candidate[]): void {
  if (!request.connections?.length) return;
  const rows = new Map(request.connections.map(({ connectionId }, i) => [connectionId, i]));
  ordered.forEach(({ zone }, row) => {
    roster.connection[row] = rows.get(zone.connectionId ?? '') ?? -1;
  });
}

/** The columns that planning changes. */
export type Choice = Pick<Roster, 'from' | 'to' | 'cyclesLeft' | 'claimedStartMs' | 'claimedEndMs'>;

export function choiceOf({ from, to, cyclesLeft, claimedStartMs, claimedEndMs }: Roster): Choice {
  return {
    from: from.slice(),
    to: to.slice(),
    cyclesLeft: cyclesLeft.slice(),
    claimedStartMs: claimedStartMs.slice(),
    claimedEndMs: claimedEndMs.slice(),
  };
}

export function setChoice(roster: Roster, choice: Choice): void {
  roster.from.set(choice.from);
  roster.to.set(choice.to);
  roster.cyclesLeft.set(choice.cyclesLeft);
  roster.claimedStartMs.set(choice.claimedStartMs);
  roster.claimedEndMs.set(choice.claimedEndMs);
}

/** By how much a span of `k` slots starts after its first slot does, ms: as claimed, else as drawn. */
export function startMsOf(roster: Roster, row: number, k: number): number {
  const claimedMs = roster.claimedStartMs[row]!;
  return claimedMs >= 0 ? claimedMs : staggerOf(roster.startDraw[row]!, k, roster.staggerMs);
}

/** By how much it ends before its last slot does, ms. */
export function endMsOf(roster: Roster, row: number, k: number): number {
  const claimedMs = roster.claimedEndMs[row]!;
  return claimedMs >= 0 ? claimedMs : staggerOf(roster.endDraw[row]!, k, roster.staggerMs);
}

/** Slots between the start of a span `k` slots long and its first effect: offset and lag. */
export function leadSlots(roster: Roster, row: number, k: number): number {
  return (startMsOf(roster, row, k) + roster.lagMs[row]!) / slotMs;
}

/** Slots by which a span of `k` slots ends early. */
export function tailSlots(roster: Roster, row: number, k: number): number {
  return endMsOf(roster, row, k) / slotMs;
}

/** Share (0..1) of `slot` in which a span `from`..`to` of the zone has its effect. */
export function effectShare(roster: Roster, row: number, from: number, to: number, slot: number): number {
  const starts = from + leadSlots(roster, row, to - from);
  const ends = to - tailSlots(roster, row, to - from);
  return Math.max(0, Math.min(slot + 1, ends) - Math.max(slot, starts));
}

/** Mean W that a whole slot of the zone yields. */
export function yieldIn({ profiles, slots, yieldW }: Roster, row: number, slot: number): number {
  return profiles ? profiles.yieldsW[row * slots + slot]! : yieldW[row]!;
}

export function varianceIn({ profiles, slots, varianceW2 }: Roster, row: number, slot: number): number {
  return profiles ? profiles.variancesW2[row * slots + slot]! : varianceW2[row]!;
}

/** W × slots from `starts` up to `ends`, both in slots and parts of slots. */
export function energyBetween(roster: Roster, row: number, starts: number, ends: number): number {
  if (ends <= starts) return 0;
  const { profiles, slots, yieldW } = roster;
  return profiles
    ? profiles.energyUpTo(row, slots, ends) - profiles.energyUpTo(row, slots, starts)
    : yieldW[row]! * (ends - starts);
}
