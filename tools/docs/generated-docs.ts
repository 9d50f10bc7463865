import { commandReference } from '../../apps/cli/src/reference';
import { envExample, settingsTable } from '@warmshift/config';

export interface GeneratedDoc {
  /** Relative to the root of the checkout. */
  readonly file: string;
  /** What the file should be, given what it is. `present` is undefined when it does not exist. */
  readonly text: (present: string | undefined) => string;
}

/** Everything in the documentation that is made from the code. */
export const generatedDocs: readonly GeneratedDoc[] = [
  { file: '.env.example', text: () => envExample() },
  { file: 'README.md', text: between('README.md', 'settings', settingsTable) },
  { file: 'docs/cli.md', text: between('docs/cli.md', 'commands', commandReference) },
];

/** The part between two marks. The function it gives throws when the file does not have both, in this order. */
function between(file: string, name: string, content: () => string): GeneratedDoc['text'] {
  const begin = `<!-- ${name}: made by \`npm run docs\` -->`;
  const end = `<!-- /${name} -->`;
  return (present = '') => {
    const from = present.indexOf(begin);
    const to = present.indexOf(end);
    if (from < 0 || to < from) throw new Error(`${file} must hold the lines "${begin}" and "${end}".`);
    const ignored = `<!-- prettier-ignore-start -->\n\n${content().trim()}\n\n<!-- prettier-ignore-end -->`;
    return `${present.slice(0, from)}${begin}\n${ignored}\n${present.slice(to)}`;
  };
}
