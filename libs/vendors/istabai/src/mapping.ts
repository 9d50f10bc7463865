import type { Instant } from '@warmshift/domain';
import type { ListedDevice, ListedSite, VendorZoneStatus, ZoneReading } from '@warmshift/vendors/contract';
import { staleAfterMs } from './manifest';
import type { Settings } from './settings';
import { isTimeZone, ratingOf } from './settings';
import type { WireHome, WireRoom } from './wire';

/** Tenths of a degree are not exact in binary. */
const rounding = 1e-6;
/** The document states no step; half a degree is ours. */
export const stepC = 0.5;
/** Without data for so long, the room's sensor counts as gone. */
const offlineAfterMs = 30 * 60_000;
/** A time stamp ahead of our clock by more than this is not a time stamp. */
const maxClockSkewMs = 2 * 60_000;

/** The modes whose setpoint `rooms.set_temperature` can write. */
export const writableModes = ['DAY', 'NIGHT', 'ECO'] as const;
export type WritableMode = (typeof writableModes)[number];

/** The mode as one that can be written, whatever its letters; `undefined` for every other word. */
export function writableMode(mode: string | undefined): WritableMode | undefined {
  return writableModes.find((writable) => writable === mode?.toUpperCase());
}

export function siteOf(home: WireHome, settings: Settings): ListedSite {
  const stated = home.time_zone !== undefined && isTimeZone(home.time_zone) ? home.time_zone : undefined;
  return {
    vendorSiteId: home.id,
    name: home.name ?? `Home ${home.id}`,
    timeZone: stated ?? settings.timeZone,
    country: settings.country,
  };
}

export function deviceOf(
  room: WireRoom,
  home: WireHome,
  vendorSiteId: string,
  settings: Settings,
  now: Instant,
): ListedDevice {
  const reading = readingOf(room, home, settings, now);
  return {
    vendorDeviceId: room.id,
    vendorSiteId,
    kind: room.is_water ? 'unknown' : 'room_thermostat',
    name: room.name ?? `Room ${room.id}`,
    vendorType: room.is_water ? 'water' : 'room',
    country: settings.country,
    online: reading?.online,
    faulty: room.device?.faulty,
    readOnly: room.read_only,
    vendorControl: !room.is_water,
    steerable: statusOf(room, settings).canActivate,
    ratedPowerW: ratingOf(settings, room.id),
    batteryFraction: room.device?.battery,
    zones: [{ kind: 'room', reading }],
  };
}

/**
 * What the room reported last. `undefined` when it does not say when that was. Power is estimated: the rating while the room is
 * below its setpoint, else 0; without a rating nothing is said about it. A thermostat swings around the setpoint, so with a dead band below it
 * hardly any reading of a room that is kept warm would count as heating.
 */
export function readingOf(
  room: WireRoom,
  home: WireHome,
  settings: Settings,
  now: Instant,
): ZoneReading | undefined {
  const measuredAt = measuredAtOf(room, now);
  if (measuredAt === undefined) return undefined;
  const mode = room.mode ?? home.mode;
  const setpointC = setpointOf(room, mode);
  return {
    measuredAt,
    online: now - measuredAt <= offlineAfterMs,
    faulty: room.device?.faulty,
    temperatureC: room.temperature,
    setpointC,
    minC: room.min_temperature,
    maxC: room.max_temperature,
    stepC,
    mode,
    transientMode: writableMode(mode) === undefined,
    ...powerOf(room, setpointC, ratingOf(settings, room.id), now - measuredAt > staleAfterMs),
    vendorStatus: statusOf(room, settings),
  };
}

type Power = Pick<ZoneReading, 'powerW' | 'powerQuality' | 'maxPowerW' | 'heating'>;

function powerOf(
  room: WireRoom,
  setpointC: number | undefined,
  ratedW: number | undefined,
  stale: boolean,
): Power {
  if (ratedW === undefined) return { powerQuality: 'missing' };
  if (setpointC === undefined || room.temperature === undefined || room.is_water)
    return { powerQuality: 'missing', maxPowerW: ratedW };
  const calls = setpointC - room.temperature > rounding;
  return {
    powerW: calls ? ratedW : 0,
    powerQuality: stale ? 'stale' : 'estimated',
    maxPowerW: ratedW,
    heating: calls && ratedW > 0,
  };
}

/** Istabai has no word of its own on whether a room can be steered; these are the reasons that we know. */
function statusOf(room: WireRoom, settings: Settings): VendorZoneStatus {
  const reason = whyNot(room, settings);
  return { canActivate: reason === undefined, inActiveAction: false, reason };
}

function whyNot(room: WireRoom, settings: Settings): string | undefined {
  if (room.is_water)
    return 'This zone heats water; it is never steered, because lowering it may let legionella grow.';
  const ratedW = ratingOf(settings, room.id);
  if (ratedW === undefined)
    return 'No rated electric power is configured for this room; its heat may come from gas.';
  return ratedW === 0 ? 'This room is configured as not electrically heated.' : undefined;
}

function measuredAtOf(room: WireRoom, now: Instant): Instant | undefined {
  const seconds = room.device?.last_data;
  if (seconds === undefined) return undefined;
  const at = Math.round(seconds * 1000);
  return at > now + maxClockSkewMs ? undefined : Math.min(at, now);
}

/** The setpoint of the mode that is active. ECO may well be warmer than DAY: nothing is assumed about it. */
function setpointOf(room: WireRoom, mode: string | undefined): number | undefined {
  const setpoints = room.set_temperature;
  switch (mode?.toUpperCase()) {
    case 'DAY':
      return setpoints?.day;
    case 'NIGHT':
      return setpoints?.night;
    case 'ECO':
      return setpoints?.eco;
    case 'TEMP':
      return setpoints?.temp;
    case 'BOOST':
      return setpoints?.boost;
    case 'OFFLINE':
      return setpoints?.offline;
    default:
      return undefined;
  }
}
