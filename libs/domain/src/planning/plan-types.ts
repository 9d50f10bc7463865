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
  /** Share of the eligible zones (0..1) left alone, chosen at random, to measure against. */
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
  /** Longest continuous span that comfort, compressor and vendor allow. */
  readonly maxSpanMs: number;
  /** Starts that one action of this zone costs. */
  readonly cycleCost: number;
  /** Cycles the device has left today; absent: no limit. Zones of one device share it. */
  readonly cyclesLeft?: number | undefined;
  /** Stretches of the window in which this zone may not be steered. */
  readonly blocked: readonly Span[];
  /** Fraction (0..1) of the shifted energy that comes back after release. */
  readonly reboundShare: number;
  /** Lower is steered first: comfort cost and fairness, dimensionless. */
  readonly cost: number;
  /** Expected delay from the order to its effect (pacing of the connection, the vendor's own pace), ms. */
  readonly lagMs: number;
}

export interface PlannedAction {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly span: Span;
  readonly expectedYieldW: number;
  readonly cycleCost: number;
}

export interface PlanSlot {
  readonly startsAt: Instant;
  readonly targetW?: number | undefined;
  /** Mean expected yield of the slot, net of rebound of actions already released. */
  readonly expectedW: number;
  /** What is promised with 90 % confidence (P90). Never above `expectedW`. */
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
}
