import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const compiledFolders = [
  'apps',
  'libs',
  'clients/typescript/src',
  'tools',
  'bench',
  'test/chaos',
  'test/support/eventually.ts',
];
const assetPattern = /\.(json|sql|html|css|js|svg|png|ico|woff2|txt|csv|ya?ml)$/;
const copiedAsTheyAre = ['prisma', 'docs/openapi.json'];
const skipped = /^bench\/results\/|\.spec\.ts$|\.d\.ts$|^tools\/build\//;

/** Every file under a path of the checkout, as paths relative to it, sorted; none when the path is missing. */
export function filesUnder(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
    );
}

/** What goes into a build: `scripts` are compiled, `assets` are copied. */
export function sources() {
  const files = compiledFolders.flatMap(filesUnder).filter((file) => !skipped.test(file));
  return {
    scripts: files.filter((file) => file.endsWith('.ts')),
    assets: [...files.filter((file) => assetPattern.test(file)), ...copiedAsTheyAre.flatMap(filesUnder)],
  };
}
