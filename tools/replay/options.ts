import type { Instant } from '@warmshift/domain';

export interface ReplayOptions {
  readonly days: number;
  /** Days on which the fleet is only read before the first campaign. */
  readonly watchDays: number;
  readonly pumps: number;
  readonly seed: number;
  readonly startsAt: Instant;
  readonly json: boolean;
}

export const help = `npm run replay -- [options]

Steers simulated heat pumps with two campaigns a day and lets the sandbox's own records judge: did any
device start more often than it may, miss a disinfection, or get colder than its comfort floor through us? Planner, rules,
NOX package and schedule are those of the service; the store is memory instead of Postgres. Exits 0 only if all are 0.

  --days N      simulated days with two campaigns each (1 to 365, default 60)
  --watch N     days before them on which the homes are only read (0 to 30, default 3)
  --pumps N     heat pumps (1 to 2000, default 200)
  --seed N      of homes and weather (default 1)
  --json        the numbers as JSON
  --help        this text`;

const numbers = {
  days: { from: 1, to: 365, otherwise: 60 },
  watch: { from: 0, to: 30, otherwise: 3 },
  pumps: { from: 1, to: 2_000, otherwise: 200 },
  seed: { from: 0, to: 2_147_483_647, otherwise: 1 },
} as const;
type NumberName = keyof typeof numbers;

/** @returns the options, `help`, or a sentence that says what is wrong. */
export function replayOptions(
  args: readonly string[],
): ReplayOptions | 'help' | { readonly problem: string } {
  const given = new Map<NumberName, number>();
  let json = false;
  for (let at = 0; at < args.length; at += 1) {
    const [flag = '', inline] = (args[at] ?? '').split('=', 2);
    if (flag === '--help') return 'help';
    if (flag === '--json') {
      json = true;
      continue;
    }
    const name = flag.slice(2);
    if (!flag.startsWith('--') || !isNumberName(name))
      return { problem: `There is no option ${flag}. See --help.` };
    const text = inline ?? args[(at += 1)];
    const value = Number(text);
    const { from, to } = numbers[name];
    if (text === undefined || text.trim() === '' || !Number.isInteger(value) || value < from || value > to)
      return { problem: `--${name} takes a whole number from ${from} to ${to}.` };
    given.set(name, value);
  }
  const of = (name: NumberName): number => given.get(name) ?? numbers[name].otherwise;
  return {
    days: of('days'),
    watchDays: of('watch'),
    pumps: of('pumps'),
    seed: of('seed'),
    startsAt: Date.UTC(2026, 0, 12),
    json,
  };
}

function isNumberName(name: string): name is NumberName {
  return Object.hasOwn(numbers, name);
}
