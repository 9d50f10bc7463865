import { minuteMs, slotMs, type Instant } from '@warmshift/domain';
import { HeatPumpDevice } from '../../../apps/sandbox/src/world/heat-pump-device';
import { HeaterDevice } from '../../../apps/sandbox/src/world/heater-device';
import { ThermostatRoom } from '../../../apps/sandbox/src/world/thermostat-home';
import type { Vendor } from '../../../apps/sandbox/src/world/device';
import type { World } from '../../../apps/sandbox/src/world/world';
import type { MeasuredSlot } from '../verdict';

/** Energy of one slot, W × minutes. */
interface Sum {
  twin: number;
  actual: number;
}

const minutesPerSlot = slotMs / minuteMs;

/** Power per vendor and slot, looked up in the simulated homes once a minute: as steered, and as their twins that nobody steers. */
export class Truth {
  private readonly slots = new Map<Instant, Map<Vendor, Sum>>();

  constructor(private readonly world: World) {}

  /** Called every minute: what is drawn now counts for the minute that is over. */
  note(now: Instant): void {
    const startsAt = Math.floor((now - minuteMs) / slotMs) * slotMs;
    const slot = this.slots.get(startsAt) ?? new Map<Vendor, Sum>();
    this.slots.set(startsAt, slot);
    for (const device of this.world.devices) {
      const { vendor } = device.identity;
      const sum = slot.get(vendor) ?? { twin: 0, actual: 0 };
      slot.set(vendor, sum);
      if (device instanceof HeatPumpDevice) {
        sum.twin += device.twin.roomPowerW + device.twin.dhwPowerW;
        sum.actual += device.powerW;
      } else if (device instanceof HeaterDevice || device instanceof ThermostatRoom) {
        sum.twin += device.twin.powerW;
        sum.actual += device.steered.powerW;
      }
    }
  }

  slot(startsAt: Instant): MeasuredSlot {
    const vendors = [...(this.slots.get(startsAt) ?? [])];
    const kw = (wattMinutes: number) => wattMinutes / minutesPerSlot / 1000;
    return {
      startsAt,
      twinKw: kw(vendors.reduce((sum, [, { twin }]) => sum + twin, 0)),
      actualKw: kw(vendors.reduce((sum, [, { actual }]) => sum + actual, 0)),
      savedKw: Object.fromEntries(vendors.map(([vendor, { actual, twin }]) => [vendor, kw(twin - actual)])),
    };
  }
}
