import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { filesUnder, root } from './files.mjs';

/**
 * Makes dist/ hold exactly these files. A file that is already right is not touched and a changed one is replaced by a
 * rename, so a process that runs from dist/ never sees half a file or a missing one.
 */
export function writeOutput(output) {
  for (const [file, content] of output) replaceWhenDifferent(join(root, 'dist', file), content);
  for (const file of filesUnder('dist')) {
    if (!output.has(file.slice('dist/'.length))) rmSync(join(root, file), { force: true });
  }
  removeEmptyFolders(join(root, 'dist'));
}

function replaceWhenDifferent(target, content) {
  if (existsSync(target) && readFileSync(target).equals(content)) return;
  mkdirSync(dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}.new`;
  writeFileSync(fresh, content);
  renameSync(fresh, target);
}

function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
