import { parseArgs } from 'node:util';
import type { FleetSize } from './world/fleet';

export interface CommandLine {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly size: FleetSize;
  readonly overrideShare: number;
  readonly warmUpH: number;
  readonly manualClock: boolean;
}

/** An argument that cannot be used, said in a sentence. */
export class BadArgument extends Error {}

export const help = `Four vendor clouds with simulated homes, for demos, tests and trying things out.

  --port N              TCP port (default 0: any free one)
  --host ADDRESS        address to listen on (default 127.0.0.1)
  --seed N              the same seed gives the same homes (default 1)
  --heatingcontrol N    devices at HeatingControl, gateways among them (default 60)
  --istabai N           homes at Istabai, two to four rooms each (default 10)
  --nox N               heat pumps at NOX (default 60)
  --microclimates N     sites at Microclimates (default 3)
  --homes N             N homes spread over the vendors; the four numbers above go before it
  --overrides SHARE     share of customers who turn the heat up on an evening, 0 to 1 (default 0)
  --warm-up-h HOURS     hours the homes are run before the start, 0 to 240 (default 48)
  --manual-clock        time stands still until POST /control/clock {"advanceMs": N} moves it
  --help                this text

The clock is the real one, or the virtual one of CLOCK_VIRTUAL_START, CLOCK_REAL_START and CLOCK_SCALE.
When requests are taken it prints {"event":"sandbox.ready","url":"http://..."}; GET /control/connections tells
what to connect with.
`;

const most = 100_000;

/** Reads the command line; `help` when that was asked for. Throws `BadArgument`. */
export function parseCommandLine(args: readonly string[]): CommandLine | 'help' {
  const values = readArgs(args);
  if (values['help'] === true) return 'help';
  const whole = (name: string, min: number, max: number, otherwise: number): number =>
    numberOf(values[name], name, min, max, otherwise, true);
  const spread = sizeFor(values['homes'] === undefined ? undefined : whole('homes', 1, most, 0));
  return {
    host: typeof values['host'] === 'string' ? values['host'] : '127.0.0.1',
    port: whole('port', 0, 65535, 0),
    seed: whole('seed', 0, Number.MAX_SAFE_INTEGER, 1),
    size: {
      heatingcontrol: whole('heatingcontrol', 0, most, spread.heatingcontrol),
      istabai: whole('istabai', 0, most, spread.istabai),
      nox: whole('nox', 0, most, spread.nox),
      microclimates: whole('microclimates', 0, most, spread.microclimates),
    },
    overrideShare: numberOf(values['overrides'], 'overrides', 0, 1, 0, false),
    warmUpH: whole('warm-up-h', 0, 240, 48),
    manualClock: values['manual-clock'] === true,
  };
}

function readArgs(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        seed: text,
        heatingcontrol: text,
        istabai: text,
        nox: text,
        microclimates: text,
        homes: text,
        overrides: text,
        'warm-up-h': text,
        'manual-clock': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new BadArgument(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(
  text: string | boolean | undefined,
  name: string,
  min: number,
  max: number,
  otherwise: number,
  whole: boolean,
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  const fits = value >= min && value <= max && (!whole || Number.isInteger(value));
  if (typeof text !== 'string' || text.trim() === '' || !fits) {
    const kind = whole ? 'a whole number' : 'a number';
    throw new BadArgument(`--${name} must be ${kind} from ${min} to ${max}, not "${String(text)}".`);
  }
  return value;
}

/** So many homes in the proportions of the default fleet: heaters come three to a home. */
function sizeFor(homes: number | undefined): FleetSize {
  if (homes === undefined) return { heatingcontrol: 60, istabai: 10, nox: 60, microclimates: 3 };
  const nox = Math.ceil(homes * 0.6);
  const istabai = Math.floor(homes * 0.15);
  return { nox, istabai, heatingcontrol: 3 * Math.max(0, homes - nox - istabai), microclimates: 3 };
}
