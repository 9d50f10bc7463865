import { minuteMs, slotMs, type Instant } from '@warmshift/domain';
import { HeatPumpDevice } from '../../apps/sandbox/src/world/heat-pump-device';
import { HeaterDevice } from '../../apps/sandbox/src/world/heater-device';
import { ThermostatRoom } from '../../apps/sandbox/src/world/thermostat-home';
import type { World } from '../../apps/sandbox/src/world/world';

export interface TruePower {
  /** Mean W of the slot. */
  readonly twinW: number;
  readonly actualW: number;
}

/** Power per zone and slot, looked up in the simulated homes once a minute: as steered, and as their twins that nobody steers. */
export class Truth {
  private readonly zones = new Map<string, Map<Instant, { twinWMinutes: number; actualWMinutes: number }>>();

  constructor(private readonly world: World) {}

  /** Called every minute: what is drawn now counts for the minute that is over. */
  note(now: Instant): void {
    const slot = Math.floor((now - minuteMs) / slotMs) * slotMs;
    for (const device of this.world.devices) {
      const id = device.identity.vendorDeviceId;
      if (device instanceof HeatPumpDevice) {
        this.add(`${id}/room`, slot, device.twin.roomPowerW, device.steered.roomPowerW);
        this.add(`${id}/DHW`, slot, device.twin.dhwPowerW, device.steered.dhwPowerW);
      } else if (device instanceof HeaterDevice || device instanceof ThermostatRoom) {
        this.add(`${id}/room`, slot, device.twin.powerW, device.steered.powerW);
      }
    }
  }

  of(zoneId: string, slot: Instant): TruePower {
    const { actualWMinutes = 0, twinWMinutes = 0 } = this.zones.get(zoneId)?.get(slot) ?? {};
    const minutes = slotMs / minuteMs;
    return { twinW: twinWMinutes / minutes, actualW: actualWMinutes / minutes };
  }

  total(slot: Instant): TruePower {
    let twinW = 0;
    let actualW = 0;
    for (const zoneId of this.zones.keys()) {
      const of = this.of(zoneId, slot);
      twinW += of.twinW;
      actualW += of.actualW;
    }
    return { twinW, actualW };
  }

  private add(zoneId: string, slot: Instant, twinW: number, actualW: number): void {
    const slots =
      this.zones.get(zoneId) ?? new Map<Instant, { twinWMinutes: number; actualWMinutes: number }>();
    this.zones.set(zoneId, slots);
    const sum = slots.get(slot) ?? { twinWMinutes: 0, actualWMinutes: 0 };
    sum.twinWMinutes += twinW;
    sum.actualWMinutes += actualW;
    slots.set(slot, sum);
  }
}
