/** What `verifyPlan` checks. */
export const constraints = [
  'INSIDE_WINDOW',
  'NO_OVERLAP',
  'USED_ONCE',
  'LONGEST_SPAN',
  'BLOCKED',
  'CYCLES',
  'READY',
  'ACCOUNTED_FOR',
  'STANDING_KEPT',
  'HOLD_OUT',
  'VENDOR_PACE',
  'VENDOR_QUOTA',
  'RELEASE_CAP',
  'SLOT_SUMS',
] as const;
export type Constraint = (typeof constraints)[number];

export interface BrokenConstraint {
  readonly constraint: Constraint;
  /** The zone, the device (`CYCLES`), the connection (`VENDOR_…`), or the slot's start (`SLOT_SUMS`, `RELEASE_CAP`). */
  readonly where: string;
  readonly detail: string;
}
