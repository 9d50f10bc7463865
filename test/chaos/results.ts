import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { invariantNames, type InvariantName, type Verdict } from './judge';

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

  add(run: RunResult): void {
    this.runs.push(run);
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true });
    const fresh = `${this.file}.new`;
    writeFileSync(fresh, `${JSON.stringify({ runs: this.runs }, undefined, 2)}\n`);
    renameSync(fresh, this.file);
  }
}

export const tableHead = [
  'attack',
  'seed',
  'queue',
  'devices',
  'steered',
  'writes',
  ...invariantNames,
  'recovery s',
  'wall s',
  'verdict',
];

/** One row per run; an invariant shows what broke it, of how many. */
export function tableRow(run: RunResult): (string | number)[] {
  return [
    run.attack,
    run.seed,
    run.queue,
    run.devices,
    run.steered,
    run.writes,
    ...invariantNames.map((name) => {
      const { checked, broken } = run.invariants[name];
      return broken === 0 ? `0/${checked}` : `${broken}/${checked} !`;
    }),
    run.recoveryS === null ? 'never' : run.recoveryS.toFixed(1),
    Math.round(run.wallS),
    run.verdict,
  ];
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
