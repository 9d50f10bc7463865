import { readFileSync } from 'node:fs';
import { qualityTiers } from '../src';

export type QualityTier = (typeof qualityTiers)[number];

/** What a vendor's `quality.yaml` has to answer, tier by tier: `done`, `todo: what is missing` or `exempt: why`. */
export const qualityRules: Readonly<Record<QualityTier, readonly string[]>> = {
  bronze: [
    'manifest-complete',
    'credentials-probed-before-saving',
    'answers-parsed-by-schema',
    'no-wrong-fact-from-malformed-answers',
    'conformance-suite-passes',
    'cadence-and-limits-with-source',
    'secrets-masked',
    'readme-with-credentials-and-limits',
  ],
  silver: [
    'auth-failure-pauses-connection',
    'away-and-back-logged-once',
    'readings-carry-time-and-quality',
    'every-command-has-end-and-release',
    'retry-after-honoured',
    'line-coverage-95-percent',
    'named-owner',
  ],
  gold: [
    'effect-verified-by-independent-reading',
    'command-latency-p95-recorded',
    'webhooks-verified-and-replay-safe',
    'recorded-payloads-with-drift-test',
    'diagnostics-dump',
    'stale-devices-retired',
  ],
  platinum: ['push-instead-of-poll', 'batch-calls', 'abilities-detected-per-device', 'chaos-test-passes'],
};

export interface QualityAnswer {
  readonly status: 'done' | 'todo' | 'exempt';
  /** Of `todo` and `exempt`. */
  readonly why?: string | undefined;
}

export type Quality = ReadonlyMap<string, QualityAnswer>;

/**
 * Reads a `quality.yaml`: one heading per tier and one line per rule, the answer in quotes where it has a colon.
 * Throws an error that names the line which is anything else.
 */
export function readQuality(path: string): Quality {
  const answers = new Map<string, QualityAnswer>();
  let tier: string | undefined;
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const fail = (what: string): never => {
      throw new Error(`${path}:${index + 1}: ${what}: ${line}`);
    };
    if (/^\s*(#.*)?$/.test(line)) continue;
    const heading = /^([a-z]+):$/.exec(line)?.[1];
    if (heading !== undefined) {
      tier = qualityTiers.find((known) => known === heading) ?? fail('no such tier');
      continue;
    }
    const rule = /^ {2}([a-z0-9-]+): (?:(done)|'(todo|exempt): (\S.*)')$/.exec(line) ?? fail('not an answer');
    const [, name = '', done, other, why] = rule;
    if (!qualityRules[tier as QualityTier]?.includes(name)) fail(`no such rule of ${tier}`);
    if (answers.has(name)) fail('answered twice');
    const status = done === undefined ? (other === 'todo' ? 'todo' : 'exempt') : 'done';
    answers.set(name, { status, why });
  }
  return answers;
}

/** Rules without an answer. */
export function unanswered(quality: Quality): string[] {
  return Object.values(qualityRules)
    .flat()
    .filter((rule) => !quality.has(rule));
}

/** The highest tier whose rules, and those of all tiers below, are done or exempt; `undefined`: not even bronze. */
export function earnedTier(quality: Quality): QualityTier | undefined {
  let earned: QualityTier | undefined;
  for (const tier of qualityTiers) {
    const holds = qualityRules[tier].every((rule) => (quality.get(rule)?.status ?? 'todo') !== 'todo');
    if (!holds) return earned;
    earned = tier;
  }
  return earned;
}
