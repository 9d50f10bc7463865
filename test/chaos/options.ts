import { parseArgs } from 'node:util';
import { attacks, shortAttacks, type Attack } from './attacks';

export interface FleetSize {
  readonly heatingcontrol: number;
  readonly istabai: number;
  readonly nox: number;
}

const fullFleet = 500;
/** The short form has to be done in minutes on a small machine that others use as well. */
const shortFleet = 300;

export interface ChaosOptions {
  readonly attacks: readonly Attack[];
  readonly seeds: readonly number[];
  readonly devices: number;
  readonly queue: 'redis' | 'postgres' | undefined;
  readonly workers: number;
  readonly scale: number;
  /** Runs side by side. */
  readonly parallel: number;
  readonly json: string | undefined;
  readonly logs: string | undefined;
}

/** An argument that cannot be used, said in a sentence. */
export class BadArgument extends Error {}

export const help = `npm run chaos [-- options]

Starts the real service beside the sandbox, runs a campaign over its devices, attacks it meanwhile, and judges from the
sandbox's own records whether a promise was broken. Exits 0 only if none was. Nothing is left behind.

  --attack NAME     only this one; may be given several times
  --short           a few attacks over ${shortFleet} devices, one repetition each: ${shortAttacks.map(({ name }) => name).join(', ')}
  --seed N          of the first repetition: decides moments and victims (default 1)
  --repeat N        repetitions per attack, with seeds N, N+1 and so on (default 1; 20 is the long form)
  --parallel N      runs side by side, each with its own Postgres, Redis and processes (default 1; 3 for two cores)
  --devices N       at least so many over the vendors that can be steered (default ${fullFleet})
  --queue NAME      redis or postgres (default: redis where a redis-server is installed)
  --workers N       worker processes (default 2)
  --scale N         how many times faster than real time (default 60)
  --json FILE       results; attacks and seeds that are in it already are not run again
  --logs DIR        keeps the logs of the runs that failed
  --help            this text

Attacks:

${attacks.map(({ name, what }) => `  ${name.padEnd(20)} ${what}`).join('\n')}
`;

/** Reads the command line; `help` when that was asked for. @throws BadArgument. */
export function parseOptions(args: readonly string[]): ChaosOptions | 'help' {
  const values = readArgs(args);
  if (values.help) return 'help';
  const first = whole(values.seed, 'seed', 0, 1_000_000, 1);
  const repeat = whole(values.repeat, 'repeat', 1, 10_000, 1);
  return {
    attacks: chosenAttacks(values.attack ?? [], values.short === true),
    seeds: Array.from({ length: repeat }, (_, index) => first + index),
    devices: whole(values.devices, 'devices', 20, 20_000, values.short ? shortFleet : fullFleet),
    queue: queueOf(values.queue),
    workers: whole(values.workers, 'workers', 1, 16, 2),
    scale: whole(values.scale, 'scale', 1, 200, 60),
    parallel: whole(values.parallel, 'parallel', 1, 64, 1),
    json: values.json,
    logs: values.logs,
  };
}

/** Half heaters, a quarter rooms (two to four in a home), a quarter heat pumps. */
export function fleetOf(devices: number): FleetSize {
  return {
    heatingcontrol: Math.ceil(devices * 0.5),
    istabai: Math.ceil((devices * 0.25) / 2.5),
    nox: Math.ceil(devices * 0.25),
  };
}

function readArgs(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    attack: { type: 'string', multiple: true },
    short: flag,
    seed: text,
    repeat: text,
    devices: text,
    queue: text,
    workers: text,
    scale: text,
    parallel: text,
    json: text,
    logs: text,
    help: flag,
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new BadArgument(error instanceof Error ? error.message : String(error));
  }
}

function chosenAttacks(names: readonly string[], short: boolean): readonly Attack[] {
  if (names.length === 0) return short ? shortAttacks : attacks;
  return names.map((name) => {
    const attack = attacks.find((known) => known.name === name);
    if (attack) return attack;
    throw new BadArgument(`--attack must be one of ${attacks.map((known) => known.name).join(', ')}.`);
  });
}

function queueOf(text: string | undefined): ChaosOptions['queue'] {
  if (text === undefined || text === 'redis' || text === 'postgres') return text;
  throw new BadArgument('--queue must be redis or postgres.');
}

function whole(text: string | undefined, name: string, min: number, max: number, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new BadArgument(`--${name} must be a whole number from ${min} to ${max}.`);
}
