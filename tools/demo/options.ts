export interface DemoOptions {
  readonly keep: boolean;
  readonly scale: number;
  readonly seed: number;
  readonly counts: Readonly<Record<'heatingcontrol' | 'istabai' | 'nox' | 'microclimates', number>>;
  /** When the compressed time begins, epoch ms. Absent: half an hour before people come home. */
  readonly startsAt?: number | undefined;
}

export const help = `npm run demo -- [options]

Starts everything on this machine (an embedded Postgres, the sandbox with the clouds of four vendors, the api, two
workers), steers the simulated homes over an evening peak in compressed time, gives them back, and says whether
every promise held. Exits 0 only if it did. Nothing is left behind.

  --keep                 leave it running afterwards and print addresses and keys (Ctrl-C ends it)
  --scale N              how many times faster than real time (10 to 120, default 60)
  --seed N               of the simulated homes (default 1)
  --heatingcontrol N     heaters with their gateways (default 180)
  --istabai N            homes (default 20)
  --nox N                heat pumps (default 40)
  --microclimates N      sites (default 3)
  --help                 this text`;

const numbers = {
  scale: { from: 10, to: 120, otherwise: 60 },
  seed: { from: 0, to: 2_147_483_647, otherwise: 1 },
  heatingcontrol: { from: 1, to: 2_000, otherwise: 180 },
  istabai: { from: 1, to: 500, otherwise: 20 },
  nox: { from: 1, to: 2_000, otherwise: 40 },
  microclimates: { from: 1, to: 50, otherwise: 3 },
} as const;

type NumberName = keyof typeof numbers;

/** @returns the options, `help`, or a sentence that says what is wrong. */
export function demoOptions(args: readonly string[]): DemoOptions | 'help' | { readonly problem: string } {
  const given = new Map<NumberName, number>();
  let keep = false;
  for (let at = 0; at < args.length; at += 1) {
    const [flag, inline] = (args[at] ?? '').split('=', 2);
    if (flag === '--help' || flag === '-h') return 'help';
    if (flag === '--keep') {
      keep = true;
      continue;
    }
    const name = flag?.slice(2) as NumberName;
    if (!flag?.startsWith('--') || !Object.hasOwn(numbers, name))
      return { problem: `There is no option ${flag}. See --help.` };
    const text = inline ?? args[(at += 1)];
    const value = Number(text);
    const { from, to } = numbers[name];
    if (text === undefined || !Number.isInteger(value) || value < from || value > to) {
      return { problem: `--${name} takes a whole number from ${from} to ${to}.` };
    }
    given.set(name, value);
  }
  const of = (name: NumberName) => given.get(name) ?? numbers[name].otherwise;
  return {
    keep,
    scale: of('scale'),
    seed: of('seed'),
    counts: {
      heatingcontrol: of('heatingcontrol'),
      istabai: of('istabai'),
      nox: of('nox'),
      microclimates: of('microclimates'),
    },
  };
}
