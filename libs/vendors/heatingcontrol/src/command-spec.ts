import { numberish } from '@warmshift/vendors/kit';
import { z } from 'zod';
import type { TemperatureUnit } from './temperature';
import { toCelsius } from './temperature';
import { commandSchema, parameterSchema } from './wire';

/** What the document shows of `mode`. Used where a device does not list its own (C9). */
const documentedModes = ['auto', 'manual', 'off'];
const defaultStep = 0.5;
/** C8: a command that takes no more than this is in °C, whatever the state says. */
const highestCelsius = 45;

/** What `setMode` takes on one device. Numbers in the command's own unit, which `commandUnit` tells. */
export const setModeSpecSchema = z.object({
  /** As the vendor spells it. */
  key: z.string(),
  modes: z.array(z.string()),
  /** Name of the parameter for the setpoint; absent: the device takes none. */
  temperatureParam: z.string().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().positive(),
});
export type SetModeSpec = z.infer<typeof setModeSpecSchema>;

/** Finds `setMode` in what GET commands answered; `undefined` when it is not offered with a mode. */
export function setModeSpecOf(commands: Record<string, unknown>): SetModeSpec | undefined {
  const key = Object.keys(commands).find((name) => name.toLowerCase() === 'setmode');
  const command = key === undefined ? undefined : commandSchema.safeParse(commands[key]).data;
  const params = command?.params;
  if (key === undefined || params === undefined || params['mode'] === undefined) return undefined;
  const temperatureParam = Object.keys(params).find((name) => /^(target_?)?temperature$/i.test(name));
  const constraints = constraintsOf(temperatureParam === undefined ? undefined : params[temperatureParam]);
  const step = numberOf(constraints['step']);
  return {
    key,
    modes: modesOf(params['mode']),
    temperatureParam,
    min: numberOf(constraints['min']),
    max: numberOf(constraints['max']),
    step: step !== undefined && step > 0 ? step : defaultStep,
  };
}

/** C8: in which unit the command's temperature is. */
export function commandUnit(spec: Pick<SetModeSpec, 'max'>, stateUnit: TemperatureUnit): TemperatureUnit {
  return stateUnit === 'F' && (spec.max === undefined || spec.max > highestCelsius) ? 'F' : 'C';
}

/** The device's own limits in °C; the step only where the grid is one of °C. */
export function limitsInCelsius(
  spec: SetModeSpec,
  stateUnit: TemperatureUnit,
): { minC?: number | undefined; maxC?: number | undefined; stepC?: number | undefined } {
  const unit = commandUnit(spec, stateUnit);
  return {
    minC: toCelsius(spec.min, unit),
    maxC: toCelsius(spec.max, unit),
    stepC: unit === 'C' ? spec.step : undefined,
  };
}

/** The device's spelling of a mode; `undefined` when it does not offer it. */
export function offeredMode(spec: Pick<SetModeSpec, 'modes'>, mode: string): string | undefined {
  return spec.modes.find((offered) => offered.toLowerCase() === mode.toLowerCase());
}

/** C9: where the words that `mode` takes may stand. */
function modesOf(param: unknown): string[] {
  const constraints = constraintsOf(param);
  const own: Record<string, unknown> = parameterSchema.safeParse(param).data ?? {};
  const places = [
    constraints['enum'],
    constraints['options'],
    constraints['values'],
    constraints['allowed'],
    own['options'],
    own['enum'],
  ];
  const lists = places.map(wordsIn).filter((words) => words.length > 0);
  return lists[0] ?? documentedModes;
}

function wordsIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const word: unknown =
      typeof entry === 'object' && entry !== null && 'value' in entry ? entry.value : entry;
    return typeof word === 'string' && word !== '' ? [word] : [];
  });
}

function constraintsOf(param: unknown): Record<string, unknown> {
  return parameterSchema.safeParse(param).data?.constraints ?? {};
}

function numberOf(value: unknown): number | undefined {
  return numberish.safeParse(value).data;
}
