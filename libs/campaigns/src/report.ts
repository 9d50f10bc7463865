import {
  delivered,
  slotMeans,
  slotMs,
  type ActionState,
  type Direction,
  type Instant,
  type OutcomeCode,
  type PlanSlot,
  type PowerSample,
  type Span,
} from '@warmshift/domain';
import type { HoldOutComparison } from './hold-out';

/** What a report needs to know of one action. Power in W. */
export interface ReportedAction {
  readonly actionId: string;
  readonly zoneId: string;
  readonly deviceId: string;
  readonly vendor: string;
  readonly state: ActionState;
  readonly code?: OutcomeCode | undefined;
  readonly direction: Direction;
  readonly span: Span;
  readonly sentAt?: Instant | undefined;
  readonly activeAt?: Instant | undefined;
  readonly endedAt?: Instant | undefined;
  readonly endRequestedAt?: Instant | undefined;
  readonly expectedYieldW: number;
  readonly baselineW: number;
  readonly cyclesReserved: number;
  /** Readings with a power, from a little before the window to a little after it. */
  readonly samples: readonly PowerSample[];
}

/** What was asked of the vendors, what devices showed, what was measured. Kept apart. */
export interface PowerAccount {
  /** Expected of the actions that were sent to their vendors. */
  readonly commandedW: number;
  /** Of these, what a read-back showed on the device. */
  readonly acknowledgedW: number;
  /** Seen in readings: baseline minus power, only of acknowledged actions. Absent where nothing was measured. */
  readonly observedW?: number | undefined;
  /** Of the observed, what the vendor measured, and what was worked out from ratings or models. */
  readonly reportedW?: number | undefined;
  readonly estimatedW?: number | undefined;
}

export interface ReportSlot extends PowerAccount {
  readonly startsAt: Instant;
  readonly askedW?: number | undefined;
  readonly promisedW: number;
  /** What zones whose action was over drew on top of their baseline: not taken off the observed. */
  readonly reboundW?: number | undefined;
}

export interface VendorReport {
  readonly vendor: string;
  readonly actions: number;
  readonly measured: number;
  readonly observedWh: number;
  readonly slots: readonly (PowerAccount & { readonly startsAt: Instant })[];
}

export interface Report {
  readonly slots: readonly ReportSlot[];
  readonly byVendor: readonly VendorReport[];
  readonly outcomes: Readonly<Record<string, number>>;
  /** Why actions did not run their course. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Actions of campaigns of lower priority that ended for this occurrence. */
  readonly preempted: number;
  readonly holdOut?: HoldOutComparison | undefined;
}

interface SeenSlot {
  readonly powerW?: number | undefined;
  readonly quality: 'reported' | 'estimated' | 'missing';
  readonly reboundW?: number | undefined;
}

type Seen = ReadonlyMap<string, readonly SeenSlot[]>;

/** What became of an occurrence: asked, promised, commanded, acknowledged and observed are kept apart. Pure. */
export function reportOf(
  window: Span,
  plan: readonly PlanSlot[],
  actions: readonly ReportedAction[],
  more: { readonly preempted: number; readonly holdOut?: HoldOutComparison | undefined } = { preempted: 0 },
): Report {
  const seen: Seen = new Map(actions.map((action) => [action.actionId, deliveredOf(window, action)]));
  const slots = plan.map((slot): ReportSlot => {
    const index = slotIndex(slot.startsAt, window);
    const rebounds = actions
      .map(({ actionId }) => seen.get(actionId)?.[index]?.reboundW)
      .filter((powerW) => powerW !== undefined);
    return {
      startsAt: slot.startsAt,
      askedW: slot.targetW,
      promisedW: slot.promisedW,
      ...accountOf(slot.startsAt, index, actions, seen),
      reboundW: rebounds.length === 0 ? undefined : sum(rebounds, (powerW) => powerW),
    };
  });
  return {
    slots,
    byVendor: vendorsOf(window, plan, actions, seen),
    outcomes: counts(actions, ({ state }) => state),
    reasons: counts(
      actions.filter(({ code }) => code !== undefined),
      ({ code }) => code!,
    ),
    ...more,
  };
}

/**
 * What one action delivered in every slot of the window, and what its zone drew on top of its baseline after its end. An
 * action that no read-back ever showed counts 0, whatever the power did.
 */
export function deliveredOf(window: Span, action: ReportedAction): SeenSlot[] {
  const { baselineW, direction, samples, span } = action;
  const endsAt = Math.min(span.endsAt, action.endedAt ?? Infinity);
  const means = slotMeans(samples, window);
  const baselineSlotsW = means.map(({ startsAt }) => (shareOf(startsAt, span) > 0 ? baselineW : undefined));
  if (samples.length === 0) return means.map(() => ({ quality: 'missing' }));
  const state = action.activeAt === undefined ? 'FAILED' : action.state;
  const actualSlotsW = means.map(({ meanW }) => meanW);
  const { slotsW } = delivered({ direction, state, baselineSlotsW, actualSlotsW });
  return means.map(({ meanW, quality, startsAt }, slot) => {
    const isOver = action.activeAt !== undefined && startsAt >= endsAt;
    const cameBackW = meanW === undefined ? undefined : meanW - baselineW;
    return {
      powerW: slotsW[slot],
      quality,
      reboundW:
        isOver && cameBackW !== undefined ? (direction === 'decrease' ? cameBackW : -cameBackW) : undefined,
    };
  });
}

function accountOf(
  startsAt: Instant,
  index: number,
  actions: readonly ReportedAction[],
  seen: Seen,
): PowerAccount {
  const observed = actions
    .map(({ actionId }) => seen.get(actionId)?.[index])
    .filter((slot) => slot?.powerW !== undefined);
  const ofQuality = (quality: SeenSlot['quality']) => {
    const some = observed.filter((slot) => slot?.quality === quality);
    return some.length === 0 ? undefined : sum(some, (slot) => slot?.powerW ?? 0);
  };
  return {
    commandedW: sum(actions, ({ expectedYieldW, sentAt, span }) =>
      sentAt === undefined ? 0 : expectedYieldW * shareOf(startsAt, span),
    ),
    acknowledgedW: sum(actions, ({ activeAt, expectedYieldW, span }) =>
      activeAt === undefined ? 0 : expectedYieldW * shareOf(startsAt, span),
    ),
    observedW: observed.length === 0 ? undefined : sum(observed, (slot) => slot?.powerW ?? 0),
    reportedW: ofQuality('reported'),
    estimatedW: ofQuality('estimated'),
  };
}

function vendorsOf(
  window: Span,
  plan: readonly PlanSlot[],
  actions: readonly ReportedAction[],
  seen: Seen,
): VendorReport[] {
  const vendors = [...new Set(actions.map(({ vendor }) => vendor))].sort();
  return vendors.map((vendor) => {
    const own = actions.filter((action) => action.vendor === vendor);
    return {
      vendor,
      actions: own.length,
      measured: own.filter(({ samples }) => samples.length > 0).length,
      observedWh: sum(
        own,
        ({ actionId }) => (sum(seen.get(actionId) ?? [], ({ powerW }) => powerW ?? 0) * slotMs) / 3_600_000,
      ),
      slots: plan.map(({ startsAt }) => ({
        startsAt,
        ...accountOf(startsAt, slotIndex(startsAt, window), own, seen),
      })),
    };
  });
}

/** A plan that was made late begins later than its window. */
function slotIndex(startsAt: Instant, window: Span): number {
  return Math.round((startsAt - window.startsAt) / slotMs);
}

/** Share (0..1) of the slot that lies inside `span`. */
export function shareOf(slotStartsAt: Instant, span: Span): number {
  const from = Math.max(slotStartsAt, span.startsAt);
  const to = Math.min(slotStartsAt + slotMs, span.endsAt);
  return Math.max(0, to - from) / slotMs;
}

function counts<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const result: Record<string, number> = {};
  for (const item of items) result[key(item)] = (result[key(item)] ?? 0) + 1;
  return result;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
