import type { Instant } from '@warmshift/domain';
import type { AppliedWrite } from '../http/routes';
import type { SimDevice, Vendor } from '../world/device';

/** One write that a vendor's cloud got. */
export interface VendorWrite extends AppliedWrite {
  readonly vendor: Vendor;
  readonly at: Instant;
  /** Real time, epoch ms. */
  readonly realAt: number;
  /** `late`: it will take effect; `never`: it was answered as a success and dropped. */
  applied: 'now' | 'late' | 'never';
  /** Real time at which the cloud last told its state; absent: never. */
  readonly readRealAt?: number | undefined;
  /** What taking effect did to the device; absent: it has not taken effect, or is about no single device. */
  effect?: WriteEffect | undefined;
}

export interface WriteEffect {
  /** False: the device held all of it before, so the write was one too many. */
  readonly changed: boolean;
  /** In words what the device does otherwise than its customer set afterwards; absent: nothing. */
  readonly steering?: string | undefined;
  /** °C that the room is held at, where there is such a number. */
  readonly targetBeforeC?: number | undefined;
  readonly targetC?: number | undefined;
  readonly customerC?: number | undefined;
}

export interface CustomerAct {
  readonly vendor: Vendor;
  readonly vendorDeviceId: string;
  readonly setpointC: number;
  readonly at: Instant;
  /** Real time, epoch ms. */
  readonly realAt: number;
}

const kept = 200_000;
/** How much later (virtual) a delayed write takes effect. */
export const lateMs = 40_000;

/** Every write, and those that still have to take effect; every turn of a dial that somebody asked for. */
export class WriteLedger {
  readonly customerActs: CustomerAct[] = [];
  private readonly writes: VendorWrite[] = [];
  private readonly reads = new Map<string, number>();
  private pending: { readonly dueAt: Instant; readonly change: () => void }[] = [];

  record(write: VendorWrite, device: SimDevice | undefined, change: () => void): void {
    const readRealAt = device && this.lastRead(device);
    const entry: VendorWrite = { ...write, ...(readRealAt === undefined ? {} : { readRealAt }) };
    this.writes.push(entry);
    if (this.writes.length > kept) this.writes.splice(0, kept / 10);
    const takeEffect = (): void => {
      entry.effect = device === undefined ? (change(), undefined) : effectOf(device, change, entry.at);
    };
    if (entry.applied === 'now') takeEffect();
    else if (entry.applied === 'late') this.pending.push({ dueAt: entry.at + lateMs, change: takeEffect });
  }

  /** The cloud told the state of a device, or of all devices of a home. */
  noteRead(vendor: Vendor, id: string, realAt: number): void {
    this.reads.set(`${vendor}/${id}`, realAt);
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

  private lastRead({ identity }: SimDevice): number | undefined {
    const { vendor, vendorDeviceId, homeId } = identity;
    const seen = [`${vendor}/${vendorDeviceId}`, `${vendor}/${homeId}`].map(
      (key) => this.reads.get(key) ?? 0,
    );
    const last = Math.max(...seen);
    return last === 0 ? undefined : last;
  }
}

function effectOf(device: SimDevice, change: () => void, at: Instant): WriteEffect {
  const before = { holding: device.holding(at), targets: device.targets };
  change();
  const { targets } = device;
  return {
    changed: device.holding(at) !== before.holding,
    steering: device.steering(at),
    targetBeforeC: before.targets?.steeredC,
    targetC: targets?.steeredC,
    customerC: targets?.customerC,
  };
}
