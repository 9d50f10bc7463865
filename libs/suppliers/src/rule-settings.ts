import {
  checkComfortSettings,
  checkCompressorSettings,
  checkLegionellaSettings,
  checkOwnNeedsSettings,
  defaultLegionellaLimits,
  hardCompressorLimits,
  hardOwnNeedsLimits,
  type ComfortSettings,
  type CompressorSettings,
  type FieldProblem,
  type LegionellaSettings,
  type OwnNeedsSettings,
} from '@warmshift/domain';

/** Overrides of the rules, for a supplier or for one device. An absent one makes no statement. */
export type RuleSettings = ComfortSettings & CompressorSettings & OwnNeedsSettings & LegionellaSettings;

type Settings = Readonly<Record<string, unknown>>;

/** Which check knows a setting by its name; comfort takes all others, unknown names too. */
const checks: readonly { readonly names: object; readonly check: (settings: Settings) => FieldProblem[] }[] =
  [
    { names: hardCompressorLimits, check: checkCompressorSettings },
    { names: hardOwnNeedsLimits, check: checkOwnNeedsSettings },
    { names: defaultLegionellaLimits, check: checkLegionellaSettings },
  ];

/** What is wrong with rule settings as somebody sent them: unknown names, wrong values, beyond the hard limits. */
export function checkRuleSettings(settings: Settings): FieldProblem[] {
  const problems = checks.flatMap(({ names, check }) =>
    check(only(settings, (name) => Object.hasOwn(names, name))),
  );
  const others = only(settings, (name) => !checks.some(({ names }) => Object.hasOwn(names, name)));
  return [...checkComfortSettings(others), ...problems].map(({ field, reason }) => ({
    field: `ruleSettings.${field}`,
    reason,
  }));
}

function only(settings: Settings, wanted: (name: string) => boolean): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => wanted(name)));
}
