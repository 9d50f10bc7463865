import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, type Bench, type BenchResult } from './bench';
import { apiBench } from './benches/api';
import { statusBench } from './benches/status';
import { planBench } from './benches/plan';
import { syncBench } from './benches/sync';
import { dispatchBench } from './benches/dispatch';
import { restoreBench } from './benches/restore';

const benches: readonly Bench[] = [statusBench, planBench, syncBench, dispatchBench, restoreBench, apiBench];

const help = `npm run bench [-- NAME[:PART] ...]

Measures against floors of the same run, prints a table, writes bench/results/NAME.json, exits 1 when a target is missed.

${benches.map(({ name, parts, work }) => `  ${name.padEnd(10)} ${work}${parts ? ` (parts: ${parts.join(', ')})` : ''}`).join('\n')}
`;

/** First argument of the child process that measures one benchmark. */
const inThisProcess = '--in-this-process';

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const inProcess = args[0] === inThisProcess;
  const names = inProcess ? args.slice(1) : args;
  if (names.includes('--help')) return void process.stdout.write(help);
  const runs = benches.flatMap(runsOf);
  const unknown = names.find((name) => !runs.some((run) => isNamed(run, name)));
  if (unknown !== undefined) throw new Error(`There is no benchmark "${unknown}".\n\n${help}`);
  const chosen = runs.filter((run) => names.length === 0 || names.some((name) => isNamed(run, name)));
  if (inProcess) {
    for (const run of chosen) await measure(run);
    return;
  }
  const all: BenchResult[] = [];
  let failed = false;
  for (const run of chosen) {
    if (await runAlone(run)) all.push(...saved(run));
    else failed = true;
  }
  process.stdout.write(`${table(all)}\n`);
  if (failed || all.some(({ met }) => !met)) process.exitCode = 1;
}

/** A benchmark, or one part of it. */
interface Run {
  readonly bench: Bench;
  readonly part?: string;
}

function runsOf(bench: Bench): Run[] {
  return bench.parts === undefined ? [{ bench }] : bench.parts.map((part) => ({ bench, part }));
}

function nameOf({ bench, part }: Run): string {
  return part === undefined ? bench.name : `${bench.name}:${part}`;
}

function isNamed(run: Run, name: string): boolean {
  return name === run.bench.name || name === nameOf(run);
}

async function measure(run: Run): Promise<void> {
  const { bench, part } = run;
  process.stderr.write(`${nameOf(run)}: ${bench.work}\n`);
  save(run, await bench.run((line) => process.stderr.write(`  ${line}\n`), part));
}

/**
 * Each benchmark in a process of its own: none inherits another's heap, and two WASM modules of different benchmarks
 * (the LP solver, the schema engine) need not live together. @returns whether it ended well.
 */
async function runAlone(run: Run): Promise<boolean> {
  const name = nameOf(run);
  const child = spawn(process.execPath, [...process.execArgv, __filename, inThisProcess, name], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.stderr.write(`${name}: failed (exit code ${code ?? 'none'})\n`);
  return code === 0;
}

function resultFile(run: Run): string {
  return join('bench', 'results', `${nameOf(run).replace(':', '-')}.json`);
}

function saved(run: Run): BenchResult[] {
  return (JSON.parse(readFileSync(resultFile(run), 'utf8')) as { results: BenchResult[] }).results;
}

function save(run: Run, results: readonly BenchResult[]): void {
  mkdirSync(join('bench', 'results'), { recursive: true });
  writeFileSync(resultFile(run), `${JSON.stringify({ machine: machine(), results }, undefined, 2)}\n`);
}

function table(results: readonly BenchResult[]): string {
  const numbers = (values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(
        ([what, value]) =>
          `${what} ${value >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3))}`,
      )
      .join(', ') || '–';
  const rows = results.map(({ bench, measured, floor, ratio, target, met }) => [
    bench,
    numbers(measured),
    numbers(floor),
    ratio.toFixed(2),
    target,
    met ? 'met' : 'MISSED',
  ]);
  const head = ['bench', 'measured', 'floor', 'ratio', 'target', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
