import { slotMs, type Instant } from '@warmshift/domain';
import type { World } from '../world/world';
import type { SimDevice, Vendor } from '../world/device';
import { BadControlRequest, iso } from './query';

export interface SlotPower {
  readonly startsAt: string;
  /** The whole slot has been simulated; otherwise the means are over the part that has. */
  readonly complete: boolean;
  readonly byVendor: Partial<Record<Vendor, { readonly actualW: number; readonly twinW: number }>>;
  readonly actualW: number;
  readonly twinW: number;
}

const mostSlots = 4 * 96;

/** Mean W per 15-min slot: what the homes drew, and what their twins did. */
export function powerBySlot(
  world: World,
  from: Instant,
  to: Instant,
  keys: readonly string[] | undefined,
): readonly SlotPower[] {
  const first = Math.floor(from / slotMs) * slotMs;
  const end = Math.min(to, world.now);
  if ((end - first) / slotMs > mostSlots) throw new BadControlRequest('Power is kept for four days.');
  const devices = chosen(world, keys);
  const slots: SlotPower[] = [];
  for (let at = first; at < end; at += slotMs) slots.push(powerOfSlot(world, devices, at));
  return slots;
}

function powerOfSlot(world: World, devices: readonly SimDevice[], at: Instant): SlotPower {
  const seconds = (Math.min(at + slotMs, world.now) - at) / 1000;
  const byVendor: Partial<Record<Vendor, { actualW: number; twinW: number }>> = {};
  const total = { actualW: 0, twinW: 0 };
  for (const device of devices) {
    const { actualWs, twinWs } = device.records.power.slot(at);
    const sum = (byVendor[device.identity.vendor] ??= { actualW: 0, twinW: 0 });
    for (const target of [sum, total]) {
      target.actualW += actualWs / seconds;
      target.twinW += twinWs / seconds;
    }
  }
  return { startsAt: iso(at), complete: at + slotMs <= world.now, byVendor, ...total };
}

function chosen(world: World, keys: readonly string[] | undefined): readonly SimDevice[] {
  const withPower = world.devices.filter((device) => device.identity.zones.length > 0);
  if (!keys) return withPower;
  const wanted = new Set(keys);
  return withPower.filter((device) => wanted.has(device.key));
}
