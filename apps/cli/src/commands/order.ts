import type { Command } from 'commander';
import type { Cli } from '../cli';
import { Refused } from '../errors';
import { withOrderOptions, type OrderOptions } from '../order/order-options';
import { namingOptions, readOrder } from '../order/read-order';
import { showPreview } from '../text/plan-text';
import { yesOption } from './options';

type FileOptions = OrderOptions & { readonly file?: string };

const examples = `
Examples:
  warmshift preview --from 17:00 --to +2h --target-kw 2000 --country BE
  warmshift start --from 2026-01-15T17:00:00+01:00 --to +2h --vendor nox --hold-out 0.05
  warmshift start --file campaign.json --target-kw 1500 --yes

Windows start and end on a quarter of an hour. An order file has the fields of the body of
POST /admin/v1/campaigns.`;

export function addPreview(program: Command, cli: Cli): void {
  withOrderOptions(program.command('preview'))
    .description('what a campaign would do, without doing it')
    .addHelpText('after', examples)
    .action(async (options: FileOptions, command: Command) => {
      const { screen, signal, warmshift } = cli.session(command);
      const body = await readOrder(options, screen);
      const preview = await namingOptions(warmshift.post('/admin/v1/campaigns/preview', { body, signal }));
      if (screen.json) return screen.document(preview);
      showPreview(body, preview, screen);
    });
}

export function addStart(program: Command, cli: Cli): void {
  withOrderOptions(program.command('start'))
    .description('order a campaign; shows what it will do and asks first')
    .addOption(yesOption())
    .addHelpText('after', examples)
    .action(async ({ yes, ...options }: FileOptions & { readonly yes?: boolean }, command: Command) => {
      const { screen, signal, warmshift } = cli.session(command);
      const body = await readOrder(options, screen);
      if (!screen.json) {
        showPreview(
          body,
          await namingOptions(warmshift.post('/admin/v1/campaigns/preview', { body, signal })),
          screen,
        );
        screen.print('');
      }
      if (!yes && !(await screen.confirm('Start it?'))) throw new Refused('Not started');
      const campaign = await namingOptions(warmshift.post('/admin/v1/campaigns', { body }));
      if (screen.json) return screen.document(campaign);
      screen.print(`Campaign ${campaign.campaignId} is ordered.`);
      screen.note(
        `It is planned half an hour before its window.\n  warmshift watch ${campaign.campaignId}\n  warmshift stop ${campaign.campaignId}`,
      );
    });
}
