import type { RequestOf, Operation, Schemas, Warmshift } from '@warmshift/client';
import type { Command } from 'commander';
import type { Cli } from '../cli';
import { at, counts, hour, kw, many, short, timeZone } from '../text/words';
import { limitOption, pageSize, taken } from './options';

type Action = Schemas['ActionsPage']['data'][number];
type Query = NonNullable<RequestOf<Operation<'get', '/admin/v1/actions'>>['query']>;
type Filters = Omit<Query, 'limit' | 'cursor'>;

export function addActions(program: Command, cli: Cli): void {
  program
    .command('actions')
    .description('single steered circuits; those whose restore is overdue come first')
    .option('--state <states>', 'one or more with commas: PLANNED, ACTIVE, RESTORING, FAILED, …')
    .option('--overdue', 'only devices that may hold something of ours past their window')
    .option('--vendor <vendor>', 'of this vendor')
    .option('--occurrence <id>', 'of this run of a campaign')
    .option('--connection <id>', 'of this connection')
    .option('--device <id>', 'of this device')
    .addOption(limitOption())
    .action(async ({ limit, ...filters }: Filters & { limit?: number }, command: Command) => {
      const { screen, warmshift } = cli.session(command);
      const actions = await overdueFirst(warmshift, filters, limit);
      if (screen.json) return screen.document({ data: actions });
      if (actions.length === 0) return screen.note('There is no such action.');
      screen.table(['device', 'vendor', 'zone', 'window', 'kW', 'state', 'why'], actions.map(rowOf));
      const states: Record<string, number> = {};
      for (const { state } of actions) states[state] = (states[state] ?? 0) + 1;
      const late = actions.filter(({ overdue }) => overdue).length;
      screen.note(
        `\n${many(actions.length, 'action')}: ${counts(states)}. Overdue: ${late}. Times: ${timeZone()}.`,
      );
    });
}

async function overdueFirst(
  warmshift: Warmshift,
  filters: Filters,
  limit: number | undefined,
): Promise<Action[]> {
  const ask = (more: Filters, atMost: number | undefined) =>
    taken(
      warmshift.all('/admin/v1/actions', { query: { ...filters, ...more, limit: pageSize(atMost) } }),
      atMost,
    );
  const overdue = await ask({ overdue: true }, limit);
  const left = limit === undefined ? undefined : limit - overdue.length;
  if (filters.overdue || left === 0) return overdue;
  return [...overdue, ...(await ask({ overdue: false }, left))];
}

function rowOf(action: Action): string[] {
  const { code, deviceName, direction, endCode, endsAt, overdue, reason, startsAt, state, vendor, zone } =
    action;
  const sign = direction === 'decrease' ? '-' : '+';
  const window = `${at(startsAt).slice(5)}-${hour(endsAt)}`;
  const why = [overdue ? 'OVERDUE' : undefined, reason ?? code ?? endCode].filter(Boolean).join(': ');
  return [short(deviceName, 18), vendor, zone, window, `${sign}${kw(action.expectedYieldKw)}`, state, why];
}
