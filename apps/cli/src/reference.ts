import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { Cli } from './cli';
import { programOf } from './program';

/** What `--help` says of every command, as Markdown: the same words in the documentation as in the terminal. */
export function commandReference(): string {
  const silent = { input: new PassThrough(), out: new PassThrough(), err: new PassThrough() };
  const program = programOf(new Cli(silent, new AbortController().signal));
  return [program, ...leaves(program)].map(section).join('\n\n');
}

function leaves(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length === 0 ? [child] : leaves(child)));
}

function section(command: Command): string {
  const name = nameOf(command);
  return `### ${name}\n\n\`\`\`\n${helpOf(command).trim()}\n\`\`\``;
}

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

/** Without the options of the program, which stand there once. */
function helpOf(command: Command): string {
  let text = '';
  command.configureHelp({ ...command.configureHelp(), showGlobalOptions: false });
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}
