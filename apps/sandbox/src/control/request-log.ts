import { minuteMs, type Instant } from '@warmshift/domain';
import { vendors, type Vendor } from '../world/device';

const keptMinutes = 3 * 24 * 60;

/** How many requests each vendor's cloud got, by minute of the clock; refused and broken ones count too. */
export class RequestLog {
  private readonly totals = new Map<Vendor, number>();
  private readonly minutes = new Map<Vendor, Map<Instant, number>>();

  note(vendor: Vendor, at: Instant): void {
    this.totals.set(vendor, (this.totals.get(vendor) ?? 0) + 1);
    const minute = Math.floor(at / minuteMs) * minuteMs;
    const counts = this.minutes.get(vendor) ?? new Map<Instant, number>();
    this.minutes.set(vendor, counts);
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
    if (counts.size > keptMinutes) counts.delete([...counts.keys()][0] ?? minute);
  }

  since(from: Instant): readonly {
    readonly vendor: Vendor;
    /** Since the start of the sandbox. */
    readonly total: number;
    readonly minutes: readonly { readonly at: Instant; readonly requests: number }[];
  }[] {
    return vendors.map((vendor) => ({
      vendor,
      total: this.totals.get(vendor) ?? 0,
      minutes: [...(this.minutes.get(vendor) ?? [])]
        .filter(([at]) => at >= from)
        .map(([at, requests]) => ({ at, requests })),
    }));
  }
}
