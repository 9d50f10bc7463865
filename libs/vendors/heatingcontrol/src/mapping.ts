import type { DeviceKind, Instant } from '@warmshift/domain';
import type { ListedDevice, ListedSite, ZoneReading } from '@warmshift/vendors/contract';
import type { SetModeSpec } from './command-spec';
import { limitsInCelsius, offeredMode } from './command-spec';
import { toCelsius, unitOf } from './temperature';
import type { WireDevice, WireHome, WireState } from './wire';

/** C17: power may be the nominal draw of a heater that is not on; the room is warmer than asked by so much. */
const clearlyWarmK = 0.5;
const knownModes = new Set(['auto', 'manual', 'off']);

export function siteOf(home: WireHome): ListedSite {
  const country = home.location?.country?.toUpperCase();
  return {
    vendorSiteId: home.id,
    name: home.name ?? home.id,
    timeZone: validTimeZone(home.location?.timeZone),
    country: country !== undefined && /^[A-Z]{2}$/.test(country) ? country : undefined,
  };
}

/** C6 and C13: what a device is, from the vendor's words and from having shown a charge level before. */
export function kindOf(device: Pick<WireDevice, 'type' | 'subtype'>, showedCharge: boolean): DeviceKind {
  const words = `${device.type ?? ''} ${device.subtype ?? ''}`.toLowerCase();
  if (words.includes('gateway')) return 'gateway';
  if (!words.includes('heater')) return 'unknown';
  return showedCharge || words.includes('storage') ? 'storage_heater' : 'heater';
}

export interface DeviceSurroundings {
  readonly showedCharge: boolean;
  /** A child cannot be reached through a gateway that is offline. */
  readonly gatewayOnline?: boolean | undefined;
  readonly country?: string | undefined;
}

export function deviceOf(device: WireDevice, around: DeviceSurroundings): ListedDevice {
  const kind = kindOf(device, around.showedCharge);
  const steerable = kind === 'heater' || kind === 'storage_heater';
  const vendorType = [device.type, device.subtype].filter((word) => word !== undefined).join('/');
  return {
    vendorDeviceId: device.id,
    vendorSiteId: device.homeId,
    vendorGatewayId: device.gatewayId,
    kind,
    name: device.name ?? device.id,
    model: device.subtype,
    vendorType: vendorType === '' ? undefined : vendorType,
    country: around.country,
    online: around.gatewayOnline === false ? false : device.online,
    vendorControl: steerable,
    zones: steerable ? [{ kind: 'room' }] : [],
  };
}

/**
 * The room of a heater from its state. A field that was not stated, or not in a known unit, is absent. The API gives no
 * time of measurement: it is the time of asking. Numbers of an offline heater are its last ones: `stale`.
 */
export function readingOf(state: WireState, spec: SetModeSpec | undefined, now: Instant): ZoneReading {
  const unit = unitOf(state.temperatureUnits);
  const temperatureC = toCelsius(state.currentTemperature, unit);
  const setpointC = toCelsius(state.targetTemperature, unit);
  const limits = spec === undefined || unit === undefined ? {} : limitsInCelsius(spec, unit);
  return {
    measuredAt: now,
    online: state.online,
    faulty: state.indicators?.some((word) => /error|fault|failure/i.test(word)) === true ? true : undefined,
    temperatureC,
    setpointC,
    ...limits,
    mode: state.mode,
    transientMode: state.mode === undefined ? undefined : isTransient(state.mode, spec),
    ...powerOf(state, temperatureC, setpointC),
    maxPowerW: state.maxPower !== undefined && state.maxPower > 0 ? state.maxPower : undefined,
    chargeFraction: chargeOf(state),
  };
}

/** 0..1; the document shows 75 without a word on its unit (C13): percent, clamped. */
export function chargeOf(state: Pick<WireState, 'chargeLevel'>): number | undefined {
  return state.chargeLevel === undefined ? undefined : Math.min(100, Math.max(0, state.chargeLevel)) / 100;
}

/** A mode that is neither documented nor offered by the device cannot be given back. */
export function isTransient(mode: string, spec: Pick<SetModeSpec, 'modes'> | undefined): boolean {
  if (knownModes.has(mode.toLowerCase())) return false;
  return spec === undefined || offeredMode(spec, mode) === undefined;
}

function powerOf(
  state: WireState,
  temperatureC: number | undefined,
  setpointC: number | undefined,
): Pick<ZoneReading, 'powerW' | 'powerQuality' | 'heating'> {
  const powerW = state.power !== undefined && state.power >= 0 ? state.power : undefined;
  const active = state.indicators?.some((word) => word.toLowerCase() === 'active');
  if (state.online === false) {
    return powerW === undefined ? { powerQuality: 'missing' } : { powerW, powerQuality: 'stale' };
  }
  const warm =
    temperatureC !== undefined && setpointC !== undefined && temperatureC > setpointC + clearlyWarmK;
  if (powerW !== undefined && powerW > 0 && active === false && warm) {
    return { powerW: 0, powerQuality: 'estimated', heating: false };
  }
  const heating = powerW === undefined ? active : powerW > 0 || active === true;
  return { powerW, powerQuality: powerW === undefined ? 'missing' : 'reported', heating };
}

function validTimeZone(name: string | undefined): string | undefined {
  if (name === undefined || !/^[A-Za-z]/.test(name)) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch {
    return undefined;
  }
}
