import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const project = join(__dirname, '..', '..');

/** Codes that only a rule can come to; the others also say what a vendor or an operator has set. */
const ruleCodes = [
  'LEARNING_PERIOD',
  'TRANSIENT_MODE',
  'LEGIONELLA_RUNNING',
  'LEGIONELLA_DUE',
  'CYCLE_LIMIT',
  'MIN_RUN_TIME',
  'REST_PERIOD',
  'QUIET_HOURS',
  'NO_HEADROOM',
  'ABOVE_ACTIVATION_LIMIT',
];

/** Who names such a code outside `libs/domain`, and why that is no second judgement of the same rule. */
const known: Readonly<Record<string, { readonly codes: readonly string[]; readonly why: string }>> = {
  'libs/action-queue/src/dispatcher.ts': {
    codes: ['MIN_RUN_TIME', 'NO_HEADROOM'],
    why: 'waits for what assess() calls passing; a command that would change nothing is not sent',
  },
  'libs/campaigns/src/disinfection/disinfection-planner.ts': {
    codes: ['LEARNING_PERIOD', 'CYCLE_LIMIT', 'NO_HEADROOM', 'ABOVE_ACTIVATION_LIMIT'],
    why: 'passes over tanks for which assess() has said no for longer; another planner took the last cycle',
  },
  'libs/campaigns/src/disinfection/place-run.ts': {
    codes: ['MIN_RUN_TIME', 'ABOVE_ACTIVATION_LIMIT'],
    why: 'tells what assess() says of now from what it says of the time of the run',
  },
  'libs/campaigns/src/plan-writer.ts': {
    codes: ['CYCLE_LIMIT'],
    why: 'another planner took the last cycle of the ledger in the meantime',
  },
};

/** The functions with the rules, each of which `assess()` asks in turn. */
const ruleFiles = /status\/(comfort-rules|device-rules|protection-rules|rule|wording)['"]/;

/** Tests, and what answers look like in the OpenAPI description. */
const notCode = /\.(spec|fixtures|examples)\.ts$/;

function sources(folder: string): { file: string; text: string }[] {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !notCode.test(name))
    .filter((name) => !/(^|\/)(generated|node_modules)\//.test(name))
    .map((name) => join(project, folder, name))
    .map((path) => ({ file: relative(project, path), text: readFileSync(path, 'utf8') }));
}

function codesIn(text: string): string[] {
  return ruleCodes.filter((code) => new RegExp(`['"\`]${code}['"\`]`).test(text));
}

const outside = ['apps', 'libs']
  .flatMap(sources)
  .filter(({ file }) => !file.startsWith('libs/domain/') && !file.startsWith('apps/sandbox/'));

describe('the rules of steering live in assess()', () => {
  it('nobody else names a code of a rule, but for the known reasons', () => {
    const found = Object.fromEntries(
      outside.flatMap(({ file, text }) => {
        const codes = codesIn(text);
        return codes.length === 0 ? [] : [[file, codes]];
      }),
    );
    expect(found).toEqual(
      Object.fromEntries(Object.entries(known).map(([file, { codes }]) => [file, codes])),
    );
  });

  it('finds one that is planted', () => {
    expect(codesIn(`if (starts >= limit) return { code: 'CYCLE_LIMIT' };`)).toEqual(['CYCLE_LIMIT']);
    expect(codesIn(`code: "REST_PERIOD"`)).toEqual(['REST_PERIOD']);
  });

  it('the functions behind it cannot be called past it', () => {
    const index = readFileSync(join(project, 'libs/domain/src/index.ts'), 'utf8');
    expect(index).not.toMatch(ruleFiles);
    expect(`export * from './status/comfort-rules';`).toMatch(ruleFiles);
    expect(outside.filter(({ text }) => ruleFiles.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('status, planner and dispatcher ask it', () => {
    const callers = outside.filter(({ text }) => /\bassess\(/.test(text.replace(/`assess\(\)`/g, '')));
    expect(callers.map(({ file }) => file).sort()).toEqual([
      'libs/campaigns/src/disinfection/disinfection-planner.ts',
      'libs/campaigns/src/disinfection/place-run.ts',
      'libs/campaigns/src/plan-zones.ts',
      'libs/steerable-status/src/legionella/legionella.service.ts',
      'libs/steerable-status/src/status.service.ts',
    ]);
    const dispatcher = readFileSync(join(project, 'libs/action-queue/src/dispatcher.ts'), 'utf8');
    expect(dispatcher).toMatch(/\bassess(All)?ForDispatch\(/);
  });
});
