import { fieldsOf } from '../../http/body';
import type { Reply, SandboxRequest } from '../../http/routes';
import type { HeatPumpDevice, HeatPumpSettings } from '../../world/heat-pump-device';
import type { CloudContext } from '../cloud-context';
import { utcMicroseconds } from './nox-format';
import { unprocessable } from './nox-replies';

const controlModes = ['auto', 'heating', 'cooling', 'off'];
type Fields = Readonly<Record<string, unknown>>;

export function settingsView(device: HeatPumpDevice): Record<string, unknown> {
  return {
    device_id: device.identity.vendorDeviceId,
    ...structuredClone(device.settings),
    updated_at: utcMicroseconds(device.settingsUpdatedAt),
  };
}

/** `PATCH /v1/devices/settings`: any part alone or together; 204. */
export function changeSettings(context: CloudContext, request: SandboxRequest): Reply {
  const body = fieldsOf(request.body);
  const userId = body['user_id'];
  if (typeof userId !== 'string') return unprocessable(['body', 'user_id'], 'Field required', 'missing');
  const deviceId = body['device_id'];
  const devices = context.world.fleet.nox.filter(
    (device) =>
      device.traits.userId === userId &&
      (deviceId === undefined || deviceId === null || device.identity.vendorDeviceId === deviceId),
  );
  if (devices.length === 0) return { status: 404, body: { detail: 'No device of this user found' } };
  const problem = problemIn(body);
  if (problem) return unprocessable(['body', ...problem.loc], problem.msg);
  for (const device of devices) {
    const { vendorDeviceId } = device.identity;
    request.apply({ vendorDeviceId, call: 'settings', what: body }, () => {
      merge(device.settings, body);
      device.settingsUpdatedAt = context.now();
    });
  }
  return { status: 204 };
}

function problemIn(body: Fields): { readonly loc: string[]; readonly msg: string } | undefined {
  const room = fieldsOf(body['room']);
  const dhw = fieldsOf(body['dhw']);
  const ranges: readonly (readonly [string, Fields, string, number, number])[] = [
    ['room', room, 'temperature_lower_bound', 0, 10],
    ['room', room, 'temperature_upper_bound', 0, 10],
    ['room', room, 'preferred_temperature', 5, 30],
    ['dhw', dhw, 'temperature_lower_bound', 30, 65],
    ['dhw', dhw, 'temperature_upper_bound', 40, 75],
  ];
  for (const [part, values, key, min, max] of ranges) {
    const value = values[key];
    if (value === undefined) continue;
    if (typeof value !== 'number' || value < min || value > max) {
      return { loc: [part, key], msg: `Input should be a number from ${min} to ${max}` };
    }
  }
  const mode = room['temperature_control_mode'];
  if (mode !== undefined && !controlModes.includes(String(mode))) {
    return {
      loc: ['room', 'temperature_control_mode'],
      msg: `Input should be one of ${controlModes.join(', ')}`,
    };
  }
  return undefined;
}

function merge(settings: HeatPumpSettings, body: Fields): void {
  copyKnown(settings.room, fieldsOf(body['room']));
  copyKnown(settings.dhw, fieldsOf(body['dhw']));
  const wanted = fieldsOf(body['optimization_settings']);
  const optimization = settings.optimization_settings;
  copyKnown(optimization, wanted);
  // Exclusive: trading switches the customer's own optimisations off, and they switch trading off.
  if (wanted['flex_trading'] === true) {
    optimization.pv_self_consumption = false;
    optimization.dynamic_tariff = false;
  } else if (wanted['pv_self_consumption'] === true || wanted['dynamic_tariff'] === true) {
    optimization.flex_trading = false;
  }
}

/** Takes over values whose type is that of the present one. */
function copyKnown<T extends object>(target: T, values: Fields): void {
  for (const key of Object.keys(target) as (keyof T & string)[]) {
    const value = values[key];
    if (value !== undefined && typeof value === typeof target[key]) target[key] = value as T[typeof key];
  }
}
