import type { Instant } from '@warmshift/domain';
import {
  currentStateSchema,
  deviceSettingsSchema,
  forecastSlotSchema,
  measuredAtOf,
  parseTimestamp,
  readingsOf,
  type ThermalFacts,
} from '@warmshift/vendors/nox';
import type { CloudContext } from '../../apps/sandbox/src/clouds/cloud-context';
import { settingsView } from '../../apps/sandbox/src/clouds/nox/nox-settings';
import { currentState, forecast } from '../../apps/sandbox/src/clouds/nox/nox-thermal';
import type { HeatPumpDevice } from '../../apps/sandbox/src/world/heat-pump-device';
import type { MemoryFleet } from './memory-fleet';

type Extras = Pick<ThermalFacts, 'forecast' | 'settings'>;

/**
 * Reads all heat pumps every quarter hour: the payloads are those of the sandbox's NOX cloud, and the vendor
 * package parses and maps them. Only HTTP is left out: 1.2 million requests would take longer than all the rest.
 * Bounds and activation limits come with the forecast and the settings, which are read once a day.
 */
export class HomeReader {
  private readonly extras = new Map<string, Extras>();

  constructor(
    private readonly context: CloudContext,
    private readonly fleet: MemoryFleet,
  ) {}

  readSettings(): void {
    for (const pump of this.context.world.fleet.nox) {
      const slots = bodyOf(forecast(pump, this.context, new URLSearchParams(), true)) as {
        data: { forecasts: unknown[] };
      };
      const forecasts = slots.data.forecasts.map((slot) => forecastSlotSchema.parse(slot));
      this.extras.set(pump.identity.vendorDeviceId, {
        forecast: { startsAt: parseTimestamp(forecasts[0]!.timestamp)!, slots: forecasts },
        settings: deviceSettingsSchema.parse(settingsView(pump)),
      });
    }
  }

  read(now: Instant): void {
    for (const pump of this.context.world.fleet.nox) this.readOne(pump, now);
  }

  private readOne(pump: HeatPumpDevice, now: Instant): void {
    const id = pump.identity.vendorDeviceId;
    const device = this.fleet.devices.get(id);
    const extras = this.extras.get(id);
    if (!device || !extras) return;
    const { data } = bodyOf(currentState(pump, this.context.world, true)) as { data: unknown };
    const state = currentStateSchema.parse(data);
    const measuredAt = measuredAtOf(state, now);
    if (measuredAt === undefined) throw new Error(`The state of ${id} has no time.`);
    this.fleet.ingest(device, readingsOf({ state, ...extras }, measuredAt));
  }
}

function bodyOf({ status, body }: { readonly status: number; readonly body?: unknown }): unknown {
  if (status !== 200) throw new Error(`The sandbox answered ${status}.`);
  return body;
}
