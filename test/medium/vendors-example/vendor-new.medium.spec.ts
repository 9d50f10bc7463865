import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CannotGenerate, generateVendor } from '../../../tools/vendor-new/generate';

const run = promisify(execFile);
const root = resolve(__dirname, '../../..');
const acme = { name: 'acme-heat', title: 'Acme Heat & Co' };

/** A checkout as far as a vendor needs one. */
function checkout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'warmshift-vendor-new-'));
  for (const part of ['libs/domain', 'libs/vendors/contract', 'libs/vendors/kit'])
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (file) => !file.endsWith('.spec.ts'),
    });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const settings = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  const compilerOptions = { ...settings.compilerOptions, incremental: false, tsBuildInfoFile: undefined };
  const include = ['libs/vendors/acme-heat'];
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  const unit = unitSettings();
  writeFileSync(join(copy, 'jest.config.json'), JSON.stringify({ ...unit, rootDir: copy }));
  return copy;
}

describe('npm run vendor:new', () => {
  let copy: string;
  let files: string[];
  beforeAll(() => {
    copy = checkout();
    files = generateVendor(copy, acme);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('writes everything that a vendor has', () => {
    const of = (file: string) => `libs/vendors/acme-heat/${file}`;
    for (const file of [
      'manifest',
      'config',
      'wire',
      'client',
      'mapping',
      'adapter',
      'index',
      'adapter.spec',
    ])
      expect(files).toContain(of(`src/${file}.ts`));
    for (const file of ['README.md', 'quality.yaml', 'fixtures/devices.json'])
      expect(files).toContain(of(file));
    for (const file of files) expect(readFileSync(join(copy, file), 'utf8')).not.toMatch(/__\w+__/);
    for (const file of ['README.md', 'src/manifest.ts'])
      expect(readFileSync(join(copy, of(file)), 'utf8')).toContain(acme.title);
  });

  it('writes what compiles', async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '--noEmit', '-p', copy]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it('writes tests that pass', async () => {
    const jestBin = join(root, 'node_modules/jest/bin/jest.js');
    const config = join(copy, 'jest.config.json');
    const { stderr } = await run(process.execPath, [jestBin, '--config', config, '--ci'], {
      cwd: copy,
    }).catch((error: { stderr: string }) => error);
    expect(stderr).toMatch(/Tests: +5 passed, 5 total/);
  });

  it('writes it in our format', async () => {
    const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
    const style = ['--config', join(root, '.prettierrc.json'), '--list-different'];
    const { stdout } = await run(process.execPath, [
      prettier,
      ...style,
      join(copy, 'libs/vendors/acme-heat'),
    ]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  it('refuses a name that is taken, and touches nothing', () => {
    const before = readdirSync(join(copy, 'libs/vendors'));
    for (const name of ['acme-heat', 'kit', 'contract'])
      expect(() => generateVendor(copy, { ...acme, name })).toThrow(
        new CannotGenerate(`There is a libs/vendors/${name} already. Choose another name.`),
      );
    expect(readdirSync(join(copy, 'libs/vendors'))).toEqual(before);
  });

  it('refuses to write where there is no checkout', () => {
    const elsewhere = join(copy, 'docs');
    mkdirSync(elsewhere);
    expect(() => generateVendor(elsewhere, acme)).toThrow('is not a checkout of Warmshift');
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

/** The settings of our unit tests. */
function unitSettings(): Record<string, unknown> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a CommonJS file without types
  const { projects } = require('../../../jest.config.js') as { projects: Record<string, unknown>[] };
  const unit = projects[0];
  if (unit === undefined) throw new Error('jest.config.js has no projects');
  return unit;
}
