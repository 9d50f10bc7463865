import { minuteMs, slotMs, type Instant, type Span } from '@warmshift/domain';
import type { Confidence, ParsedOrder, Selection } from './order-schema';

/** Tighter than the rules, for every zone of one campaign. An absent one makes no statement. */
export interface OrderLimits {
  readonly maxSpanMs?: number | undefined;
  readonly maxOffsetK?: number | undefined;
}

/** The order of one window in the domain's units. */
export interface CampaignOrder extends Span {
  readonly name: string;
  readonly direction: 'decrease' | 'increase';
  /** W in every slot. Without it and `targetsW`: as much as possible. */
  readonly targetW?: number | undefined;
  /** W per slot of the whole window. */
  readonly targetsW?: readonly number[] | undefined;
  readonly selection: Selection;
  readonly shareOfFleet: number;
  readonly limits: OrderLimits;
  readonly priority: number;
  readonly confidence: Confidence;
  readonly rampMs: number;
  readonly releaseCapW?: number | undefined;
  readonly holdOutShare: number;
  readonly staggerMs: number;
  readonly seed: number;
}

const seeds = 2_147_483_648;

/** The domain's units; every field has been checked. */
export function orderOf(input: ParsedOrder, window: Span): CampaignOrder {
  const { maxMinutesPerZone, maxSetpointOffsetK } = input.limits;
  return {
    name: input.name,
    direction: input.direction,
    targetW: input.targetKw === undefined ? undefined : input.targetKw * 1000,
    targetsW: input.targetKwPerSlot?.map((kw) => kw * 1000),
    startsAt: window.startsAt,
    endsAt: window.endsAt,
    selection: input.selection,
    shareOfFleet: input.shareOfFleet,
    limits: {
      ...(maxMinutesPerZone !== undefined && { maxSpanMs: maxMinutesPerZone * minuteMs }),
      ...(maxSetpointOffsetK !== undefined && { maxOffsetK: maxSetpointOffsetK }),
    },
    priority: input.priority,
    confidence: input.confidence,
    rampMs: Math.round(input.rampMinutes * minuteMs),
    releaseCapW: input.releaseCapKw === undefined ? undefined : input.releaseCapKw * 1000,
    holdOutShare: input.holdOutShare,
    staggerMs: Math.round(input.staggerMinutes * minuteMs),
    seed: input.seed ?? window.startsAt % seeds,
  };
}

/**
 * The seed of one occurrence: days of a recurring campaign draw hold-outs, shares and staggering anew, so that the
 * same homes are not always the ones.
 */
export function seedOfOccurrence(seed: number, startsAt: Instant, recurring: boolean): number {
  return recurring ? (seed + startsAt / slotMs) % seeds : seed;
}

/**
 * W asked per slot of the window from `fromAt` on, with the ramp; absent without a target. A slot under a ramp asks
 * for the mean of its piece of the ramp.
 *
 * ```
 *  target     ┌───────┐
 *            ╱         ╲
 *  ramp ────╱           ╲────
 * ```
 */
export function targetsOf(order: CampaignOrder, fromAt: Instant = order.startsAt): number[] | undefined {
  const { endsAt, rampMs, startsAt, targetW, targetsW } = order;
  if (targetW === undefined && targetsW === undefined) return undefined;
  const count = Math.round((endsAt - startsAt) / slotMs);
  const targets = Array.from({ length: count }, (_, slot) => {
    const rise = meanOfRamp(slot * slotMs, rampMs);
    const fall = meanOfRamp((count - 1 - slot) * slotMs, rampMs);
    return (targetsW?.[slot] ?? targetW ?? 0) * rise * fall;
  });
  return targets.slice(Math.max(0, Math.round((fromAt - startsAt) / slotMs)));
}

/** Mean over one slot of a line from 0 at 0 ms to 1 at `rampMs`. */
function meanOfRamp(slotFromMs: number, rampMs: number): number {
  if (rampMs <= slotFromMs) return 1;
  const upTo = Math.min(rampMs, slotFromMs + slotMs);
  const rising = ((slotFromMs + upTo) / 2 / rampMs) * (upTo - slotFromMs);
  return (rising + (slotFromMs + slotMs - upTo)) / slotMs;
}
