import type { ActionState } from '../actions/action';
import { slotMs } from '../fleet';
import type { Direction } from '../fleet';
import { InvalidInput } from '../errors';

/** States that prove that the device did what we asked, at least for a time. */
const provenStates: readonly ActionState[] = ['ACTIVE', 'RESTORING', 'RESTORED', 'OVERRIDDEN'];

export interface Delivered {
  /** W per slot in the asked direction; absent where baseline or actual is. Negative: the wrong way, as rebound is. */
  readonly slotsW: readonly (number | undefined)[];
  /** Over the slots that are known. */
  readonly energyWh: number;
  readonly missingSlots: number;
}

/**
 * What one action delivered, per slot: baseline minus actual for a decrease, actual minus baseline for an increase.
 *
 * No phantom power: an action that was never sent, failed, or was never seen on the device counts 0, whatever the
 * power did; a slot without a measurement counts nothing.
 *
 * @throws InvalidInput when the two series differ in length.
 */
export function delivered(facts: {
  readonly direction: Direction;
  readonly state: ActionState;
  readonly baselineSlotsW: readonly (number | undefined)[];
  readonly actualSlotsW: readonly (number | undefined)[];
}): Delivered {
  const { direction, state, baselineSlotsW, actualSlotsW } = facts;
  if (baselineSlotsW.length !== actualSlotsW.length) {
    const reason = `has ${actualSlotsW.length} slots and the baseline has ${baselineSlotsW.length}`;
    throw InvalidInput.because('actualSlotsW', reason);
  }
  if (!provenStates.includes(state)) {
    return { slotsW: baselineSlotsW.map(() => 0), energyWh: 0, missingSlots: 0 };
  }
  const slotsW = baselineSlotsW.map((baselineW, slot) => {
    const actualW = actualSlotsW[slot];
    if (baselineW === undefined || actualW === undefined) return undefined;
    return direction === 'decrease' ? baselineW - actualW : actualW - baselineW;
  });
  const known = slotsW.filter((powerW) => powerW !== undefined);
  const sumW = known.reduce((sum, powerW) => sum + powerW, 0);
  return { slotsW, energyWh: (sumW * slotMs) / 3_600_000, missingSlots: slotsW.length - known.length };
}
