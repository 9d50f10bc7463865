import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invariantNames, type Verdict } from './judge';
import { conclusionOf, Results, tableHead, tableRow, type RunResult } from './results';

const none = { checked: 3, broken: 0, examples: [] };
const run: RunResult = {
  attack: 'worker-killed',
  seed: 4,
  queue: 'redis',
  devices: 500,
  steered: 200,
  writes: 400,
  outcomes: { RESTORED: 200 },
  invariants: Object.fromEntries(
    invariantNames.map((name) => [name, none]),
  ) as unknown as RunResult['invariants'],
  recoveryS: 2.34,
  wallS: 61.2,
  startedAt: '2026-01-14T17:00:00.000Z',
  scale: 60,
  verdict: 'held',
};

describe(Results.name, () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'chaos-results-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  it('knows after a restart what was run already', () => {
    const file = join(dir, 'new', 'results.json');
    Results.open(file).add(run);
    const again = Results.open(file);
    expect(again.runs).toEqual([run]);
    expect(again.has('worker-killed', 4, 'redis')).toBe(true);
    expect(again.has('worker-killed', 4, 'postgres')).toBe(false);
    expect(again.has('worker-killed', 5, 'redis')).toBe(false);
  });

  it('runs again what could not be judged', () => {
    const results = Results.open(undefined);
    results.add({ ...run, verdict: 'not-judged' });
    expect(results.has('worker-killed', 4, 'redis')).toBe(false);
  });

  it('refuses a file that holds something else', () => {
    writeFileSync(join(dir, 'other.json'), '{}');
    expect(() => Results.open(join(dir, 'other.json'))).toThrow('holds no results');
  });

  it('shows what broke an invariant, of how many', () => {
    const broken = { ...run, invariants: { ...run.invariants, 'sent-once': { ...none, broken: 2 } } };
    const cell = (row: (string | number)[]) => row[tableHead.indexOf('sent-once')];
    expect(cell(tableRow(run))).toBe('0/3');
    expect(cell(tableRow(broken))).toBe('2/3 !');
    expect(tableRow({ ...run, recoveryS: null })).toContain('never');
  });
});

describe(conclusionOf, () => {
  it.each<[Verdict[], 0 | 1, string]>([
    [['held', 'held'], 0, 'All 2 runs held every promise.'],
    [['held', 'broken'], 1, '1 of 2 runs broke a promise.'],
    [['held', 'not-judged'], 0, '1 of 2 runs held every promise. 1 could not be judged'],
    [['broken', 'not-judged'], 1, '1 of 2 runs broke a promise. 1 could not be judged'],
    [['not-judged', 'not-judged'], 1, 'Nothing is proven. 2 could not be judged'],
  ])('of %j ends with %i', (verdicts, exitCode, text) => {
    const conclusion = conclusionOf(verdicts.map((verdict) => ({ verdict })));
    expect(conclusion.exitCode).toBe(exitCode);
    expect(conclusion.text).toContain(text);
  });
});
