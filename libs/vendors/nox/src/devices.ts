import type { Instant, ZoneKind } from '@warmshift/domain';
import { zoneKinds } from '@warmshift/domain';
import type {
  ListedDevice,
  ListedLegionella,
  ListedZone,
  VendorZoneStatus,
} from '@warmshift/vendors/contract';
import type { ListedPageDevice } from './client';
import type { WireDevice } from './wire';

/**
 * A NOX device as the fleet lists it. `mayBeSteered`: the unpublished schedule body may be used for this
 * connection; otherwise there is no vendor control.
 */
export function deviceOf(
  { device, capacityUnit }: ListedPageDevice,
  mayBeSteered: boolean,
  now: Instant,
): ListedDevice {
  const status = device.steerable_status;
  const heatPump = device.device_type === 'heat_pump';
  return {
    vendorDeviceId: device.device_id,
    vendorUserId: device.user_id,
    kind: heatPump ? 'heat_pump' : 'unknown',
    name: [device.brand, device.model].filter(Boolean).join(' ') || `Device ${device.device_id}`,
    brand: device.brand,
    model: device.model,
    vendorType: device.model_type ?? device.device_type,
    country: device.country?.toUpperCase(),
    vendorControl: heatPump && mayBeSteered,
    steeringEnabled: status?.steering_enabled,
    steerable: status?.steerable,
    learningPeriodEnded: device.learning_period_ended ?? status?.learning_period_ended,
    needsReauthentication: device.needs_reauthentication,
    maxCyclesPerDay: device.cycle_config?.max_cycles_per_day,
    legionella: legionellaOf(device, capacityUnit),
    zones: zonesOf(device, now),
  };
}

/** The document prints no unit beside the configuration; `meta.capacity_unit` states it for the page. */
function legionellaOf(
  { legionella_config: config }: WireDevice,
  unit: unknown,
): ListedLegionella | undefined {
  if (config === undefined) return undefined;
  const whPerUnit = unit === 'kWh' ? 1000 : unit === 'Wh' ? 1 : undefined;
  return {
    frequencyPerWeeks: config.frequency_per_weeks,
    capacityWh:
      config.capacity === undefined || whPerUnit === undefined
        ? undefined
        : Math.round(config.capacity * whPerUnit),
    durationMinutes: config.duration_minutes,
  };
}

/** A device that states a status for some zones has those; one that states none (Full Control) has both. */
function zonesOf(device: WireDevice, now: Instant): ListedZone[] {
  const status = device.steerable_status;
  const named = zoneKinds.filter((zone) => status?.[zone] !== undefined);
  return (named.length === 0 ? zoneKinds : named).map((kind) => zoneOf(kind, device, now));
}

function zoneOf(kind: ZoneKind, device: WireDevice, now: Instant): ListedZone {
  const vendorStatus = vendorStatusOf(kind, device);
  if (vendorStatus === undefined) return { kind };
  return { kind, reading: { measuredAt: now, powerQuality: 'missing', vendorStatus } };
}

function vendorStatusOf(kind: ZoneKind, device: WireDevice): VendorZoneStatus | undefined {
  const status = device.steerable_status?.[kind]?.status;
  if (status === undefined) return undefined;
  return {
    canActivate: status.can_activate_action,
    inActiveAction: status.in_active_action,
    reason: status.reason,
  };
}
