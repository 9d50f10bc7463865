/** Power of one slot by the sandbox's own record, kW. */
export interface MeasuredSlot {
  readonly startsAt: number;
  readonly actualKw: number;
  readonly twinKw: number;
  /** Of every vendor: without steering less what was drawn. */
  readonly savedKw: Readonly<Record<string, number>>;
}

/** What the plan expected of one zone. */
export interface ExpectedAction {
  readonly vendor: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly expectedYieldKw: number;
}

export interface DeliveryResult {
  readonly slots: readonly (MeasuredSlot & {
    readonly askedKw: number;
    readonly deliveredKw: number;
    /** Delivered over asked, minus one. */
    readonly off: number;
  })[];
  readonly windowOff: number;
  /** Highest rebound (actual above the twin) of a slot in the two hours after the window. */
  readonly reboundKw: number;
  readonly capKw: number;
  /** kW per slot, what came back after the release among it. */
  readonly byVendor: readonly {
    readonly vendor: string;
    readonly expectedKw: readonly number[];
    readonly deliveredKw: readonly number[];
  }[];
  readonly checks: readonly { readonly says: string; readonly holds: boolean }[];
}

const slotMs = 15 * 60_000;
const slotTolerance = 0.05;
const windowTolerance = 0.02;

/** What was delivered against what was asked, by the twins that nobody steers. */
export function deliveryResult(
  window: readonly MeasuredSlot[],
  after: readonly MeasuredSlot[],
  order: {
    readonly askedKw: number;
    readonly capKw: number;
    readonly actions: readonly ExpectedAction[];
  },
): DeliveryResult {
  if (window.length === 0) throw new Error('The window has no slot.');
  const slots = window.map((slot) => {
    const deliveredKw = slot.twinKw - slot.actualKw;
    return { ...slot, askedKw: order.askedKw, deliveredKw, off: deliveredKw / order.askedKw - 1 };
  });
  const windowOff = slots.reduce((sum, { off }) => sum + off, 0) / slots.length;
  const reboundKw = Math.max(0, ...after.map(({ actualKw, twinKw }) => actualKw - twinKw));
  const worst = slots.reduce((most, slot) => (Math.abs(slot.off) > Math.abs(most.off) ? slot : most));
  return {
    slots,
    windowOff,
    reboundKw,
    capKw: order.capKw,
    byVendor: byVendor([...window, ...after], order.actions),
    checks: [
      {
        says: `in the worst of ${slots.length} full slots ${percent(worst.off)} off the target (at most ±${slotTolerance * 100} %)`,
        holds: slots.every(({ off }) => Math.abs(off) <= slotTolerance),
      },
      {
        says: `over the window ${percent(windowOff)} off the target (at most ±${windowTolerance * 100} %)`,
        holds: Math.abs(windowOff) <= windowTolerance,
      },
      {
        says: `at most ${reboundKw.toFixed(1)} kW came back in a slot after the release (cap ${order.capKw.toFixed(1)} kW)`,
        holds: reboundKw <= order.capKw,
      },
    ],
  };
}

/** Where plan and truth part, vendor by vendor: before what comes back, which the plan counts for all vendors together. */
function byVendor(
  slots: readonly MeasuredSlot[],
  actions: readonly ExpectedAction[],
): DeliveryResult['byVendor'] {
  return [...new Set(actions.map(({ vendor }) => vendor))].sort().map((vendor) => {
    const own = actions.filter((action) => action.vendor === vendor);
    return {
      vendor,
      expectedKw: slots.map((slot) =>
        own.reduce((sum, action) => sum + expectedIn(slot.startsAt, action), 0),
      ),
      deliveredKw: slots.map(({ savedKw }) => savedKw[vendor] ?? 0),
    };
  });
}

function expectedIn(slotStartsAt: number, { startsAt, endsAt, expectedYieldKw }: ExpectedAction): number {
  const from = Math.max(slotStartsAt, Date.parse(startsAt));
  const to = Math.min(slotStartsAt + slotMs, Date.parse(endsAt));
  return (expectedYieldKw * Math.max(0, to - from)) / slotMs;
}

export function percent(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)} %`;
}
