import type { Schemas } from '@warmshift/client';
import type { Command } from 'commander';
import type { Cli } from '../cli';
import { at, kw, short, timeZone } from '../text/words';
import { limitOption, taken } from './options';

type Campaign = Schemas['CampaignAnswer'];

export function addCampaigns(program: Command, cli: Cli): void {
  program
    .command('campaigns')
    .description('campaigns, newest first')
    .addOption(limitOption())
    .action(async ({ limit = 20 }: { limit?: number }, command: Command) => {
      const { screen, warmshift } = cli.session(command);
      const query = { limit: Math.min(limit, 200) };
      const campaigns = await taken(warmshift.all('/admin/v1/campaigns', { query }), limit);
      if (screen.json) return screen.document({ data: campaigns });
      if (campaigns.length === 0)
        return screen.note('There is no campaign. To see what one would do: warmshift preview --help');
      screen.table(['campaign', 'name', 'starts', 'kW', 'status'], campaigns.map(rowOf));
      const more = campaigns.length < limit ? '' : ` The newest ${limit}: --limit shows more.`;
      screen.note(`\nTimes: ${timeZone()}.${more}`);
    });
}

function rowOf({ campaignId, direction, name, startsAt, status, targetKw }: Campaign): string[] {
  const sign = direction === 'decrease' ? '-' : '+';
  const power =
    targetKw === undefined ? (direction === 'decrease' ? 'less' : 'more') : `${sign}${kw(targetKw)}`;
  return [campaignId, short(name, 20), at(startsAt), power, status];
}
