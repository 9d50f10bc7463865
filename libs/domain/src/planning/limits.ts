import { slotMs } from '../fleet';
import { CommandLane } from './command-lane';
import { reboundProfile } from './model';
import type { PlanConnection, PlanRequest, PlanZone } from './plan-types';
import type { Roster } from './roster';
import { endMsOf, energyBetween, leadSlots, startMsOf, tailSlots } from './roster';
import type { SlotSums } from './slot-sums';

/** Why a zone could not be placed where it would have helped. */
export const bars = { none: 0, quota: 1, releaseCap: 2 } as const;
export type Bar = (typeof bars)[keyof typeof bars];

/** Above the cap by so much is rounding, W. */
const capToleranceW = 1e-7;

interface Pace {
  readonly starts: CommandLane;
  /** Mirrored: slots counted from the window's end, offsets back from a slot's end. */
  readonly ends: CommandLane;
  readonly loadMs: Float64Array;
  actionsLeft: number;
}

/**
 * What actions of different devices have in common beside the target: the pace and quota of their connection, and the cap
 * on what comes back. A span is claimed before it is planned, and given up when it is taken out.
 */
export class Limits {
  private readonly paces: readonly Pace[];
  private readonly capW: number;

  constructor(
    private readonly roster: Roster,
    private readonly sums: SlotSums,
    request: PlanRequest,
    zones: readonly PlanZone[],
  ) {
    this.capW = request.releaseCapW ?? Infinity;
    this.paces = (request.connections ?? []).map((connection) => paceOf(connection, roster.slots));
    this.blockStanding(request, zones);
  }

  /** Something of this zone is limited. */
  bind(row: number): boolean {
    return this.roster.connection[row]! >= 0 || (this.capW < Infinity && this.roster.reboundShare[row]! > 0);
  }

  hasActionLeft(row: number): boolean {
    const pace = this.paceOf(row);
    return pace === undefined || pace.actionsLeft >= 1;
  }

  mayStartIn(row: number, slot: number): boolean {
    const pace = this.paceOf(row);
    return pace === undefined || (pace.starts.isOpen(slot) && fits(pace, slot, pace.starts.stepMs));
  }

  /** @param to the slot after the last one. */
  mayEndAt(row: number, to: number): boolean {
    const pace = this.paceOf(row);
    return (
      pace === undefined || (pace.ends.isOpen(this.roster.slots - to) && fits(pace, to - 1, pace.ends.stepMs))
    );
  }

  /** What a span brings back stays under the cap in every slot. */
  mayRelease(row: number, from: number, to: number): boolean {
    if (this.capW === Infinity) return true;
    const energy = this.energyOf(row, from, to);
    if (energy <= 0) return true;
    for (let i = 0; i < reboundProfile.length; i++) {
      if (this.sums.reboundW[to + i]! + energy * reboundProfile[i]! > this.capW + capToleranceW) return false;
    }
    return true;
  }

  /** Takes the span's instants, quota and room under the cap; answers false and takes nothing if something is missing. */
  claim(row: number, from: number, to: number): boolean {
    if (!this.mayRelease(row, from, to)) return false;
    const pace = this.paceOf(row);
    if (pace === undefined) return true;
    if (pace.actionsLeft < 1 || !this.fitsLoad(pace, from, to)) return false;
    const { roster } = this;
    const latestMs = Math.min(slotMs, ((to - from) * slotMs) / 2) - 1;
    const startMs = pace.starts.unlimited
      ? -1
      : pace.starts.take(from, startMsOf(roster, row, to - from), latestMs);
    if (startMs < 0 && !pace.starts.unlimited) return false;
    const endMs = pace.ends.unlimited
      ? -1
      : pace.ends.take(roster.slots - to, endMsOf(roster, row, to - from), latestMs);
    if (endMs < 0 && !pace.ends.unlimited) {
      if (startMs >= 0) pace.starts.give(from, startMs);
      return false;
    }
    this.book(row, from, to, 1);
    roster.claimedStartMs[row] = startMs;
    roster.claimedEndMs[row] = endMs;
    if (leadSlots(roster, row, to - from) + tailSlots(roster, row, to - from) < to - from) return true;
    this.giveUp(row, from, to);
    return false;
  }

  giveUp(row: number, from: number, to: number): void {
    const pace = this.paceOf(row);
    if (pace === undefined) return;
    const { claimedStartMs, claimedEndMs } = this.roster;
    if (claimedStartMs[row]! >= 0) pace.starts.give(from, claimedStartMs[row]!);
    if (claimedEndMs[row]! >= 0) pace.ends.give(this.roster.slots - to, claimedEndMs[row]!);
    this.book(row, from, to, -1);
    claimedStartMs[row] = -1;
    claimedEndMs[row] = -1;
  }

  /** Undoes `giveUp`, with the instants that the span had. */
  takeBack(row: number, from: number, to: number, startMs: number, endMs: number): void {
    const pace = this.paceOf(row);
    if (pace === undefined) return;
    if (startMs >= 0) pace.starts.retake(from, startMs);
    if (endMs >= 0) pace.ends.retake(this.roster.slots - to, endMs);
    this.book(row, from, to, 1);
    this.roster.claimedStartMs[row] = startMs;
    this.roster.claimedEndMs[row] = endMs;
  }

  private paceOf(row: number): Pace | undefined {
    const connection = this.roster.connection[row]!;
    return connection < 0 ? undefined : this.paces[connection];
  }

  /** The most that a span can bring back, W × slots: paced starts and ends may still move. */
  private energyOf(row: number, from: number, to: number): number {
    const { roster } = this;
    const isPaced = roster.connection[row]! >= 0;
    const lead = isPaced ? roster.lagMs[row]! / slotMs : leadSlots(roster, row, to - from);
    const tail = isPaced ? 0 : tailSlots(roster, row, to - from);
    return energyBetween(roster, row, from + lead, to - tail) * roster.reboundShare[row]!;
  }

  private fitsLoad(pace: Pace, from: number, to: number): boolean {
    const { starts, ends } = pace;
    if (from === to - 1) return fits(pace, from, starts.stepMs + ends.stepMs);
    return fits(pace, from, starts.stepMs) && fits(pace, to - 1, ends.stepMs);
  }

  private book(row: number, from: number, to: number, sign: 1 | -1): void {
    const pace = this.paceOf(row)!;
    pace.loadMs[from]! += sign * pace.starts.stepMs;
    pace.loadMs[to - 1]! += sign * pace.ends.stepMs;
    pace.actionsLeft -= sign;
  }

  /** Commands of standing actions that are still to come keep their time. */
  private blockStanding({ running = [], connections = [], window }: PlanRequest, zones: readonly PlanZone[]) {
    if (running.length === 0 || connections.length === 0) return;
    const rows = new Map(connections.map(({ connectionId }, i) => [connectionId, i]));
    const connectionOf = new Map(zones.map((zone) => [zone.zoneId, zone.connectionId ?? '']));
    for (const { zoneId, span } of running) {
      const pace = this.paces[rows.get(connectionOf.get(zoneId)!) ?? -1];
      if (!pace) continue;
      const startMs = span.startsAt - window.startsAt;
      const endMs = span.endsAt - window.startsAt;
      pace.starts.block(startMs);
      pace.ends.block(window.endsAt - span.endsAt);
      const startSlot = Math.floor(startMs / slotMs);
      const endSlot = Math.ceil(endMs / slotMs) - 1;
      if (startSlot in pace.loadMs) pace.loadMs[startSlot]! += pace.starts.stepMs;
      if (endSlot in pace.loadMs) pace.loadMs[endSlot]! += pace.ends.stepMs;
    }
  }
}

function paceOf({ startSpacingMs, endSpacingMs, maxActions }: PlanConnection, slots: number): Pace {
  return {
    starts: new CommandLane(startSpacingMs, slots),
    ends: new CommandLane(endSpacingMs, slots),
    loadMs: new Float64Array(slots),
    actionsLeft: maxActions ?? Infinity,
  };
}

function fits({ loadMs }: Pace, slot: number, moreMs: number): boolean {
  return moreMs === 0 || loadMs[slot]! + moreMs <= slotMs;
}
