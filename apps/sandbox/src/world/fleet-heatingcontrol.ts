import type { Instant } from '@warmshift/domain';
import { randomDaySchedule } from './day-schedule';
import { PassiveDevice } from './device';
import type { ElementRoomParams } from './element-room';
import type { FleetZones } from './fleet';
import { HeaterDevice, onDial, type HeaterSetting, type HeaterTraits } from './heater-device';
import { Random } from './random';

export interface HeaterHome {
  readonly id: string;
  readonly name: string;
  readonly location: {
    readonly country: string;
    readonly state: string;
    readonly city: string;
    readonly timeZone: string;
    readonly latitude: number;
    readonly longitude: number;
    readonly geofenceRadius: number;
  };
}

export interface HeatingControlFleet {
  readonly homes: readonly HeaterHome[];
  readonly heaters: readonly HeaterDevice[];
  readonly gateways: readonly PassiveDevice[];
}

const places = [
  {
    country: 'EE',
    state: 'Harju',
    city: 'Tallinn',
    timeZone: 'Europe/Tallinn',
    latitude: 59.44,
    longitude: 24.75,
  },
  {
    country: 'BE',
    state: 'Flanders',
    city: 'Ghent',
    timeZone: 'Europe/Brussels',
    latitude: 51.05,
    longitude: 3.72,
  },
  {
    country: 'FI',
    state: 'Uusimaa',
    city: 'Espoo',
    timeZone: 'Europe/Helsinki',
    latitude: 60.21,
    longitude: 24.66,
  },
] as const;
const roomNames = ['Living Room', 'Bedroom', 'Kitchen', 'Study', 'Hall', 'Guest Room'] as const;
const devicesPerHome = 3;

/** Heaters in homes of about three, a tenth of the list being gateways with the next home's heaters behind them. */
export function createHeaters(
  seed: number,
  count: number,
  zones: FleetZones,
  at: Instant,
): HeatingControlFleet {
  const gatewayCount = Math.floor(count / 10);
  const heaterCount = count - gatewayCount;
  const homeCount = Math.max(Math.ceil(heaterCount / devicesPerHome), gatewayCount);
  const homes = Array.from({ length: homeCount }, (_, index) => createHome(seed, index));
  const gateways = homes.slice(0, gatewayCount).map((home, index) => createGateway(seed, index, home, zones));
  const heaters = Array.from({ length: heaterCount }, (_, index) => {
    const homeIndex = Math.floor(index / devicesPerHome);
    const home = homes[homeIndex];
    if (!home) throw new Error(`no home for heater ${index}`);
    return createHeater(seed, index, home, gateways[homeIndex], zones, at);
  });
  return { homes, heaters, gateways };
}

function createHome(seed: number, index: number): HeaterHome {
  const random = new Random(seed, 'heatingcontrol-home', index);
  return {
    id: random.uuid(),
    name: `Home ${index + 1}`,
    location: { ...random.pick(places), geofenceRadius: 200 },
  };
}

function createGateway(seed: number, index: number, home: HeaterHome, zones: FleetZones): PassiveDevice {
  const random = new Random(seed, 'heatingcontrol-gateway', index);
  const { timeZone } = home.location;
  return new PassiveDevice({
    vendor: 'heatingcontrol',
    vendorDeviceId: `${random.hex(18)}-0000-0000-0000-000000000000`,
    kind: 'gateway',
    homeId: home.id,
    name: `Gateway ${index + 1}`,
    timeZone,
    zoneIndex: zones.indexOf(timeZone),
    zones: [],
    ratedPowerW: 0,
  });
}

function createHeater(
  seed: number,
  index: number,
  home: HeaterHome,
  gateway: PassiveDevice | undefined,
  zones: FleetZones,
  at: Instant,
): HeaterDevice {
  const random = new Random(seed, 'heatingcontrol', index);
  const storage = index % 18 === 11;
  const params = sizeHeater(random, storage);
  const traits = traitsOf(random, index, gateway);
  const { timeZone } = home.location;
  const heater = new HeaterDevice(
    {
      vendor: 'heatingcontrol',
      // The vendor's own sample id is not a UUID: 18 hex digits and a node address.
      vendorDeviceId: `${random.hex(18)}-000${random.whole(1, 9)}-0000-0000-000000000000`,
      kind: storage ? 'storage_heater' : 'heater',
      homeId: home.id,
      name: `${roomNames[index % roomNames.length] ?? 'Room'} Heater`,
      timeZone,
      zoneIndex: zones.indexOf(timeZone),
      zones: ['room'],
      ratedPowerW: params.ratedPowerW,
    },
    params,
    traits,
    settingOf(random, traits),
    at,
  );
  heater.offline = index % 27 === 20;
  return heater;
}

/** A room that its heater can keep warm at -10 °C, with a quarter to spare. */
function sizeHeater(random: Random, storage: boolean): ElementRoomParams {
  const ratedPowerW = storage ? random.pick([2400, 3000]) : random.pick([1000, 1000, 1250, 1500, 1500, 2000]);
  const heatW = storage ? 1000 : ratedPowerW;
  const freeGainK = random.between(1.5, 3);
  const uaWPerK = heatW / (random.between(1.2, 1.4) * (21.5 + 10 - freeGainK));
  return {
    room: { uaWPerK, tauH: random.between(10, 25), freeGainW: freeGainK * uaWPerK },
    ratedPowerW,
    bandK: 0.3,
    store: storage
      ? { capacityWh: 16_000, outputW: heatW, chargeFromMinute: 22 * 60, chargeToMinute: 7 * 60 }
      : undefined,
  };
}

function traitsOf(random: Random, index: number, gateway: PassiveDevice | undefined): HeaterTraits {
  const fahrenheit = index % 20 === 7;
  return {
    subtype: gateway ? 'rf_heater' : 'wifi_heater',
    gatewayId: gateway?.identity.vendorDeviceId,
    unit: fahrenheit ? 'F' : 'C',
    commandUnit: fahrenheit && index % 40 === 7 ? 'F' : 'C',
    reply: index % 2 === 0 ? 'A' : 'B',
    modeWords: random.pick(['enum', 'enum', 'options', 'none'] as const),
    daySchedule: randomDaySchedule(random, 0.4, 2),
    dayC: Math.round(random.between(19.5, 22) * 2) / 2,
  };
}

function settingOf(random: Random, traits: HeaterTraits): HeaterSetting {
  const manualC = onDial(traits.dayC, traits.commandUnit);
  const draw = random.next();
  if (draw < 0.04) return { mode: 'off', manualC };
  return { mode: draw < 0.16 ? 'manual' : 'auto', manualC };
}
