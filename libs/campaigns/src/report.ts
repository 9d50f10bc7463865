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

/** What a report needs to know of one action. Power in W. */
export interface ReportedAction {
  readonly actionId: string;
  readonly vendor: string;
  readonly state: ActionState;
  readonly code?: OutcomeCode | undefined;
  readonly direction: Direction;
  readonly span: Span;
  readonly sentAt?: Instant | undefined;
  readonly activeAt?: Instant | undefined;
  readonly expectedYieldW: number;
  readonly baselineW: number;
  /** Readings with a power, from a little before the window to a little after it. */
  readonly samples: readonly PowerSample[];
}

export interface ReportSlot {
  readonly startsAt: Instant;
  readonly askedW?: number | undefined;
  readonly promisedW: number;
  /** Expected of the actions that were sent to their vendors. */
  readonly commandedW: number;
  /** Of these, what a read-back showed on the device. */
  readonly acknowledgedW: number;
  /** Seen in readings: baseline minus power, only of acknowledged actions. Absent where nothing was measured. */
  readonly observedW?: number | undefined;
}

export interface Report {
  readonly slots: readonly ReportSlot[];
  readonly byVendor: readonly {
    readonly vendor: string;
    readonly actions: number;
    readonly measured: number;
    readonly observedWh: number;
  }[];
  readonly outcomes: Readonly<Record<string, number>>;
  /** Why actions did not run their course. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What became of an occurrence: asked, promised, commanded, acknowledged and observed are kept apart. Pure. */
export function reportOf(
  window: Span,
  plan: readonly PlanSlot[],
  actions: readonly ReportedAction[],
): Report {
  const measured = new Map(actions.map((action) => [action.actionId, measuredSlots(window, action)]));
  const slots = plan.map((slot): ReportSlot => {
    // A plan that was made late begins later than its window.
    const index = Math.round((slot.startsAt - window.startsAt) / slotMs);
    const overlapping = actions.map((action) => ({ action, share: shareOf(slot.startsAt, action.span) }));
    const observed = actions
      .map(({ actionId }) => measured.get(actionId)?.[index])
      .filter((powerW) => powerW !== undefined);
    return {
      startsAt: slot.startsAt,
      askedW: slot.targetW,
      promisedW: slot.promisedW,
      commandedW: sum(overlapping, ({ action, share }) =>
        action.sentAt === undefined ? 0 : action.expectedYieldW * share,
      ),
      acknowledgedW: sum(overlapping, ({ action, share }) =>
        action.activeAt === undefined ? 0 : action.expectedYieldW * share,
      ),
      observedW: observed.length === 0 ? undefined : sum(observed, (powerW) => powerW),
    };
  });
  return {
    slots,
    byVendor: vendorsOf(actions, measured),
    outcomes: counts(actions, ({ state }) => state),
    reasons: counts(
      actions.filter(({ code }) => code !== undefined),
      ({ code }) => code!,
    ),
  };
}

function measuredSlots(window: Span, action: ReportedAction): (number | undefined)[] {
  const baselineSlotsW = slotMeans([], window).map(({ startsAt }) =>
    shareOf(startsAt, action.span) > 0 ? action.baselineW : undefined,
  );
  const actualSlotsW = slotMeans(action.samples, window).map(({ meanW }) => meanW);
  if (action.samples.length === 0) return actualSlotsW;
  const state = action.activeAt === undefined ? 'FAILED' : action.state;
  return [...delivered({ direction: action.direction, state, baselineSlotsW, actualSlotsW }).slotsW];
}

function vendorsOf(
  actions: readonly ReportedAction[],
  measured: ReadonlyMap<string, (number | undefined)[]>,
): Report['byVendor'] {
  const vendors = [...new Set(actions.map(({ vendor }) => vendor))].sort();
  return vendors.map((vendor) => {
    const own = actions.filter((action) => action.vendor === vendor);
    return {
      vendor,
      actions: own.length,
      measured: own.filter(({ samples }) => samples.length > 0).length,
      observedWh: sum(
        own,
        ({ actionId }) => (sum(measured.get(actionId) ?? [], (powerW) => powerW ?? 0) * slotMs) / 3_600_000,
      ),
    };
  });
}

/** Share (0..1) of the slot that lies inside `span`. */
function shareOf(slotStartsAt: Instant, span: Span): number {
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
