import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generatedDocs } from './docs/generated-docs';

const help = `npm run docs [-- --check]

Writes what the documentation takes from the code: .env.example, the table of settings in README.md, and the commands in
docs/cli.md.

  --check   write nothing; exit 1 and name the files when they are not current
  --help    this text`;

function main(args: readonly string[]): void {
  const unknown = args.find((arg) => arg !== '--check' && arg !== '--help');
  if (unknown !== undefined) throw new Error(`There is no option ${unknown}.\nTry --help.`);
  if (args.includes('--help')) return void process.stdout.write(`${help}\n`);
  const stale = generatedDocs.flatMap(({ file, text }) => {
    const present = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    const wanted = text(present);
    return wanted === present ? [] : [{ file, wanted }];
  });
  if (args.includes('--check')) {
    if (stale.length === 0) return;
    throw new Error(`Not current: ${stale.map(({ file }) => file).join(', ')}. Run npm run docs.`);
  }
  for (const { file, wanted } of stale) writeFileSync(file, wanted);
  process.stdout.write(
    stale.length === 0 ? 'Nothing to write.\n' : `Wrote ${stale.map(({ file }) => file).join(', ')}.\n`,
  );
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
