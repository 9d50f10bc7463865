import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { table } from '@warmshift/terminal';
import { invariantNames } from './judge';
import { Lane } from './lane';
import { BadArgument, help, parseOptions, type ChaosOptions } from './options';
import { conclusionOf, Results, type RunResult } from './results';
import { runAttack } from './run';
import { attackTable, tableHead, tableRow } from './tables';
import { WorkList, type Task } from './work-list';

const out = process.stdout;
const say = (line: string): void => void out.write(`${line}\n`);

/** Everything that lanes have in common. */
interface Session {
  readonly options: ChaosOptions;
  readonly work: WorkList;
  readonly count: number;
  /** Rejects when somebody wants to stop. */
  readonly interrupted: Promise<never>;
  add(run: RunResult): void;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return void out.write(help);
  const results = Results.open(options.json);
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`Stopped by ${signal}.`)));
  });
  interrupted.catch(() => undefined);
  const lanes: Lane[] = [];
  try {
    const first = await Lane.open(options);
    lanes.push(first);
    const queue = first.ground.redis ? 'redis' : 'postgres';
    if (options.queue === 'redis' && queue !== 'redis') throw new Error('There is no redis-server here.');
    const tasks = tasksOf(options, results, queue);
    while (lanes.length < Math.min(options.parallel, tasks.length)) lanes.push(await Lane.open(options));
    const done: RunResult[] = [];
    const add = (run: RunResult): void => {
      results.add(run);
      done.push(run);
    };
    const session = { options, work: new WorkList(tasks), count: tasks.length, interrupted, add };
    await Promise.all(lanes.map((lane, number) => runLane(lane, number, session)));
    conclude(options.json === undefined ? done : results.runs);
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()));
  }
}

function tasksOf(options: ChaosOptions, results: Results, queue: RunResult['queue']): Task[] {
  const attacks = options.attacks.filter(({ name, needsRedis }) => {
    const possible = !needsRedis || queue === 'redis';
    if (!possible) say(`${name}: there is no Redis to attack, left out`);
    return possible;
  });
  return options.seeds
    .flatMap((seed) => attacks.map((attack) => ({ attack, seed })))
    .filter(({ attack, seed }) => !results.has(attack.name, seed, queue));
}

async function runLane(lane: Lane, number: number, session: Session): Promise<void> {
  for (let task = session.work.next(number); task; task = session.work.next(number)) {
    const run = await runUntilJudged(lane, task, session);
    session.add(run);
    if (run.trouble !== undefined) await lane.renew();
  }
}

/** A machine may be too slow for the scale: what could not be judged is tried once more at half of it. */
async function runUntilJudged(lane: Lane, task: Task, session: Session): Promise<RunResult> {
  const first = await runOnce(lane, task, session);
  const scale = Math.floor(session.options.scale / 2);
  if (first.verdict !== 'not-judged' || scale < 1) return first;
  if (first.trouble !== undefined) await lane.renew();
  say(`${nameOf(task)}  once more, ${scale} times faster than real time`);
  return runOnce(lane, task, { ...session, options: { ...session.options, scale } });
}

async function runOnce(lane: Lane, task: Task, session: Session): Promise<RunResult> {
  const { attack, seed } = task;
  const { options, interrupted } = session;
  const logDir = lane.ground.newLogDir(`${attack.name}-${seed}`);
  const beganAt = Date.now();
  const sayOf = (line: string): void => {
    say(`${nameOf(task)} ${String(Math.round((Date.now() - beganAt) / 1000)).padStart(4)} s  ${line}`);
  };
  let hasHeld = false;
  try {
    const run = await runAttack(attack, seed, { lane, options, interrupted, logDir, say: sayOf });
    hasHeld = run.verdict === 'held';
    tell(run, sayOf);
    return run;
  } finally {
    if (!hasHeld) keepLogs(options, logDir);
    rmSync(logDir, { recursive: true, force: true });
  }
}

function nameOf({ attack, seed }: Task): string {
  return `${attack.name} ${seed}`.padEnd(22);
}

function keepLogs({ logs }: ChaosOptions, logDir: string): void {
  if (logs !== undefined) cpSync(logDir, join(logs, basename(logDir)), { recursive: true });
}

function tell(run: RunResult, sayOf: (line: string) => void): void {
  const recovery =
    run.recoveryS === null ? 'never all given back' : `given back ${run.recoveryS.toFixed(1)} s later`;
  const outcomes = Object.entries(run.outcomes).map(([name, count]) => `${name} ${count}`);
  if (run.trouble !== undefined) sayOf(run.trouble);
  sayOf(
    `${run.verdict}: ${run.steered} of ${run.devices} steered, ${run.writes} writes, ${recovery}; ${outcomes.join(', ')}`,
  );
  for (const name of invariantNames) {
    const { broken, checked, examples } = run.invariants[name];
    if (broken === 0) continue;
    sayOf(`${name}: ${broken} of ${checked}`);
    for (const example of examples) sayOf(`  ${example}`);
  }
}

function conclude(runs: readonly RunResult[]): void {
  const isRepeated = new Set(runs.map(({ attack, queue }) => `${attack} ${queue}`)).size < runs.length;
  say(`\n${isRepeated ? attackTable(runs) : table(tableHead, runs.map(tableRow))}\n`);
  const { text, exitCode } = conclusionOf(runs);
  say(text);
  process.exitCode = exitCode;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // At once: an attack that was interrupted would go on with its waits, and with what it does to servers that are gone.
  process.exit(error instanceof BadArgument ? 2 : 1);
});
