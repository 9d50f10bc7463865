import { parseArgs } from 'node:util';

export interface DeliveryOptions {
  readonly devices: number;
  /** Of the fleet's load before the window. */
  readonly share: number;
  readonly hours: number;
  /** The fleet is watched for so long before the order: its load, and how it cycles. */
  readonly observeMinutes: number;
  /** Rebound is judged for so long after the window. */
  readonly afterMinutes: number;
  /** What may come back in a slot after the release, as a share of what is asked. */
  readonly capShare: number;
  readonly scale: number;
  readonly seed: number;
  /** Without the service, in virtual time. */
  readonly rehearse: boolean;
  /** Written beside the table, when given. */
  readonly json?: string | undefined;
}

export const help = `npm run delivery -- [options]

Asks a sandbox fleet for a share of its evening load, steers it for some hours in compressed time, and compares what was
delivered with the simulated homes' own twins that nobody steers. Exits 0 only when every full slot was within 5 % of the
target, the window within 2 %, and the power after the release stayed under the cap that was ordered. What its heat pumps
did on the day before they were connected is not counted (unseenStartsPerDay 0): there is no time to watch a whole day.

  --devices N    devices of three vendors (100 to 20000, default 2000)
  --share S      of the load in the hour before (0.05 to 0.9, default 0.4)
  --hours H      length of the window (1 to 6, default 2)
  --observe M    minutes in which the fleet is watched before the order (60 to 1440, default 240)
  --after M      minutes after the window in which what comes back is judged (15 to 360, default 120)
  --cap S        of the target, what may come back in a slot after the release (0.1 to 5, default 1.75)
  --scale N      how many times faster than real time (5 to 120, default 10); commands take real time,
                 so the starts of a large fleet are late when it is high
  --seed N       of the simulated homes (default 1)
  --rehearse     without the service: its forecast, planner and rules in virtual time, in less than a minute where the
                 machine is free; commands are in time, --scale says nothing
  --json FILE    the numbers as JSON
  --help         this text`;

/** @returns the options, `help`, or a sentence that says what is wrong. */
export function deliveryOptions(
  args: readonly string[],
): DeliveryOptions | 'help' | { readonly problem: string } {
  let values: Record<string, string | boolean | undefined>;
  try {
    const text = { type: 'string' } as const;
    values = parseArgs({
      args: [...args],
      options: {
        devices: text,
        share: text,
        hours: text,
        observe: text,
        after: text,
        cap: text,
        scale: text,
        seed: text,
        json: text,
        rehearse: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return { problem: `${(error as Error).message} See --help.` };
  }
  if (values['help'] === true) return 'help';
  const problems: string[] = [];
  const number = (name: string, from: number, to: number, otherwise: number, whole = true): number => {
    const given = values[name];
    if (given === undefined) return otherwise;
    const value = Number(given);
    if (!(value >= from && value <= to) || (whole && !Number.isInteger(value)))
      problems.push(`--${name} takes a ${whole ? 'whole ' : ''}number from ${from} to ${to}.`);
    return value;
  };
  const options: DeliveryOptions = {
    devices: number('devices', 100, 20_000, 2_000),
    share: number('share', 0.05, 0.9, 0.4, false),
    hours: number('hours', 1, 6, 2),
    observeMinutes: number('observe', 60, 1_440, 240),
    afterMinutes: number('after', 15, 360, 120),
    capShare: number('cap', 0.1, 5, 1.75, false),
    scale: number('scale', 5, 120, 10),
    seed: number('seed', 0, 2_147_483_647, 1),
    rehearse: values['rehearse'] === true,
    json: typeof values['json'] === 'string' ? values['json'] : undefined,
  };
  return problems.length > 0 ? { problem: problems.join(' ') } : options;
}
