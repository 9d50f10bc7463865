import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, type Bench, type BenchResult } from './bench';
import { statusBench } from './benches/status';
import { planBench } from './benches/plan';
import { syncBench } from './benches/sync';

const benches: readonly Bench[] = [statusBench, planBench, syncBench];

const help = `npm run bench [-- NAME ...]

Measures against floors of the same run, prints a table, writes bench/results/NAME.json, exits 1 when a target is missed.

${benches.map(({ name, work }) => `  ${name.padEnd(10)} ${work}`).join('\n')}
`;

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  if (names.includes('--help')) return void process.stdout.write(help);
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`There is no benchmark "${unknown}".\n\n${help}`);
  const chosen = benches.filter(({ name }) => names.length === 0 || names.includes(name));
  const all: BenchResult[] = [];
  for (const bench of chosen) {
    process.stderr.write(`${bench.name}: ${bench.work}\n`);
    const results = await bench.run((line) => process.stderr.write(`  ${line}\n`));
    all.push(...results);
    save(bench.name, results);
  }
  process.stdout.write(`${table(all)}\n`);
  if (all.some(({ met }) => !met)) process.exitCode = 1;
}

function save(name: string, results: readonly BenchResult[]): void {
  const folder = join('bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ machine: machine(), results }, undefined, 2)}\n`,
  );
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
