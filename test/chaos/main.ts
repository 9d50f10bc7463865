import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { table } from '../../tools/demo/text';
import type { Attack } from './attacks';
import { Ground } from './ground';
import { invariantNames } from './judge';
import { BadArgument, help, parseOptions, type ChaosOptions } from './options';
import { conclusionOf, Results, tableHead, tableRow, type RunResult } from './results';
import { runAttack, type RunContext } from './run';

const out = process.stdout;
const say = (line: string): void => void out.write(`${line}\n`);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return void out.write(help);
  const results = Results.open(options.json);
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`Stopped by ${signal}.`)));
  });
  interrupted.catch(() => undefined);
  const ground = await Ground.prepare(options.queue !== 'postgres');
  try {
    if (options.queue === 'redis' && !ground.redis) throw new Error('There is no redis-server here.');
    await runAll(options, ground, results, interrupted);
  } finally {
    await ground.stop();
  }
}

async function runAll(
  options: ChaosOptions,
  ground: Ground,
  results: Results,
  interrupted: Promise<never>,
): Promise<void> {
  const queue = ground.redis ? 'redis' : 'postgres';
  const done: RunResult[] = [];
  for (const seed of options.seeds) {
    for (const attack of options.attacks) {
      if (results.has(attack.name, seed, queue)) continue;
      if (attack.needsRedis && !ground.redis) {
        say(`${attack.name}: there is no Redis to attack, left out`);
        continue;
      }
      say(`${attack.name}, seed ${seed}: ${attack.what}`);
      const run = await runUntilJudged(attack, seed, { ground, options, interrupted });
      results.add(run);
      done.push(run);
    }
  }
  const shown = options.json === undefined ? done : results.runs;
  say(`\n${table(tableHead, shown.map(tableRow))}\n`);
  const { text, exitCode } = conclusionOf(shown);
  say(text);
  process.exitCode = exitCode;
}

type Circumstances = Omit<RunContext, 'logDir' | 'say'>;

/** A machine may be too slow for the scale: what could not be judged is tried once more at half of it. */
async function runUntilJudged(attack: Attack, seed: number, around: Circumstances): Promise<RunResult> {
  const first = await runOnce(attack, seed, around);
  const scale = Math.floor(around.options.scale / 2);
  if (first.verdict !== 'not-judged' || scale < 1) return first;
  say(`  this machine was too slow to judge it; once more, ${scale} times faster than real time`);
  return runOnce(attack, seed, { ...around, options: { ...around.options, scale } });
}

async function runOnce(attack: Attack, seed: number, around: Circumstances): Promise<RunResult> {
  const { ground, options } = around;
  const logDir = ground.newLogDir(`${attack.name}-${seed}`);
  const beganAt = Date.now();
  const saySince = (line: string): void => {
    say(`  ${String(Math.round((Date.now() - beganAt) / 1000)).padStart(3)} s  ${line}`);
  };
  let hasHeld = false;
  try {
    const run = await runAttack(attack, seed, { ...around, logDir, say: saySince });
    hasHeld = run.verdict === 'held';
    tell(run);
    return run;
  } finally {
    if (!hasHeld) keepLogs(options, logDir);
    rmSync(logDir, { recursive: true, force: true });
  }
}

function keepLogs({ logs }: ChaosOptions, logDir: string): void {
  if (logs !== undefined) cpSync(logDir, join(logs, basename(logDir)), { recursive: true });
}

function tell(run: RunResult): void {
  const recovery =
    run.recoveryS === null ? 'never all given back' : `given back ${run.recoveryS.toFixed(1)} s later`;
  say(
    `  ${run.verdict}: ${run.steered} of ${run.devices} devices steered, ${run.writes} writes, ${recovery}, ${Math.round(run.wallS)} s in all`,
  );
  say(
    `  ${Object.entries(run.outcomes)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  );
  for (const name of invariantNames) {
    const { broken, checked, examples } = run.invariants[name];
    if (broken === 0) continue;
    say(`  ${name}: ${broken} of ${checked}`);
    for (const example of examples) say(`    ${example}`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // At once: an attack that was interrupted would go on with its waits, and with what it does to servers that are gone.
  process.exit(error instanceof BadArgument ? 2 : 1);
});
