import {
  checkComfortSettings,
  checkCompressorSettings,
  hardCompressorLimits,
  type ComfortSettings,
  type CompressorSettings,
  type FieldProblem,
} from '@warmshift/domain';

/** Overrides of the rules, for a supplier or for one device. An absent one makes no statement. */
export type RuleSettings = ComfortSettings & CompressorSettings;

/** What is wrong with rule settings as somebody sent them: unknown names, no numbers, beyond the hard limits. */
export function checkRuleSettings(settings: Readonly<Record<string, unknown>>): FieldProblem[] {
  const entries = Object.entries(settings);
  const isCompressors = ([name]: [string, unknown]) => Object.hasOwn(hardCompressorLimits, name);
  return [
    ...checkComfortSettings(Object.fromEntries(entries.filter((entry) => !isCompressors(entry)))),
    ...checkCompressorSettings(Object.fromEntries(entries.filter(isCompressors))),
  ].map(({ field, reason }) => ({ field: `ruleSettings.${field}`, reason }));
}
