import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const project = join(__dirname, '..', '..', '..');
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'warmshift-build-test-'));
  for (const file of ['.swcrc', 'tsconfig.json', 'package.json'])
    cpSync(join(project, file), join(checkout, file));
  cpSync(join(project, 'tools', 'build.mjs'), join(checkout, 'tools', 'build.mjs'));
  cpSync(join(project, 'tools', 'build'), join(checkout, 'tools', 'build'), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'));
  source('libs/domain/src/index.ts', "export const who = (): string => 'domain';");
  source('libs/vendors/kit/src/index.ts', "export { who } from '@warmshift/domain';");
  source(
    'apps/api/src/main.ts',
    "import { who } from '@warmshift/vendors/kit';\nimport './greet';\nconsole.log(who());",
  );
  source('apps/api/src/greet.ts', "console.log('hello from');");
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function source(file: string, text: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), text);
}

function build(...flags: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['tools/build.mjs', ...flags], { cwd: checkout, encoding: 'utf8' });
}

function runMain(): string {
  const main = join(checkout, 'dist', 'apps', 'api', 'src', 'main.js');
  return spawnSync(process.execPath, ['--enable-source-maps', main], { encoding: 'utf8' }).stdout;
}

describe('npm run build', () => {
  it('makes a tree that plain node runs, with every alias resolved', () => {
    expect(build()).toMatchObject({ status: 0, stderr: '' });
    expect(runMain()).toBe('hello from\ndomain\n');
  });

  it('does nothing when nothing changed, and rewrites only what did', () => {
    build();
    const untouched = join(checkout, 'dist/libs/domain/src/index.js');
    const before = statSync(untouched).mtimeMs;
    expect(build().stdout).toBe('');

    source('apps/api/src/greet.ts', "console.log('changed, from');");
    expect(build().stdout).toMatch(/^Built \d+ files/);
    expect(runMain()).toBe('changed, from\ndomain\n');
    expect(statSync(untouched).mtimeMs).toBe(before);
  });

  it('removes the output of a source that is gone, and makes up for output that is', () => {
    build();
    rmSync(join(checkout, 'apps/api/src/greet.ts'));
    rmSync(join(checkout, 'dist/libs/domain/src/index.js'));
    build();
    expect(existsSync(join(checkout, 'dist/apps/api/src/greet.js'))).toBe(false);
    expect(existsSync(join(checkout, 'dist/libs/domain/src/index.js'))).toBe(true);
  });

  it('names the file and the import when an alias leads nowhere, and keeps the last good output', () => {
    build();
    source('apps/api/src/greet.ts', "import { x } from '@warmshift/nothing';\nconsole.log(x);");
    const { status, stderr } = build();
    expect(status).toBe(1);
    expect(stderr).toContain('apps/api/src/greet.ts: cannot find what it imports: @warmshift/nothing');
    expect(runMain()).toBe('hello from\ndomain\n');
  });

  it('lets two builds at once both end well, and takes over from one that was killed', async () => {
    mkdirSync(join(checkout, '.cache'));
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    writeFileSync(join(checkout, '.cache/build.lock'), String(dead.pid));
    const builds = [1, 2].map(() => spawn(process.execPath, ['tools/build.mjs'], { cwd: checkout }));
    const codes = await Promise.all(builds.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(codes).toEqual([0, 0]);
    expect(runMain()).toBe('hello from\ndomain\n');
    expect(existsSync(join(checkout, '.cache/build.lock'))).toBe(false);
  });

  it('keeps lines in stack traces those of the sources', () => {
    source('apps/api/src/greet.ts', "type Unused = string;\n\nthrow new Error('here');");
    build();
    const main = join(checkout, 'dist/apps/api/src/main.js');
    const { stderr } = spawnSync(process.execPath, ['--enable-source-maps', main], { encoding: 'utf8' });
    expect(stderr).toContain(join(checkout, 'apps/api/src/greet.ts:3:'));
  });

  it('removes the output with --clean', () => {
    build();
    build('--clean');
    expect(existsSync(join(checkout, 'dist'))).toBe(false);
    expect(readFileSync(join(checkout, 'libs/domain/src/index.ts'), 'utf8')).toContain('domain');
  });
});
