import { checkWithin, mergeWithin, type Bounds } from '../comfort/bounded-settings';
import type { FieldProblem } from '../errors';
import { dayMs, hourMs } from '../fleet';
import { defaultLegionellaMarginMs, type FrequencyReading } from './schedule';

/** How a supplier reads and spaces disinfections. No value of them waives a run. */
export interface LegionellaLimits {
  /** What the vendor's `frequency_per_weeks` means. */
  readonly legionellaFrequencyReading: FrequencyReading;
  /** Kept free before a run is due, ms. */
  readonly legionellaMarginMs: number;
}

export type LegionellaSettings = { readonly [K in keyof LegionellaLimits]?: LegionellaLimits[K] | undefined };

export const frequencyReadings = [
  'runs-per-week',
  'weeks-between-runs',
] as const satisfies readonly FrequencyReading[];

export const defaultLegionellaLimits: LegionellaLimits = {
  legionellaFrequencyReading: 'runs-per-week',
  legionellaMarginMs: defaultLegionellaMarginMs,
};

type Numbers = Omit<LegionellaLimits, 'legionellaFrequencyReading'>;

/** A second try needs an hour at least; a margin of more than a day would leave daily runs no room. */
export const hardLegionellaLimits: { readonly [K in keyof Numbers]: Bounds } = {
  legionellaMarginMs: { min: hourMs, max: dayMs },
};

/** The defaults, then each set of settings, later ones winning; never beyond the bounds. */
export function effectiveLegionellaLimits(
  ...settings: readonly (LegionellaSettings | undefined)[]
): LegionellaLimits {
  const readings = settings.map((layer) => layer?.legionellaFrequencyReading).filter(isReading);
  const { legionellaMarginMs, legionellaFrequencyReading } = defaultLegionellaLimits;
  return {
    ...mergeWithin<Numbers>({ legionellaMarginMs }, hardLegionellaLimits, settings),
    legionellaFrequencyReading: readings.at(-1) ?? legionellaFrequencyReading,
  };
}

/** Why settings cannot be taken as they are, field by field; empty when they can. */
export function checkLegionellaSettings(settings: Readonly<Record<string, unknown>>): FieldProblem[] {
  const { legionellaFrequencyReading: reading, ...numbers } = settings;
  const problems = checkWithin<Numbers>(hardLegionellaLimits, numbers);
  if (reading === undefined || isReading(reading)) return problems;
  const reason = `must be one of ${frequencyReadings.join(', ')}`;
  return [...problems, { field: 'legionellaFrequencyReading', reason }];
}

function isReading(value: unknown): value is FrequencyReading {
  return frequencyReadings.some((reading) => reading === value);
}
