import type { Command } from 'commander';
import { z } from 'zod';
import type { Cli } from '../cli';
import { UsageError } from '../errors';

export function addAudit(program: Command, cli: Cli): void {
  const audit = program.command('audit').description('the record of every change');
  audit
    .command('verify')
    .argument('[supplier]', 'only the chain of this supplier, by its id')
    .description(
      'recompute the hash chains of the audit and name the first entry that is missing or was changed',
    )
    .addHelpText(
      'after',
      `
Works on the database itself (DATABASE_URL), for whoever runs the service; no API key is needed.
Write the printed hashes down elsewhere: whoever can rewrite a whole chain cannot rewrite that.
Ends with 1 when a chain does not hold.`,
    )
    .action(async (supplier: string | undefined, _options: object, command: Command) => {
      if (supplier !== undefined && !z.uuid().safeParse(supplier).success)
        throw new UsageError(`The supplier must be its id, not "${supplier}".`);
      // Brings the database's client along, which no other command needs.
      const { verifyAudit } = await import('../audit/verify');
      await verifyAudit(supplier, cli.screen(command));
    });
}
