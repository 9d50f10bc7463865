import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Evidence } from './evidence';
import {
  invariantNames,
  recoveryS,
  steeredDevices,
  verdictOf,
  type Findings,
  type InvariantName,
  type Verdict,
} from './judge';

const examplesKept = 10;

export interface RunResult {
  readonly attack: string;
  readonly seed: number;
  readonly queue: 'redis' | 'postgres';
  readonly devices: number;
  readonly steered: number;
  readonly writes: number;
  /** How many actions ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly invariants: Readonly<
    Record<
      InvariantName,
      { readonly checked: number; readonly broken: number; readonly examples: readonly string[] }
    >
  >;
  /** From the window's end or recovery until the last home was its customer's again. */
  readonly recoveryS: number | null;
  readonly wallS: number;
  readonly startedAt: string;
  /** How many times faster than real time it went. */
  readonly scale: number;
  readonly verdict: Verdict;
  /** What kept it from being a whole attack. */
  readonly trouble?: string;
}

export interface Circumstances extends Pick<RunResult, 'attack' | 'seed' | 'queue' | 'scale'> {
  /** Epoch ms. */
  readonly beganAt: number;
  readonly trouble: string | undefined;
}

/** What is kept of a run. One whose attack broke off is held by nobody's merit; what it broke counts all the same. */
export function resultOf(circumstances: Circumstances, evidence: Evidence, findings: Findings): RunResult {
  const { beganAt, trouble, ...run } = circumstances;
  const outcomes: Record<string, number> = {};
  for (const { state, code } of evidence.actions) {
    const name = code === undefined ? state : `${state} ${code}`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  const verdict = verdictOf(findings);
  return {
    ...run,
    devices: evidence.devices,
    steered: steeredDevices(evidence).size,
    writes: evidence.writes.length,
    outcomes,
    invariants: summaryOf(findings),
    recoveryS: recoveryS(evidence) ?? null,
    wallS: (Date.now() - beganAt) / 1000,
    startedAt: new Date(beganAt).toISOString(),
    verdict: verdict === 'held' && trouble !== undefined ? 'not-judged' : verdict,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function summaryOf(findings: Findings): RunResult['invariants'] {
  const entries = invariantNames.map((name) => {
    const { checked, violations } = findings[name];
    return [
      name,
      { checked, broken: violations.length, examples: violations.slice(0, examplesKept) },
    ] as const;
  });
  return Object.fromEntries(entries) as unknown as RunResult['invariants'];
}

/** The results of all runs so far, in a file that is always whole. Without a file they are only remembered. */
export class Results {
  private constructor(
    private readonly file: string | undefined,
    readonly runs: RunResult[],
  ) {}

  /** @throws when the file holds something else. */
  static open(file: string | undefined): Results {
    if (file === undefined || !existsSync(file)) return new Results(file, []);
    const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { runs?: RunResult[] };
    if (!Array.isArray(runs)) throw new Error(`${file} holds no results of chaos runs.`);
    return new Results(file, runs);
  }

  /** Whether it was judged already. */
  has(attack: string, seed: number, queue: RunResult['queue']): boolean {
    return this.runs.some(
      (run) =>
        run.attack === attack && run.seed === seed && run.queue === queue && run.verdict !== 'not-judged',
    );
  }

  /** Takes the place of an earlier try that could not be judged. */
  add(run: RunResult): void {
    const { attack, seed, queue } = run;
    const earlier = this.runs.findIndex(
      (other) => other.attack === attack && other.seed === seed && other.queue === queue,
    );
    if (earlier >= 0) this.runs.splice(earlier, 1);
    this.runs.push(run);
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true });
    const fresh = `${this.file}.new`;
    writeFileSync(fresh, `${JSON.stringify({ runs: this.runs }, undefined, 2)}\n`);
    renameSync(fresh, this.file);
  }
}

/** What all runs together say. A run that could not be judged proves nothing; when none could, that is a failure. */
export function conclusionOf(runs: readonly Pick<RunResult, 'verdict'>[]): {
  readonly text: string;
  readonly exitCode: 0 | 1;
} {
  const count = (verdict: Verdict): number => runs.filter((run) => run.verdict === verdict).length;
  const [held, broken, notJudged] = [count('held'), count('broken'), count('not-judged')];
  const unproven =
    notJudged === 0 ? '' : ` ${notJudged} could not be judged: this machine was too slow for them.`;
  if (broken > 0)
    return { text: `${broken} of ${runs.length} runs broke a promise.${unproven}`, exitCode: 1 };
  if (held === 0 && notJudged > 0) return { text: `Nothing is proven.${unproven}`, exitCode: 1 };
  const all = notJudged === 0 ? `All ${held}` : `${held} of ${runs.length}`;
  return { text: `${all} runs held every promise.${unproven}`, exitCode: 0 };
}
