import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const project = join(__dirname, '..', '..');
const { forbidden } = createRequire(__filename)('../../.dependency-cruiser.cjs') as {
  forbidden: { name: string }[];
};

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

/** What the rules say about a tree, as `rule: file`. */
function violationsIn(checkout: string): string[] {
  const folders = ['apps', 'clients', 'libs', 'tools', 'bench', 'test'];
  const program = join(project, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders],
    { cwd: checkout, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (!stdout) throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[]; totalCruised: number } };
  expect(summary.totalCruised).toBeGreaterThan(10);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

describe('the import rules', () => {
  it('hold in the whole tree', () => {
    expect(violationsIn(project)).toEqual([]);
  });
});

/** One file per rule that breaks it, and how. Lines without a rule are what the rules must let pass. */
const planted: { file: string; imports: string; breaks?: string[] }[] = [
  { file: 'libs/domain/src/pure.ts', imports: 'node:fs', breaks: ['domain-imports-nothing-but-itself'] },
  {
    file: 'libs/domain/src/framework.ts',
    imports: '@nestjs/common',
    breaks: ['domain-imports-nothing-but-itself'],
  },
  { file: 'libs/domain/src/zones.ts', imports: 'luxon', breaks: ['domain-imports-nothing-but-itself'] },
  { file: 'libs/domain/src/calendar/days.ts', imports: 'luxon' },
  {
    file: 'libs/domain/src/calendar/read.ts',
    imports: 'zod',
    breaks: ['domain-calendar-imports-only-luxon'],
  },
  { file: 'libs/domain/src/rule.spec.ts', imports: 'fast-check' },
  {
    file: 'libs/vendors/nox/src/neighbour.ts',
    imports: '@warmshift/vendors/istabai',
    breaks: ['vendors-are-islands'],
  },
  { file: 'libs/vendors/nox/src/stored.ts', imports: '@warmshift/db', breaks: ['vendors-are-islands'] },
  { file: 'libs/vendors/nox/src/fine.ts', imports: '@warmshift/vendors/kit' },
  { file: 'libs/vendors/nox/src/also-fine.ts', imports: '@warmshift/domain' },
  { file: 'libs/vendors/src/registry.ts', imports: '@warmshift/vendors/nox' },
  {
    file: 'libs/vendors/kit/src/special-case.ts',
    imports: '@warmshift/vendors/nox',
    breaks: ['vendors-are-islands', 'contract-and-kit-know-no-vendor'],
  },
  { file: 'libs/db/src/jobs.ts', imports: 'bullmq', breaks: ['queue-clients-only-in-queue'] },
  { file: 'apps/worker/src/cache.ts', imports: 'ioredis', breaks: ['queue-clients-only-in-queue'] },
  { file: 'libs/queue/src/fine.ts', imports: 'bullmq' },
  { file: 'apps/api/src/sql.ts', imports: 'pg', breaks: ['database-clients-only-in-db-and-tools'] },
  {
    file: 'libs/queue/src/rows.ts',
    imports: '@prisma/client',
    breaks: ['database-clients-only-in-db-and-tools'],
  },
  { file: 'libs/db/src/fine.ts', imports: 'pg' },
  { file: 'tools/migrate.ts', imports: 'pg' },
  { file: 'libs/vendors/nox/src/http.ts', imports: 'undici', breaks: ['undici-only-in-vendors-kit'] },
  { file: 'libs/vendors/kit/src/http.ts', imports: 'undici' },
  {
    file: 'apps/api/src/other-app.ts',
    imports: '../../worker/src/main',
    breaks: ['no-app-imports-another-app'],
  },
  {
    file: 'libs/db/src/app.ts',
    imports: '../../../apps/worker/src/main',
    breaks: ['libs-never-import-apps'],
  },
  {
    file: 'apps/api/src/deep.ts',
    imports: '../../../libs/db/src/fine',
    breaks: ['libs-only-through-their-index'],
  },
  {
    file: 'libs/queue/src/deep.ts',
    imports: '../../db/src/fine',
    breaks: ['another-lib-only-through-its-index'],
  },
  { file: 'apps/console/src/page.ts', imports: '@warmshift/domain', breaks: ['console-runs-in-a-browser'] },
  {
    file: 'clients/typescript/src/inside.ts',
    imports: '@warmshift/domain',
    breaks: ['client-knows-only-the-interface'],
  },
  { file: 'clients/typescript/src/http.ts', imports: 'openapi-fetch' },
  { file: 'apps/cli/src/shortcut.ts', imports: '@warmshift/db', breaks: ['command-line-is-a-client'] },
  { file: 'apps/cli/src/audit/verify.ts', imports: '@warmshift/db' },
  { file: 'apps/cli/src/fine.ts', imports: '@warmshift/client' },
  {
    file: 'apps/api/src/double.ts',
    imports: '../../../test/support/doubles',
    breaks: ['tests-stay-outside'],
  },
  { file: 'apps/api/src/cases.ts', imports: 'fast-check', breaks: ['no-development-package-at-run-time'] },
  { file: 'apps/api/src/lost.ts', imports: '@warmshift/nowhere', breaks: ['every-import-leads-somewhere'] },
  { file: 'libs/db/src/egg.ts', imports: './hen', breaks: ['no-circles'] },
  { file: 'libs/db/src/hen.ts', imports: './egg' }, // a circle is reported once
];

/** Legitimate files that the planted ones refer to. */
const surroundings = [
  'clients/typescript/src/index.ts',
  'libs/domain/src/index.ts',
  'libs/db/src/index.ts',
  'libs/vendors/kit/src/index.ts',
  'libs/vendors/nox/src/index.ts',
  'libs/vendors/istabai/src/index.ts',
  'apps/worker/src/main.ts',
  'bench/index.ts',
  'test/support/doubles.ts',
];

describe('the import rules, broken on purpose', () => {
  let checkout: string;
  let found: string[];

  beforeAll(() => {
    checkout = realpathSync(mkdtempSync(join(tmpdir(), 'warmshift-planted-')));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      cpSync(join(project, file), join(checkout, file));
    }
    symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'));
    for (const file of surroundings) write(file, 'export const here = true;\n');
    for (const { file, imports } of planted)
      write(file, `import * as other from '${imports}';\nexport const used = other;\n`);
    found = violationsIn(checkout);
  });
  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), text);
  }

  it.each(planted.filter(({ breaks }) => breaks))('$file must not import $imports', ({ file, breaks }) => {
    expect(rulesBrokenBy(file)).toEqual([...(breaks ?? [])].sort());
  });

  it.each(planted.filter(({ breaks }) => !breaks))('$file may import $imports', ({ file }) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  it('leave no rule untried', () => {
    const tried = new Set(planted.flatMap(({ breaks }) => breaks ?? []));
    expect(forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  });

  function rulesBrokenBy(file: string): string[] {
    return found
      .filter((violation) => violation.includes(`: ${file} -> `))
      .map((violation) => violation.slice(0, violation.indexOf(':')))
      .sort();
  }
});
