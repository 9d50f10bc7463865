import { table } from '@warmshift/terminal';
import { invariantNames, type Verdict } from './judge';
import type { RunResult } from './results';

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

const attackHead = [
  'attack',
  'queue',
  'runs',
  'held',
  'broken',
  'not judged',
  'devices',
  'steered',
  'writes',
  'worst recovery s',
  'what broke',
];

/** One row per attack and queue, with the least and the most of its runs. */
export function attackTable(runs: readonly RunResult[]): string {
  const groups = new Map<string, RunResult[]>();
  for (const run of runs) {
    const key = `${run.attack} ${run.queue}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return table(attackHead, [...groups.values()].map(attackRow));
}

function attackRow(runs: readonly RunResult[]): (string | number)[] {
  const having = (verdict: Verdict): number => runs.filter((run) => run.verdict === verdict).length;
  const judged = runs.filter(({ verdict }) => verdict !== 'not-judged');
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  return [
    runs[0]?.attack ?? '',
    runs[0]?.queue ?? '',
    runs.length,
    having('held'),
    having('broken'),
    having('not-judged'),
    Math.min(...runs.map(({ devices }) => devices)),
    span(judged.map(({ steered }) => steered)),
    sum(runs.map(({ writes }) => writes)),
    worstRecovery(judged),
    brokenIn(runs).join(', '),
  ];
}

function span(numbers: readonly number[]): string {
  if (numbers.length === 0) return '-';
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? String(least) : `${least} to ${most}`;
}

function worstRecovery(runs: readonly RunResult[]): string {
  if (runs.length === 0) return '-';
  if (runs.some(({ recoveryS }) => recoveryS === null)) return 'never';
  return Math.max(...runs.map(({ recoveryS }) => recoveryS ?? 0)).toFixed(1);
}

function brokenIn(runs: readonly RunResult[]): string[] {
  return invariantNames.flatMap((name) => {
    const broken = runs.filter(
      ({ verdict, invariants }) => verdict === 'broken' && invariants[name].broken > 0,
    ).length;
    return broken === 0 ? [] : [`${name} in ${broken}`];
  });
}
