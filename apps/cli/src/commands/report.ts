import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { Cli } from '../cli';
import { UsageError } from '../errors';
import { occurrenceMeant } from '../occurrences';
import { showReport } from '../text/report-text';

interface ReportOptions {
  readonly csv?: string;
  readonly of?: 'slots' | 'actions';
}

export function addReport(program: Command, cli: Cli): void {
  program
    .command('report')
    .argument('<id>', 'of an occurrence, or of a campaign: the last one that has ended')
    .description('what became of a campaign: asked, promised, delivered')
    .option('--csv <file>', 'write it as CSV into a file, "-" for stdout')
    .addOption(
      new Option(
        '--of <what>',
        'what the CSV has a line for: every slot and vendor, or every action',
      ).choices(['slots', 'actions']),
    )
    .action(async (wanted: string, { csv, of = 'slots' }: ReportOptions, command: Command) => {
      const { screen, warmshift } = cli.session(command);
      if (screen.json && csv !== undefined)
        throw new UsageError('--json and --csv cannot be given together.');
      const path = { id: await occurrenceMeant(warmshift, wanted, 'last') };
      if (csv === undefined) {
        const report = await warmshift.get('/admin/v1/occurrences/{id}/report', { path });
        return screen.json ? screen.document(report) : showReport(report, screen);
      }
      const text = await warmshift.csv('/admin/v1/occurrences/{id}/report', {
        path,
        query: { format: 'csv', of },
      });
      if (csv === '-') return screen.raw(text);
      write(csv, text);
      screen.note(`Wrote ${csv}.`);
    });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(
      `--csv ${file}: it cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
}
