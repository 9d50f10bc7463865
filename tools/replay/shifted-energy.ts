import { slotMs, type Direction, type Instant } from '@warmshift/domain';
import type { World } from '../../apps/sandbox/src/world/world';
import type { MemoryFleet } from './memory-fleet';

/** Energy that devices in an active action did not draw (or drew more), against their twins. From the sandbox's own meters. */
export class ShiftedEnergy {
  totalWh = 0;

  constructor(private readonly world: World) {}

  /** Called every minute; counts the quarter that has just ended. */
  note(fleet: MemoryFleet, now: Instant): void {
    if (now % slotMs !== 0) return;
    for (const device of fleet.devices.values()) {
      const active = device.actions.find(
        ({ activeAt, startsAt, endsAt }) => activeAt !== undefined && startsAt < now && now <= endsAt,
      );
      if (active) this.totalWh += this.slotWh(device.deviceId, active.direction, now - slotMs);
    }
  }

  private slotWh(vendorDeviceId: string, direction: Direction, at: Instant): number {
    const slot = this.world.device('nox', vendorDeviceId)?.records.power.slot(at);
    if (!slot) return 0;
    const lessWh = (slot.twinWs - slot.actualWs) / 3_600;
    return direction === 'decrease' ? lessWh : -lessWh;
  }
}
