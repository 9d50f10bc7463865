import { effectiveLimits, InvalidInput, type FieldProblem } from '@warmshift/domain';
import type { DevicePatch, ThermalDevice } from '@warmshift/fleet-sync';
import type { SettingsBody } from './settings.dto';

const ours: Readonly<Record<string, readonly string[]>> = {
  room: ['temperature_lower_bound', 'temperature_upper_bound'],
  dhw: ['temperature_lower_bound', 'temperature_upper_bound'],
  optimization_settings: ['flex_trading'],
};

/** Limits that hold for a device, in NOX's words. */
export function settingsOf(device: ThermalDevice) {
  const { deviceId, disabledAt, ruleSettings, settingsChangedAt, supplierRules, zones } = device;
  const limits = effectiveLimits(supplierRules, ruleSettings);
  const room = zones.find(({ zone }) => zone === 'room');
  return {
    device_id: deviceId,
    ...(room && {
      room: {
        temperature_lower_bound: limits.maxDeltaK,
        temperature_upper_bound: limits.maxDeltaK,
        ...(room.setpointC !== undefined && { preferred_temperature: room.setpointC }),
      },
    }),
    ...(zones.some(({ zone }) => zone === 'DHW') && {
      dhw: { temperature_lower_bound: limits.dhwFloorC, temperature_upper_bound: limits.dhwCeilingC },
    }),
    optimization_settings: { flex_trading: disabledAt === undefined },
    updated_at: new Date(settingsChangedAt).toISOString().replace('Z', '+00:00'),
  };
}

/**
 * The change of our own rules that a body in NOX's words asks for.
 * @throws InvalidInput for every setting that is the vendor's and that no adapter can write, and for a body that changes nothing.
 */
export function patchOf(body: SettingsBody, device: ThermalDevice): DevicePatch {
  const enabled = body.optimization_settings?.flex_trading;
  const lower = body.room?.temperature_lower_bound;
  const upper = body.room?.temperature_upper_bound;
  const problems = notOurs(body);
  if (lower !== upper) {
    const reason = 'must be given with its counterpart and equal to it: one distance is kept for both';
    const field = upper === undefined ? 'temperature_lower_bound' : 'temperature_upper_bound';
    problems.push({ field: `room.${field}`, reason });
  }
  const changes = stated({
    maxDeltaK: lower,
    dhwFloorC: body.dhw?.temperature_lower_bound,
    dhwCeilingC: body.dhw?.temperature_upper_bound,
  });
  const changesRules = Object.keys(changes).length > 0;
  if (!changesRules && enabled === undefined && problems.length === 0)
    problems.push({ field: 'body', reason: 'changes nothing: give at least one setting' });
  if (problems.length > 0) throw new InvalidInput(problems);
  return {
    ...(enabled !== undefined && { enabled }),
    ...(changesRules && { ruleSettings: { ...device.ruleSettings, ...changes } }),
  };
}

function notOurs(body: SettingsBody): FieldProblem[] {
  const reason = 'is a setting of the vendor that cannot be written through this service';
  const problems: FieldProblem[] = [];
  for (const [part, value] of Object.entries(body)) {
    if (part === 'device_id' || part === 'user_id' || value === undefined) continue;
    const known = ours[part];
    if (known === undefined) problems.push({ field: part, reason });
    else {
      const others = Object.keys(value as object).filter((name) => !known.includes(name));
      problems.push(...others.map((name) => ({ field: `${part}.${name}`, reason })));
    }
  }
  return problems;
}

function stated(facts: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
