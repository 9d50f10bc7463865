import type { Instant } from '@warmshift/domain';
import type { ListedDevice, ListedSite, VendorZoneStatus, ZoneReading } from '@warmshift/vendors/contract';
import type { WireDevice, WireState } from './wire';
import { stateSchema } from './wire';

/** A time stamp ahead of our clock by more than this is not a time stamp. */
const maxClockSkewMs = 2 * 60_000;

export function siteOf({ site }: WireDevice): ListedSite | undefined {
  if (site === undefined) return undefined;
  return {
    vendorSiteId: site.id,
    name: site.name ?? site.id,
    timeZone: site.time_zone,
    country: site.country,
  };
}

/**
 * One device with one `room` zone, also when there is a tank: SG-Ready acts on the whole heat pump, so two zones would
 * share one command and count its power twice.
 */
export function deviceOf(device: WireDevice, now: Instant): ListedDevice {
  const reading = readingOf(device, now);
  return {
    vendorDeviceId: device.id,
    vendorSiteId: device.site?.id,
    kind: 'heat_pump',
    name: device.name ?? device.id,
    brand: device.brand,
    model: device.model,
    country: device.site?.country,
    online: reading?.online,
    faulty: reading?.faulty,
    vendorControl: true,
    steeringEnabled: device.steering_allowed,
    ratedPowerW: device.rated_power,
    zones: [{ kind: 'room', reading }],
  };
}

/** What the device measured last; `undefined` when it does not say when that was, or says that it will be. */
export function readingOf(device: WireDevice, now: Instant): ZoneReading | undefined {
  const state = stateSchema.safeParse(device.state).data;
  if (state === undefined || state.updated_at > now + maxClockSkewMs) return undefined;
  return {
    measuredAt: Math.min(state.updated_at, now),
    online: state.online,
    faulty: state.fault,
    temperatureC: state.room_temperature,
    setpointC: state.room_setpoint,
    mode: state.sg_ready === undefined ? undefined : `SG-Ready ${state.sg_ready}`,
    powerW: state.power,
    powerQuality: state.power === undefined ? 'missing' : 'reported',
    maxPowerW: device.rated_power,
    heating: state.running,
    vendorStatus: statusOf(state),
  };
}

function statusOf(state: WireState): VendorZoneStatus {
  const inActiveAction = state.override !== undefined && state.override !== null;
  const reason = inActiveAction ? 'An override is in force.' : localReason(state);
  return { canActivate: reason === undefined, inActiveAction, reason };
}

/** Why what happens at the device itself forbids an override; `undefined`: it does not. */
export function localReason(state: Pick<WireState, 'local_sg_ready' | 'disinfecting'>): string | undefined {
  if (state.disinfecting === true) return 'The tank is being disinfected.';
  if (state.local_sg_ready === undefined) return 'The device does not say in which state it is.';
  if (state.local_sg_ready === 2) return undefined;
  return `The device itself asks for SG-Ready state ${state.local_sg_ready}.`;
}
