import type { Schemas, Warmshift } from '@warmshift/client';
import type { Command } from 'commander';
import type { Cli, Session } from '../cli';
import { Refused, UsageError } from '../errors';
import { many } from '../text/words';
import { pause } from '../wait';
import { taken, yesOption } from './options';

type Scope = Schemas['StopBody']['scope'];

/** What is not over, and may hold something of ours. */
const openStates = 'PLANNED,DISPATCHING,SENT,ACTIVE,RESTORING';
/** Between two looks at what is being given back, real ms. */
const lookEveryMs = 2_000;

export function addStop(program: Command, cli: Cli): void {
  program
    .command('stop')
    .argument('<campaign>', 'its id')
    .description('cancel a campaign: nothing more goes out, every home is given back now')
    .addOption(yesOption())
    .option('--wait', 'wait until every home is given back')
    .action(async (id: string, { wait, yes }: { wait?: boolean; yes?: boolean }, command: Command) => {
      const session = cli.session(command);
      const { screen, warmshift } = session;
      const { name } = await warmshift.get('/admin/v1/campaigns/{id}', { path: { id } });
      if (!yes && !(await screen.confirm(`Cancel "${name}"?`))) throw new Refused('Not cancelled');
      const campaign = await warmshift.post('/admin/v1/campaigns/{id}/cancel', { path: { id } });
      if (wait) for (const { occurrenceId } of campaign.occurrences) await givenBack(session, occurrenceId);
      if (screen.json) return screen.document(campaign);
      screen.print(`"${name}" is ${campaign.status}.${wait ? ' Every home is given back.' : ''}`);
    });
}

async function givenBack({ screen, signal, warmshift }: Session, id: string): Promise<void> {
  for (let said = -1; ;) {
    const open = (await openActions(warmshift, id)).length;
    if (open === 0) return;
    if (open !== said) screen.note(`${many(open, 'action')} to give back …`);
    said = open;
    await pause(lookEveryMs, signal);
  }
}

const openActions = (warmshift: Warmshift, id: string) =>
  taken(
    warmshift.all('/admin/v1/occurrences/{id}/actions', {
      path: { id },
      query: { state: openStates, limit: 1000 },
    }),
  );

interface ScopeOptions {
  readonly all?: boolean;
  readonly connection?: string;
  readonly device?: string;
}

/** @throws UsageError unless exactly one thing is named. */
function scopeOf({ all, connection, device }: ScopeOptions): Scope {
  const named: Scope[] = [
    ...(all ? [{ kind: 'supplier' } as const] : []),
    ...(connection === undefined ? [] : [{ kind: 'connection', id: connection } as const]),
    ...(device === undefined ? [] : [{ kind: 'device', id: device } as const]),
  ];
  const [scope] = named;
  if (scope === undefined || named.length > 1)
    throw new UsageError('One of --all, --connection and --device must say what is meant.');
  return scope;
}

const wordsOf = (scope: Scope): string =>
  scope.kind === 'supplier' ? 'EVERY home of every vendor' : `everything at the ${scope.kind} ${scope.id}`;

const withScope = (command: Command): Command =>
  command
    .option('--all', 'every device of every vendor')
    .option('--connection <id>', 'the devices of one connection')
    .option('--device <id>', 'one device');

export function addEmergencyStop(program: Command, cli: Cli): void {
  withScope(program.command('emergency-stop'))
    .description('stop at once: nothing new goes out, every home is given back now')
    .requiredOption('--reason <text>', 'why; it goes into the audit')
    .addOption(yesOption())
    .action(async (options: ScopeOptions & { reason: string; yes?: boolean }, command: Command) => {
      const { screen, warmshift } = cli.session(command);
      const scope = scopeOf(options);
      const question = `EMERGENCY STOP for ${wordsOf(scope)}?`;
      if (!options.yes && !(await screen.confirm(question))) throw new Refused('Nothing was stopped');
      const body = { scope, reason: options.reason };
      const answer = await warmshift.post('/admin/v1/emergency-stop', { body });
      if (screen.json) return screen.document(answer);
      const { cancelled, restoring } = answer;
      screen.print(
        `Stopped. ${many(restoring, 'home')} being given back now, ${many(cancelled, 'action')} will not go out.`,
      );
      screen.note('Nothing goes out until it is lifted: warmshift lift-stop --help');
    });
}

export function addLiftStop(program: Command, cli: Cli): void {
  withScope(program.command('lift-stop'))
    .description('lift an emergency stop; what it ended stays ended')
    .addOption(yesOption())
    .action(async (options: ScopeOptions & { yes?: boolean }, command: Command) => {
      const { screen, warmshift } = cli.session(command);
      const scope = scopeOf(options);
      const question = `Lift the emergency stop for ${wordsOf(scope)}?`;
      if (!options.yes && !(await screen.confirm(question))) throw new Refused('Nothing was lifted');
      const answer = await warmshift.post('/admin/v1/emergency-stop/lift', { body: { scope } });
      if (screen.json) return screen.document(answer);
      screen.print('Lifted. Nothing starts by itself.');
    });
}
