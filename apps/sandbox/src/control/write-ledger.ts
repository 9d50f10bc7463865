import type { Instant } from '@warmshift/domain';
import type { AppliedWrite } from '../http/routes';
import type { Vendor } from '../world/device';

/** One write that a vendor's cloud got. */
export interface VendorWrite extends AppliedWrite {
  readonly vendor: Vendor;
  readonly at: Instant;
  /** Real time, epoch ms. */
  readonly realAt: number;
  /** `late`: it will take effect; `never`: it was answered as a success and dropped. */
  applied: 'now' | 'late' | 'never';
}

const kept = 200_000;
/** How much later (virtual) a delayed write takes effect. */
export const lateMs = 40_000;

/** Every write, and those that still have to take effect. */
export class WriteLedger {
  private readonly writes: VendorWrite[] = [];
  private pending: { readonly dueAt: Instant; readonly change: () => void }[] = [];

  record(write: VendorWrite, change: () => void): void {
    this.writes.push(write);
    if (this.writes.length > kept) this.writes.splice(0, kept / 10);
    if (write.applied === 'now') change();
    else if (write.applied === 'late') this.pending.push({ dueAt: write.at + lateMs, change });
  }

  /** Lets delayed writes take effect. */
  flush(now: Instant): void {
    if (this.pending.length === 0) return;
    const due = this.pending.filter((write) => write.dueAt <= now);
    this.pending = this.pending.filter((write) => write.dueAt > now);
    for (const write of due) write.change();
  }

  since(at: Instant): readonly VendorWrite[] {
    return this.writes.filter((write) => write.at >= at);
  }
}
