import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { camelOf, pascalOf, type VendorNewOptions } from './options';

/** Why nothing was made. The message is a sentence for whoever called. */
export class CannotGenerate extends Error {}

const templates = join(__dirname, 'templates');
const suffix = '.txt';

/**
 * Writes `libs/vendors/NAME` below `root`, all of it or nothing.
 * @returns the files, relative to `root`.
 * @throws CannotGenerate when there is no such checkout, or the name is taken.
 */
export function generateVendor(root: string, options: VendorNewOptions): string[] {
  const vendors = join(root, 'libs', 'vendors');
  if (!existsSync(join(vendors, 'contract', 'src', 'index.ts')))
    throw new CannotGenerate(`${root} is not a checkout of Warmshift: libs/vendors/contract is missing.`);
  const target = join(vendors, options.name);
  if (existsSync(target))
    throw new CannotGenerate(`There is a libs/vendors/${options.name} already. Choose another name.`);
  const unfinished = join(vendors, `.${options.name}-${process.pid}`);
  try {
    const files = templateFiles('').map((file) => writeOne(unfinished, file, options));
    renameSync(unfinished, target);
    return files.map((file) => `libs/vendors/${options.name}/${file}`).sort();
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function writeOne(folder: string, template: string, options: VendorNewOptions): string {
  const file = template.slice(0, -suffix.length);
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, filled(readFileSync(join(templates, template), 'utf8'), options), { flag: 'wx' });
  return file;
}

function filled(text: string, { name, title }: VendorNewOptions): string {
  return text
    .replaceAll('__name__', name)
    .replaceAll('__title__', title)
    .replaceAll('__camel__', camelOf(name))
    .replaceAll('__Pascal__', pascalOf(name));
}

/** Relative to the templates, `/` between folders. */
function templateFiles(folder: string): string[] {
  return readdirSync(join(templates, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return templateFiles(path);
    return path.endsWith(suffix) ? [path] : [];
  });
}
