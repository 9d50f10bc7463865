import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Contradictions and gaps of the vendors' documents, by the ids under which the READMEs list them. */
const traps: Readonly<Record<string, readonly string[]>> = {
  heatingcontrol: numbered('C', 17),
  istabai: numbered('I', 19),
  microclimates: numbered('M', 10),
  nox: numbered('NOX ', 12),
};
const vendorsFolder = join(__dirname, '..');

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

/** Every text in the specs of a vendor that could be a title, without the code around it. */
function titles(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.spec.ts'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/(['"`])(?:(?!\1).)+\1/g) ?? [])
    .join('\n');
}

function untested(vendor: string): string {
  const readme = readFileSync(join(vendorsFolder, vendor, 'README.md'), 'utf8');
  const heading = '## Traps that no test covers, and why';
  expect(readme).toContain(heading);
  const section = readme.split(heading)[1]?.split('\n## ')[0] ?? '';
  return section;
}

const names = (text: string, id: string): boolean => new RegExp(`\\b${id}\\b(?!\\s*%)`).test(text);

describe.each(Object.entries(traps))('the traps of %s', (vendor, ids) => {
  const inTitles = titles(join(vendorsFolder, vendor));
  const kit = titles(join(vendorsFolder, 'kit'));

  it.each(ids)('%s is in the name of a test, or the README says why not', (id) => {
    const tested = names(inTitles, id) || names(kit, id);
    expect({ id, covered: tested || names(untested(vendor), id) }).toEqual({ id, covered: true });
  });

  it('gives no reason for a trap that has a test', () => {
    const stale = ids.filter((id) => names(inTitles, id) && names(untested(vendor), id));
    expect(stale).toEqual([]);
  });
});
