import type { Schemas } from '@warmshift/client';
import type { Command } from 'commander';
import type { Cli, Session } from '../cli';
import { UsageError } from '../errors';

export type Vendor = Schemas['VendorsAnswer']['data'][number];
export type Field = Vendor['credentials'][number];

export function addVendors(program: Command, cli: Cli): void {
  program
    .command('vendors')
    .argument('[vendor]', 'only this one, with the fields that its connections need')
    .description('vendors that can be connected, and what they need')
    .action(async (wanted: string | undefined, _options: object, command: Command) => {
      const session = cli.session(command);
      const vendors =
        wanted === undefined ? await allVendors(session) : [await vendorCalled(session, wanted)];
      const { screen } = session;
      if (screen.json) return screen.document({ data: vendors });
      screen.table(
        ['vendor', 'name', 'steers', 'zones', 'power'],
        vendors.map(({ power, steers, title, vendor, zones }) => [
          vendor,
          title,
          steers.join(', ') || 'no',
          zones.join(', ') || '–',
          power,
        ]),
      );
      if (wanted === undefined) return screen.note('\nWhat one needs: warmshift vendors VENDOR');
      for (const vendor of vendors) screen.print(`\n${fieldsText(vendor)}`);
    });
}

async function allVendors({ warmshift }: Session): Promise<Vendor[]> {
  return (await warmshift.get('/admin/v1/vendors')).data;
}

/** @throws UsageError that names those there are. */
export async function vendorCalled(session: Session, name: string): Promise<Vendor> {
  const vendors = await allVendors(session);
  const found = vendors.find(({ vendor }) => vendor === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `There is no vendor "${name}"; there are ${vendors.map(({ vendor }) => vendor).join(', ')}.`,
  );
}

/** What a connection of this vendor needs, field by field. */
export function fieldsText({ credentials, settings, title }: Vendor): string {
  return [
    `Credentials of ${title} (asked for, or --credentials-file):`,
    ...credentials.map(fieldText),
    ...(settings.length === 0 ? [] : ['Settings (--setting NAME=VALUE):', ...settings.map(fieldText)]),
  ].join('\n');
}

function fieldText(field: Field): string {
  const { name, options, required, secret, title, type } = field;
  const facts = [
    options === undefined ? type : `one of ${options.join(', ')}`,
    required
      ? 'required'
      : field.default === undefined
        ? 'optional'
        : `default ${JSON.stringify(field.default)}`,
    ...(secret ? ['secret'] : []),
  ];
  return `  ${name.padEnd(22)} ${facts.join(', ')}${title === undefined ? '' : `: ${title}`}`;
}
