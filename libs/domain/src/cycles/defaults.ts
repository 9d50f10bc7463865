import type { FieldProblem } from '../errors';
import { hourMs, minuteMs } from '../fleet';
import { checkWithin, mergeWithin, type Bounds, type Overrides } from '../comfort/bounded-settings';
import type { CompressorLimits } from './limits';

/**
 * Sources: Dimplex, at most 3 starts per hour
 * (https://dimplex.atlassian.net/wiki/spaces/PRO/pages/3211100222); Daikin, not more than one start or stop per 10 minutes.
 */
export const defaultCompressorLimits: CompressorLimits = {
  minOnMs: 10 * minuteMs,
  minOffMs: 10 * minuteMs,
  maxStartsPerHour: 3,
};

/** How far settings of a device model may go. An electric element needs no rest, hence the zeros. */
export const hardCompressorLimits: { readonly [K in keyof CompressorLimits]: Bounds } = {
  minOnMs: { min: 0, max: 2 * hourMs },
  minOffMs: { min: 0, max: 2 * hourMs },
  maxStartsPerHour: { min: 0, max: 12 },
};

export type CompressorSettings = Overrides<CompressorLimits>;

/** The defaults, then each set of settings, later ones winning (supplier, then device); never beyond the bounds. */
export function effectiveCompressorLimits(
  ...settings: readonly (CompressorSettings | undefined)[]
): CompressorLimits {
  return mergeWithin(defaultCompressorLimits, hardCompressorLimits, settings);
}

/** Why settings cannot be taken as they are, field by field; empty when they can. */
export function checkCompressorSettings(settings: Readonly<Record<string, unknown>>): FieldProblem[] {
  return checkWithin<CompressorLimits>(hardCompressorLimits, settings);
}
