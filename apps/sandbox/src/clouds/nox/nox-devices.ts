import type { ZoneKind } from '@warmshift/domain';
import type { Reply } from '../../http/routes';
import type { HeatPumpDevice } from '../../world/heat-pump-device';
import type { CloudContext } from '../cloud-context';
import { energySupplier } from './nox-format';
import { ok, unprocessable } from './nox-replies';

const vendor = 'nox';

/** `GET /v1/devices` with every documented parameter. */
export function listDevices(context: CloudContext, query: URLSearchParams): Reply {
  const limit = Number(query.get('limit') ?? 1000);
  if (!Number.isInteger(limit) || limit < 1 || limit > 4000) {
    return unprocessable(['query', 'limit'], 'Input should be between 1 and 4000', 'range');
  }
  for (const name of ['steerable_status', 'steering_enabled', 'steerable', 'needs_reauthentication']) {
    if (query.has(name) && !/^(true|false|True|False|1|0)$/.test(query.get(name) ?? '')) {
      return unprocessable(['query', name], 'Input should be a valid boolean', 'bool_parsing');
    }
  }
  const after = afterOf(query.get('next_token'));
  if (after === undefined) return unprocessable(['query', 'next_token'], 'Invalid next_token');
  const wanted = filtered(context, query)
    .sort((a, b) => (a.identity.vendorDeviceId < b.identity.vendorDeviceId ? -1 : 1))
    .filter((device) => device.identity.vendorDeviceId > after);
  const page = wanted.slice(0, limit);
  const projection = isTrue(query.get('steerable_status'));
  const data = page.map((device) => (projection ? statusOnly(device, context) : deviceView(device, context)));
  if (context.faults.on(vendor, 'malformed-device') && data.length > 0) {
    data[0] = { device_id: null, device_type: 'heat_pump', steerable_status: null };
  }
  const repeats = context.faults.on(vendor, 'paging-repeats');
  const last = repeats ? filtered(context, query)[0] : wanted.length > limit ? page.at(-1) : undefined;
  return ok({
    data,
    meta: { energy_supplier: energySupplier, capacity_unit: 'kWh', next_token: last ? tokenOf(last) : null },
  });
}

function filtered(context: CloudContext, query: URLSearchParams): HeatPumpDevice[] {
  const deviceId = query.get('device_id');
  const userId = query.get('user_id');
  const ended = query.get('learning_period_ended');
  return context.world.fleet.nox.filter(
    (device) =>
      (deviceId === null || device.identity.vendorDeviceId === deviceId) &&
      (userId === null || device.traits.userId === userId) &&
      (!isTrue(query.get('steering_enabled')) || steeringEnabled(device)) &&
      (!isTrue(query.get('steerable')) || steerable(device)) &&
      (!isTrue(query.get('needs_reauthentication')) || device.traits.needsReauthentication) &&
      (ended === null || ended === '' || device.traits.learningPeriodEnded === isTrue(ended)),
  );
}

function deviceView(device: HeatPumpDevice, context: CloudContext): Record<string, unknown> {
  const { traits, identity } = device;
  return {
    model: traits.model,
    brand: traits.brand,
    ...(traits.country === undefined ? {} : { country: traits.country }),
    device_id: identity.vendorDeviceId,
    user_id: traits.userId,
    device_type: 'heat_pump',
    ...(traits.legionella === undefined
      ? {}
      : {
          legionella_config: {
            frequency_per_weeks: traits.legionella.frequencyPerWeeks,
            capacity: traits.legionella.capacityKwh,
            duration_minutes: traits.legionella.durationMinutes,
          },
        }),
    cycle_config: { max_cycles_per_day: identity.maxCyclesPerDay },
    steerable_status: steerableStatus(device, context),
    needs_reauthentication: traits.needsReauthentication,
  };
}

function statusOnly(device: HeatPumpDevice, context: CloudContext): Record<string, unknown> {
  return { device_id: device.identity.vendorDeviceId, steerable_status: steerableStatus(device, context) };
}

function steerableStatus(device: HeatPumpDevice, context: CloudContext): Record<string, unknown> {
  return {
    steering_enabled: steeringEnabled(device),
    steerable: steerable(device),
    DHW: zoneStatus(device, 'DHW', context),
    room: zoneStatus(device, 'room', context),
  };
}

function steeringEnabled(device: HeatPumpDevice): boolean {
  return device.settings.optimization_settings.flex_trading;
}

function steerable(device: HeatPumpDevice): boolean {
  const { needsReauthentication, learningPeriodEnded } = device.traits;
  return steeringEnabled(device) && device.reachable && !needsReauthentication && learningPeriodEnded;
}

function zoneStatus(device: HeatPumpDevice, zone: ZoneKind, context: CloudContext): Record<string, unknown> {
  const inAction = device.word(zone, context.world.now) !== 'auto';
  const blocked = inAction ? 'Device is in an active action.' : blockedReason(device, zone, context);
  return {
    can_activate_action: blocked === undefined,
    in_active_action: inAction,
    reason: blocked ?? 'Device is ready to receive an action.',
  };
}

/** Only the sentence for a ready device is documented; the others are ours. */
function blockedReason(device: HeatPumpDevice, zone: ZoneKind, context: CloudContext): string | undefined {
  const { traits, identity } = device;
  if (!steeringEnabled(device)) return 'Steering is not enabled for this device.';
  if (traits.needsReauthentication) return 'The user has to log in at the manufacturer again.';
  if (!device.reachable) return 'The device is not connected.';
  if (!traits.learningPeriodEnded) {
    return 'Heat pump connected recently, still collecting data to improve models.';
  }
  const { phase } = device.steered.disinfection;
  if (zone === 'DHW' && (phase === 'heating' || phase === 'holding')) return 'A legionella run is active.';
  const today = context.world.momentOf(device).dayIndex;
  const idle = device.steered.circuit === 'off';
  if (idle && device.records.startsOn(today).steered >= (identity.maxCyclesPerDay ?? Infinity)) {
    return 'The maximum number of cycles per day is reached.';
  }
  return undefined;
}

function isTrue(text: string | null): boolean {
  return text === 'true' || text === 'True' || text === '1';
}

/** The token of the vendor's sample: base64 JSON that names the last item of the page. */
function tokenOf(device: HeatPumpDevice): string {
  const json = { device_id: device.identity.vendorDeviceId, energy_supplier: energySupplier };
  return Buffer.from(JSON.stringify(json)).toString('base64');
}

/** The id after which to go on; empty for the first page; undefined for a token that is not one. */
function afterOf(token: string | null): string | undefined {
  if (token === null || token === '') return '';
  try {
    const parsed = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { device_id?: unknown };
    return typeof parsed.device_id === 'string' ? parsed.device_id : undefined;
  } catch {
    return undefined;
  }
}
