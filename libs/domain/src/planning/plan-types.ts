import type { Direction, Instant, Span, ZoneKind } from '../fleet';
import type { StatusCode } from '../status/codes';

/** What an operator asks for, on the grid of 15-minute slots. */
export interface PlanRequest {
  readonly direction: Direction;
  /** Whole slots; `startsAt` and `endsAt` lie on the grid. */
  readonly window: Span;
  /** W asked in every slot; absent: as much as possible. 0 is a target of nothing. */
  readonly targetW?: number | undefined;
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
  /** `READY`, or why it is left out. */
  readonly code: StatusCode;
  readonly reason: string;
  readonly nextEligibleAt?: Instant | undefined;
  /** Mean W that one slot of steering is expected to yield (draw avoided, or added), and its standard deviation. */
  readonly expectedYieldW: number;
  readonly yieldStdDevW: number;
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
  /** `max(0, target - promised)`; 0 without a target. */
  readonly shortfallW: number;
}

export interface LeftOut {
  readonly zoneId: string;
  readonly code: StatusCode | 'HOLD_OUT' | 'NOT_NEEDED' | 'TOO_SHORT';
  readonly reason: string;
  readonly nextEligibleAt?: Instant | undefined;
}

export interface Plan {
  readonly actions: readonly PlannedAction[];
  readonly leftOut: readonly LeftOut[];
  readonly slots: readonly PlanSlot[];
  /** Wh expected to come back in the two hours after the window. */
  readonly reboundWh: number;
  /** Sum over the actions of the zone's cost times the slots it is steered in. */
  readonly cost: number;
}
