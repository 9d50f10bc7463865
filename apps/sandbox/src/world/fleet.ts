import type { Instant } from '@warmshift/domain';
import { PassiveDevice, type SimDevice } from './device';
import { createHeaters, type HeatingControlFleet } from './fleet-heatingcontrol';
import { createThermostatHomes } from './fleet-istabai';
import { createHeatPumps } from './fleet-nox';
import type { HeatPumpDevice } from './heat-pump-device';
import { Random } from './random';
import type { ThermostatHome } from './thermostat-home';

/** How much of each vendor there is. */
export interface FleetSize {
  /** Devices listed, gateways among them. */
  readonly heatingcontrol: number;
  /** Homes of two to four rooms. */
  readonly istabai: number;
  /** Heat pumps. */
  readonly nox: number;
  /** Sites. */
  readonly microclimates: number;
}

/** 0 guest, 1 monitor, 2 controller, 3 admin, 4 owner. */
export type SiteRole = 0 | 1 | 2 | 3 | 4;

export interface EdgeSite {
  readonly device: PassiveDevice;
  readonly name: string;
  readonly role: SiteRole;
}

export interface Fleet {
  readonly heatingcontrol: HeatingControlFleet;
  readonly istabai: readonly ThermostatHome[];
  readonly nox: readonly HeatPumpDevice[];
  readonly microclimates: readonly EdgeSite[];
}

/** The time zones in use, each with its index. */
export class FleetZones {
  readonly names: string[] = [];

  indexOf(timeZone: string): number {
    const known = this.names.indexOf(timeZone);
    return known >= 0 ? known : this.names.push(timeZone) - 1;
  }
}

/** Every home of a sandbox; the same seed and sizes give the same homes. */
export function createFleet(seed: number, size: FleetSize, zones: FleetZones, at: Instant): Fleet {
  return {
    heatingcontrol: createHeaters(seed, size.heatingcontrol, zones, at),
    istabai: createThermostatHomes(seed, size.istabai, zones, at),
    nox: createHeatPumps(seed, size.nox, zones, at),
    microclimates: Array.from({ length: size.microclimates }, (_, index) => createSite(seed, index, zones)),
  };
}

export function allDevices(fleet: Fleet): SimDevice[] {
  return [
    ...fleet.heatingcontrol.gateways,
    ...fleet.heatingcontrol.heaters,
    ...fleet.istabai.flatMap((home) => home.rooms),
    ...fleet.nox,
    ...fleet.microclimates.map((site) => site.device),
  ];
}

const siteNames = ['Indoor Farm North', 'Greenhouse East', 'Office Annex', 'School Gym', 'Depot'] as const;
const siteRoles: readonly SiteRole[] = [2, 1, 4, 0, 3];

function createSite(seed: number, index: number, zones: FleetZones): EdgeSite {
  const id = new Random(seed, 'microclimates', index).hex(4) + index.toString(16);
  const name = siteNames[index % siteNames.length] ?? `Site ${index + 1}`;
  const device = new PassiveDevice({
    vendor: 'microclimates',
    vendorDeviceId: id,
    kind: 'site_gateway',
    homeId: id,
    name,
    timeZone: 'UTC',
    zoneIndex: zones.indexOf('UTC'),
    zones: [],
    ratedPowerW: 0,
  });
  device.offline = index % 3 === 2;
  return { device, name, role: siteRoles[index % siteRoles.length] ?? 1 };
}
