import type { Command } from 'commander';
import type { Cli } from '../cli';
import { at, short, timeZone } from '../text/words';

export function addConnections(program: Command, cli: Cli): void {
  program
    .command('connections')
    .description('vendors that are connected, and how they are')
    .action(async (_options: object, command: Command) => {
      const { screen, warmshift } = cli.session(command);
      const answer = await warmshift.get('/admin/v1/connections');
      if (screen.json) return screen.document(answer);
      if (answer.data.length === 0)
        return screen.note('No vendor is connected. To connect one: warmshift connect --help');
      screen.table(
        ['connection', 'name', 'vendor', 'status', 'listed'],
        answer.data.map((one) => [
          one.connectionId,
          short(one.name, 14),
          one.vendor,
          one.heldAt === undefined ? one.status : 'HELD',
          at(one.lastDiscoveredAt),
        ]),
      );
      for (const { heldAt, lastProblems, name, statusReason } of answer.data) {
        if (heldAt !== undefined) screen.print(`\n${name}: held by an emergency stop since ${at(heldAt)}.`);
        if (statusReason !== undefined) screen.print(`\n${name}: ${statusReason}`);
        for (const { message, where } of lastProblems)
          screen.print(`\n${name}: not used: ${where}: ${message}`);
      }
      screen.note(`\nTimes: ${timeZone()}.`);
    });
}
