import { envExample, settingsTable } from '@warmshift/config';

export interface GeneratedDoc {
  /** Relative to the root of the checkout. */
  readonly file: string;
  /** What the file should be, given what it is. `present` is undefined when it does not exist. */
  readonly text: (present: string | undefined) => string;
}

const begin = '<!-- settings: made by `npm run docs` -->';
const end = '<!-- /settings -->';

/** Everything in the documentation that is made from the code. */
export const generatedDocs: readonly GeneratedDoc[] = [
  { file: '.env.example', text: () => envExample() },
  { file: 'README.md', text: (present) => between(present ?? '', 'README.md', settingsTable()) },
];

/** @throws Error when the file does not have the two marks, in this order. */
function between(text: string, file: string, content: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} must hold the lines "${begin}" and "${end}".`);
  const ignored = `<!-- prettier-ignore-start -->\n\n${content.trim()}\n\n<!-- prettier-ignore-end -->`;
  return `${text.slice(0, from)}${begin}\n${ignored}\n${text.slice(to)}`;
}
