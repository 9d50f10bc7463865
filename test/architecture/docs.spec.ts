import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { generatedDocs } from '../../tools/docs/generated-docs';

const root = join(__dirname, '..', '..');
const notOurs = new Set(['.git', 'node_modules', 'dist', '.cache', '.warmshift', 'coverage', 'generated']);

/** Every file of the checkout, relative to its root. */
function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !notOurs.has(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}

const files = filesUnder('');
const fileSet = new Set(files);
const folders = new Set(files.flatMap((file) => ancestorsOf(file)));
const documents = files.filter((file) => file.endsWith('.md'));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const scripts = Object.keys((JSON.parse(textOf('package.json')) as { scripts: object }).scripts);

function ancestorsOf(file: string): string[] {
  const parent = posix.dirname(file);
  return parent === '.' ? [] : [parent, ...ancestorsOf(parent)];
}

const exists = (path: string) => fileSet.has(path) || folders.has(path);

/** Text without code: links and headings are looked for in what a reader sees. */
const prose = (text: string) => text.replace(/^(```|~~~)[^]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchors that GitHub gives the headings of a document. */
function anchorsOf(file: string): string[] {
  const text = textOf(file).replace(/^(```|~~~)[^]*?^\1/gm, '');
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

function deadLinks(file: string): string[] {
  const links = [...prose(textOf(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const linked = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path));
    if (!exists(linked.replace(/\/$/, ''))) return true;
    return anchor !== undefined && !anchorsOf(linked).includes(anchor);
  });
}

/** Folders of the first level, and names that end like a file of ours. */
const rooted = /^(apps|libs|prisma|test|bench|tools|docs|\.ci)\/[\w./@-]*$/;
const fileLike = /^[\w.@-]+(\/[\w.@-]+)*\.(ts|js|mjs|cjs|md|prisma|sql|yml|sh)$/;

/** `dist/x.js` is made of `x.ts`. */
const sourceOf = (path: string) => path.replace(/^dist\/(.*)\.js$/, '$1.ts').replace(/^dist\//, '');

/** A path is good from the root, from the document's folder, or as the end of a path that everybody will find. */
function isThere(path: string, document: string): boolean {
  const bare = path.replace(/\/$/, '');
  return (
    exists(bare) ||
    exists(posix.normalize(posix.join(posix.dirname(document), bare))) ||
    (fileLike.test(bare) && files.some((file) => file.endsWith(`/${bare}`)))
  );
}

/** What a reader makes while following the text: examples are called `acme`. */
const madeByTheReader = /(^|\/)acme(\/|$)/;

function lostPaths(document: string): string[] {
  const quoted = [...textOf(document).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  const paths = [...quoted, ...programsIn(document)].map(sourceOf);
  return paths
    .filter((path) => (rooted.test(path) || fileLike.test(path)) && !madeByTheReader.test(path))
    .filter((path) => !isThere(path, document));
}

/** Files that commands in the text start. */
function programsIn(document: string): string[] {
  return [...textOf(document).matchAll(/\bnode (?:--[\w-]+ )*(dist\/[\w./-]+)/g)].map(
    ([, path = '']) => path,
  );
}

function unknownScripts(file: string): string[] {
  return [...textOf(file).matchAll(/\bnpm run ([a-z][\w:-]*)/g)]
    .map(([, script = '']) => script)
    .filter((script) => !scripts.includes(script));
}

describe('the documentation', () => {
  it('is all found', () => {
    expect(documents).toEqual(
      expect.arrayContaining(['README.md', 'docs/architecture.md', 'CONTRIBUTING.md']),
    );
    expect(documents.filter((file) => statSync(join(root, file)).size === 0)).toEqual([]);
  });

  it.each(generatedDocs)('holds in $file what the code says (npm run docs)', ({ file, text }) => {
    const present = textOf(file);
    expect(present).toBe(text(present));
  });

  it.each(documents)('%s has no dead link', (file) => {
    expect(deadLinks(file)).toEqual([]);
  });

  it.each(documents)('%s names only files that exist', (file) => {
    expect(lostPaths(file)).toEqual([]);
  });

  it.each(documents)('%s names only scripts that exist', (file) => {
    expect(unknownScripts(file)).toEqual([]);
  });

  it('can be reached from the README, page by page', () => {
    const reached = new Set(['README.md']);
    for (const file of reached) {
      for (const [, target = ''] of prose(textOf(file)).matchAll(/\]\(([^)\s#]+)/g)) {
        const linked = posix.normalize(posix.join(posix.dirname(file), target));
        if (documents.includes(linked)) reached.add(linked);
      }
    }
    const pages = documents.filter((file) => file.startsWith('docs/') || !file.includes('/'));
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('says of each decision the number of its file', () => {
    const decisions = documents.filter((file) => dirname(file) === 'docs/decisions');
    const numbers = decisions.map((file) => Number(relative('docs/decisions', file).slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    for (const [index, file] of decisions.entries()) expect(textOf(file)).toMatch(`# ${index + 1}. `);
  });
});

describe('what the checks of the documentation see', () => {
  it('does not take the end of a longer name for a file', () => {
    expect(isThere('assess.ts', 'README.md')).toBe(true);
    expect(isThere('ssess.ts', 'README.md')).toBe(false);
    expect(isThere('libs/domain/src/nowhere.ts', 'README.md')).toBe(false);
  });

  it('reads the paths that commands start', () => {
    expect(sourceOf('dist/tools/migrate.js')).toBe('tools/migrate.ts');
    expect(existsSync(join(root, sourceOf('dist/apps/worker/src/main.js')))).toBe(true);
  });

  it('refuses a README without the marks of the table', () => {
    const readme = generatedDocs.find(({ file }) => file === 'README.md');
    expect(() => readme?.text('# Warmshift')).toThrow('README.md must hold the lines');
  });
});
