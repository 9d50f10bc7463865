import type { Instant } from '@warmshift/domain';
import type { ElementRoomParams } from './element-room';
import type { FleetZones } from './fleet';
import { Random } from './random';
import {
  ThermostatHome,
  ThermostatRoom,
  type ModeTimepoint,
  type RoomTraits,
  type Setpoints,
} from './thermostat-home';

const roomNames = ['Living Room', 'Bedroom', 'Kitchen', 'Bathroom'] as const;
export const istabaiTimeZone = 'Europe/Riga';

/** Homes of two to four rooms with electric radiators; the vendor states no rating, so the fleet does. */
export function createThermostatHomes(
  seed: number,
  count: number,
  zones: FleetZones,
  at: Instant,
): ThermostatHome[] {
  return Array.from({ length: count }, (_, index) => createHome(seed, index, zones, at));
}

function createHome(seed: number, index: number, zones: FleetZones, at: Instant): ThermostatHome {
  const random = new Random(seed, 'istabai', index);
  const id = 5100 + index;
  const auto = !random.chance(0.06);
  const home = new ThermostatHome(
    id,
    `House ${index + 1}`,
    istabaiTimeZone,
    zones.indexOf(istabaiTimeZone),
    timepointsOf(random),
    { eco: false, auto, fixed: 'DAY' },
  );
  const roomCount = random.whole(2, 4);
  for (let r = 0; r < roomCount; r++) home.rooms.push(createRoom(random, home, index, r, at));
  return home;
}

function createRoom(
  random: Random,
  home: ThermostatHome,
  index: number,
  r: number,
  at: Instant,
): ThermostatRoom {
  const params = sizeRoom(random);
  const roomId = 5500 + index * 10 + r;
  const odd = index * 4 + r;
  const dayC = Math.round(random.between(20, 22) * 10) / 10;
  return new ThermostatRoom(
    {
      vendor: 'istabai',
      vendorDeviceId: String(roomId),
      kind: 'room_thermostat',
      homeId: String(home.id),
      name: roomNames[r] ?? `Room ${r + 1}`,
      timeZone: home.timeZone,
      zoneIndex: home.zoneIndex,
      zones: ['room'],
      ratedPowerW: params.ratedPowerW,
    },
    home,
    params,
    traitsOf(random, roomId, odd),
    setpointsOf(random, dayC),
    at,
  );
}

function sizeRoom(random: Random): ElementRoomParams {
  const ratedPowerW = Math.round(random.between(800, 1500) / 50) * 50;
  const freeGainK = random.between(1.5, 3);
  const uaWPerK = ratedPowerW / (random.between(1.2, 1.4) * (22 + 10 - freeGainK));
  return {
    room: { uaWPerK, tauH: random.between(10, 25), freeGainW: freeGainK * uaWPerK },
    ratedPowerW,
    bandK: 0.4,
  };
}

function traitsOf(random: Random, roomId: number, odd: number): RoomTraits {
  return {
    roomId,
    readOnly: odd % 29 === 13,
    faulty: odd % 37 === 22,
    minC: 10,
    maxC: 25,
    battery: Math.round(random.between(0.3, 1) * 100) / 100,
    signal: Math.round(random.between(0.4, 1) * 100) / 100,
    reportEveryMs: random.whole(120, 180) * 1000,
  };
}

/** The vendor's own sample has an ECO setpoint above the day's: some homes here have, too. */
function setpointsOf(random: Random, day: number): Setpoints {
  const eco = random.chance(0.08) ? day + 0.4 : day - random.pick([1.5, 2]);
  const night = day - random.pick([0, 0.5, 1, 1.5]);
  return { day, night: oneDecimal(night), eco: oneDecimal(eco), temp: oneDecimal(day - 0.5) };
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}

function timepointsOf(random: Random): readonly ModeTimepoint[] {
  const wake = random.pick([360, 390, 420]);
  const bed = random.pick([1320, 1350, 1380]);
  const away: ModeTimepoint[] = random.chance(0.3)
    ? [
        { minuteOfDay: 540, mode: 'ECO' },
        { minuteOfDay: 960, mode: 'DAY' },
      ]
    : [];
  return [{ minuteOfDay: wake, mode: 'DAY' }, ...away, { minuteOfDay: bed, mode: 'NIGHT' }];
}
