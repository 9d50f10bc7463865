import {
  heaterModes,
  type HeaterDevice,
  type HeaterMode,
  type HeaterSetting,
} from '../../world/heater-device';

const limits = {
  C: { min: 5, max: 35, step: 0.5 },
  F: { min: 41, max: 95, step: 1 },
} as const;

/** What `GET commands` answers. How modes are listed is not documented, so devices differ here. */
export function commandSpec(heater: HeaterDevice): Record<string, unknown> {
  const { commandUnit, modeWords } = heater.traits;
  const mode =
    modeWords === 'enum'
      ? { type: 'string', required: true, constraints: { enum: heaterModes } }
      : modeWords === 'options'
        ? { type: 'enum', required: true, options: heaterModes }
        : { type: 'string', required: true };
  const temperature = { type: 'number', required: false, constraints: limits[commandUnit] };
  return { setMode: { params: { mode, temperature } } };
}

export type ParsedSetMode =
  { readonly setting: HeaterSetting } | { readonly field: string; readonly problem: string };

/** Checks the parameters of `setMode` against the device's own description. */
export function parseSetMode(heater: HeaterDevice, params: Readonly<Record<string, unknown>>): ParsedSetMode {
  const { mode, temperature } = params;
  if (!isMode(mode)) return { field: 'mode', problem: `mode must be one of ${heaterModes.join(', ')}.` };
  const { manualC } = heater.setting;
  if (mode !== 'manual') return { setting: { mode, manualC } };
  if (temperature === undefined) return { setting: { mode, manualC } };
  const { commandUnit } = heater.traits;
  const { min, max, step } = limits[commandUnit];
  if (typeof temperature !== 'number' || temperature < min || temperature > max) {
    return { field: 'temperature', problem: `temperature must be a number from ${min} to ${max}.` };
  }
  if (Math.abs(temperature / step - Math.round(temperature / step)) > 1e-6) {
    return { field: 'temperature', problem: `temperature must be a multiple of ${step}.` };
  }
  const celsius = commandUnit === 'F' ? ((temperature - 32) * 5) / 9 : temperature;
  return { setting: { mode, manualC: celsius } };
}

function isMode(word: unknown): word is HeaterMode {
  return heaterModes.some((mode) => mode === word);
}
