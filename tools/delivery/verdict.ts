/** Power of one slot by the sandbox's own record, kW. */
export interface MeasuredSlot {
  readonly startsAt: number;
  readonly actualKw: number;
  readonly twinKw: number;
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
  readonly checks: readonly { readonly says: string; readonly holds: boolean }[];
}

const slotTolerance = 0.05;
const windowTolerance = 0.02;

/** What was delivered against what was asked, by the twins that nobody steers. */
export function deliveryResult(
  window: readonly MeasuredSlot[],
  after: readonly MeasuredSlot[],
  order: { readonly askedKw: number; readonly capKw: number },
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

export function percent(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)} %`;
}
