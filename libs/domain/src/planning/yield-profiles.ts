import type { PlanZone } from './plan-types';

/** What zones yield slot by slot, row after row. */
export class YieldProfiles {
  /** `slots + 1` sums a row: energy from the window's start up to each slot, W × slots. */
  private readonly summed: Float64Array;

  constructor(
    readonly yieldsW: Float64Array,
    readonly variancesW2: Float64Array,
    rows: number,
    slots: number,
  ) {
    this.summed = new Float64Array(rows * (slots + 1));
    for (let row = 0; row < rows; row++) {
      const at = row * (slots + 1);
      for (let slot = 0; slot < slots; slot++) {
        this.summed[at + slot + 1] = this.summed[at + slot]! + yieldsW[row * slots + slot]!;
      }
    }
  }

  /** @param until slots and a part of a slot after the window's start. */
  energyUpTo(row: number, slots: number, until: number): number {
    const whole = Math.min(slots, Math.floor(until));
    const before = this.summed[row * (slots + 1) + whole]!;
    return whole === slots ? before : before + (until - whole) * this.yieldsW[row * slots + whole]!;
  }
}

/** Absent when no zone has slots that differ: then nothing needs to be looked up. */
export function profilesOf(zones: readonly PlanZone[], slots: number): YieldProfiles | undefined {
  if (zones.every(({ slotStdDevsW, slotYieldsW }) => !slotYieldsW && !slotStdDevsW)) return undefined;
  const yieldsW = new Float64Array(zones.length * slots);
  const variancesW2 = new Float64Array(zones.length * slots);
  zones.forEach(({ expectedYieldW, slotStdDevsW, slotYieldsW, yieldStdDevW }, row) => {
    for (let slot = 0; slot < slots; slot++) {
      const at = row * slots + slot;
      yieldsW[at] = slotYieldsW ? slotYieldsW[slot]! : expectedYieldW;
      const stdDevW = slotStdDevsW ? slotStdDevsW[slot]! : yieldStdDevW;
      variancesW2[at] = stdDevW * stdDevW;
    }
  });
  return new YieldProfiles(yieldsW, variancesW2, zones.length, slots);
}
