import type { Direction, Instant, Span, ZoneKind } from '../fleet';
import { statusCodes } from '../status/codes';
import type { StatusCode } from '../status/codes';

/** `P50`: as likely more as less. `P90`: reached in nine of ten windows. */
export type Confidence = 'P50' | 'P90';

/**
 * A connection's pace. Two starts are at least `startSpacingMs` apart and two ends at least `endSpacingMs`, and the starts
 * and ends of one slot together take no longer than the slot. No restore is later than the window's end, so ends are
 * spread backwards from it.
 */
export interface PlanConnection {
  readonly connectionId: string;
  /** From 0 (no pacing) to one slot. */
  readonly startSpacingMs: number;
  readonly endSpacingMs: number;
  /** New actions that the day's quota allows, restores included; absent: no limit. */
  readonly maxActions?: number | undefined;
}

/** What an operator asks for, on the grid of 15-minute slots. */
export interface PlanRequest {
  readonly direction: Direction;
  /** Whole slots; `startsAt` and `endsAt` lie on the grid. */
  readonly window: Span;
  /**
   * W asked in each slot of the window, one number a slot; absent: as much as possible. 0 is a target of nothing. Ramps are
   * stated by it.
   */
  readonly targetsW?: readonly number[] | undefined;
  /** What has to reach the target: the expectation (`P50`, the default) or the promise (`P90`). */
  readonly confidence?: Confidence | undefined;
  /**
   * W that may come back in any slot, in the window and after it, of all actions that have ended; absent: no limit. What
   * `running` actions bring back counts, but cannot be changed any more.
   */
  readonly releaseCapW?: number | undefined;
  /**
   * Actions of the same occurrence that stand as they are: their yield and rebound count, their zones (which must be among
   * the zones) are not chosen again. Spans may begin before the window. `cyclesLeft` and `maxActions` are what is left
   * beside them.
   */
  readonly running?: readonly PlannedAction[] | undefined;
  /** How fast vendors take commands; a zone whose connection is not in it is not paced. */
  readonly connections?: readonly PlanConnection[] | undefined;
  /** Same seed, same inputs: same plan. */
  readonly seed: number;
  /** Starts and releases of a slot are spread over at most this long. */
  readonly staggerMs: number;
  /**
   * Chance (0 up to, not including, 1) of every device with eligible zones to be left alone, to measure against. Drawn per
   * device, so that both zones of a heat pump are left alone together.
   */
  readonly holdOutShare: number;
}

/** What one zone could do for the request. Power in W, averages over a slot. */
export interface PlanZone {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly kind: ZoneKind;
  readonly vendor: string;
  /** Its pace is in `PlanRequest.connections`. */
  readonly connectionId?: string | undefined;
  /** `READY`, or why it is left out. */
  readonly code: StatusCode;
  readonly reason: string;
  readonly nextEligibleAt?: Instant | undefined;
  /** Mean W that one slot of steering is expected to yield (draw avoided, or added), and its standard deviation. */
  readonly expectedYieldW: number;
  readonly yieldStdDevW: number;
  /**
   * The same for every slot of the window, where they differ: then these count, and `expectedYieldW` is their mean. At least 0. Absent: all
   * slots are alike.
   */
  readonly slotYieldsW?: ArrayLike<number> | undefined;
  readonly slotStdDevsW?: ArrayLike<number> | undefined;
  /** Longest continuous span that comfort, compressor and vendor allow. A zone acts at most once in a plan. */
  readonly maxSpanMs: number;
  /** Starts that one action of this zone costs. */
  readonly cycleCost: number;
  /** Cycles the device has left today; absent: no limit. Zones of one device share it. */
  readonly cyclesLeft?: number | undefined;
  /** Stretches of the window in which this zone may not be steered. */
  readonly blocked: readonly Span[];
  /** Fraction (0..1) of the shifted energy that comes back after release. */
  readonly reboundShare: number;
  /**
   * What one slot of steering costs in comfort and fairness, dimensionless, at least 0. The plan keeps the sum
   * over all steered slots small, so of two zones with the same yield the lower cost is steered first.
   */
  readonly cost: number;
  /** Expected delay from the order to its effect (pacing of the connection, the vendor's own pace), ms. */
  readonly lagMs: number;
}

export interface PlannedAction {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly span: Span;
  /** Mean over the span, with the part that the lag takes from it counted as 0. */
  readonly expectedYieldW: number;
  /** Of a standing action: W in every slot of the window, while it has its effect. Absent: its energy lies evenly. */
  readonly slotYieldsW?: ArrayLike<number> | undefined;
  readonly cycleCost: number;
}

export interface PlanSlot {
  readonly startsAt: Instant;
  readonly targetW?: number | undefined;
  /**
   * Mean expected yield of the slot, net of rebound of actions already released. Negative where more comes back
   * than is steered away.
   */
  readonly expectedW: number;
  /** What is promised with 90 % confidence (P90). Never above `expectedW`, never negative unless `expectedW` is. */
  readonly promisedW: number;
  /** Part of `expectedW`, at least 0: what actions that have ended bring back. */
  readonly reboundW: number;
  /** `max(0, target - reached)`, where reached is `expectedW` or `promisedW`, by `PlanRequest.confidence`; 0 without a target. */
  readonly shortfallW: number;
}

/** A slot after the window. */
export interface AfterSlot {
  readonly startsAt: Instant;
  readonly reboundW: number;
}

/** Why a zone is not in a plan: its status, or what the plan says. */
export const leftOutCodes = [
  ...statusCodes,
  'HOLD_OUT',
  'NOT_NEEDED',
  'TOO_SHORT',
  'VENDOR_QUOTA',
  'RELEASE_CAP',
] as const;
export type LeftOutCode = (typeof leftOutCodes)[number];

export interface LeftOut {
  readonly zoneId: string;
  readonly code: LeftOutCode;
  readonly reason: string;
  readonly nextEligibleAt?: Instant | undefined;
}

export interface Plan {
  /** The new ones; those of `PlanRequest.running` stand beside them. */
  readonly actions: readonly PlannedAction[];
  readonly leftOut: readonly LeftOut[];
  readonly slots: readonly PlanSlot[];
  /** The two hours after the window. */
  readonly afterSlots: readonly AfterSlot[];
  /** Wh expected to come back in the two hours after the window. */
  readonly reboundWh: number;
  /** Sum over the actions of the zone's cost times the slots it is steered in. */
  readonly cost: number;
}
