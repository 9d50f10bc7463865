import { dayMs, slotMs, type Instant } from '@warmshift/domain';

const keptSlots = (4 * dayMs) / slotMs;

/** Energy of one device per 15-min slot, steered and twin, for the last four days. */
export class PowerRecord {
  private readonly actualWs = new Float64Array(keptSlots);
  private readonly twinWs = new Float64Array(keptSlots);
  private currentSlot = Number.NaN;

  add(at: Instant, actualW: number, twinW: number, dtS: number): void {
    const slot = Math.floor(at / slotMs);
    const index = slot % keptSlots;
    if (slot !== this.currentSlot) {
      this.currentSlot = slot;
      this.actualWs[index] = 0;
      this.twinWs[index] = 0;
    }
    this.actualWs[index]! += actualW * dtS;
    this.twinWs[index]! += twinW * dtS;
  }

  /** W·s of the slot that contains `at`; zero for slots that are not kept. */
  slot(at: Instant): { readonly actualWs: number; readonly twinWs: number } {
    const slot = Math.floor(at / slotMs);
    if (!(slot <= this.currentSlot && slot > this.currentSlot - keptSlots)) return { actualWs: 0, twinWs: 0 };
    const index = slot % keptSlots;
    return { actualWs: this.actualWs[index] ?? 0, twinWs: this.twinWs[index] ?? 0 };
  }
}
