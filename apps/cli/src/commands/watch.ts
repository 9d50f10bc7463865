import type { Warmshift } from '@warmshift/client';
import type { Command } from 'commander';
import type { Cli } from '../cli';
import { Refused } from '../errors';
import { occurrenceMeant } from '../occurrences';
import { progressBlock, progressLine } from '../text/progress-text';
import type { Screen } from '../screen';

export function addWatch(program: Command, cli: Cli): void {
  program
    .command('watch')
    .argument('<id>', 'of an occurrence, or of a campaign: the one that is on or comes next')
    .description('follow a campaign as it happens, until it has ended')
    .addHelpText(
      'after',
      `
On a terminal the state is drawn over; into a file or a pipe goes a line for every change; with
--json every event is one line of JSON ({"event", "id", "data"}). Ends with 0 when the campaign has
run its course and 1 when it was cancelled. Ctrl-C stops watching, not the campaign.`,
    )
    .action(async (id: string, _options: object, command: Command) => {
      const { screen, signal, warmshift } = cli.session(command);
      const occurrenceId = await occurrenceMeant(warmshift, id, 'next');
      const drawing = new Drawing(screen);
      for await (const event of warmshift.watch(occurrenceId, { signal })) {
        if (screen.json) screen.line(event);
        else if (screen.isLive) drawing.draw(progressBlock(event));
        else screen.print(progressLine(event));
        if (event.event === 'finished')
          screen.note(`It has ended. To see what became of it: warmshift report ${occurrenceId}`);
      }
      if (await isCancelled(warmshift, occurrenceId)) throw new Refused('The campaign was cancelled');
    });
}

/** What was cancelled under way ends with a report as well, only before its time. */
async function isCancelled(warmshift: Warmshift, id: string): Promise<boolean> {
  const { campaignId, endsAt, finishedAt, status } = await warmshift.get('/admin/v1/occurrences/{id}', {
    path: { id },
  });
  if (status === 'CANCELLED') return true;
  if (finishedAt === undefined || finishedAt >= endsAt) return false;
  const campaign = await warmshift.get('/admin/v1/campaigns/{id}', { path: { id: campaignId } });
  return campaign.status === 'CANCELLED';
}

/** A block of lines that takes the place of the one before. */
class Drawing {
  private height = 0;

  constructor(private readonly screen: Screen) {}

  draw(text: string): void {
    const lines = text.split('\n').map((line) => line.slice(0, this.screen.width - 1));
    const up = this.height === 0 ? '' : `\u001b[${this.height}A\u001b[J`;
    this.screen.raw(`${up}${lines.join('\n')}\n`);
    this.height = lines.length;
  }
}
