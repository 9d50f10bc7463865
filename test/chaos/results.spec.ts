import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nothingHappened } from './evidence';
import { judge, type Verdict } from './judge';
import { conclusionOf, resultOf, Results } from './results';
import { run } from './testing';

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
    results.add(run);
    expect(results.runs).toEqual([run]);
  });

  it('refuses a file that holds something else', () => {
    writeFileSync(join(dir, 'other.json'), '{}');
    expect(() => Results.open(join(dir, 'other.json'))).toThrow('holds no results');
  });
});

describe(resultOf, () => {
  const steered = {
    ...nothingHappened(1),
    spans: [{ key: 'nox/1', startedRealAt: Date.now(), endedRealAt: Date.now() }],
    actions: [
      {
        actionId: 'a',
        key: 'nox/1',
        state: 'RESTORED',
        hasSnapshot: true,
        snapshotRealAt: 1,
        endedRealAt: 2,
      },
    ],
  };
  const of = (evidence: typeof steered, trouble?: string) =>
    resultOf(
      { attack: 'api-killed', seed: 1, queue: 'redis', scale: 60, beganAt: 0, trouble },
      evidence,
      judge(evidence),
    );

  it('counts how actions ended', () => {
    expect(of(steered)).toMatchObject({ verdict: 'held', steered: 1, outcomes: { RESTORED: 1 } });
    expect(of(steered)).not.toHaveProperty('trouble');
  });

  it('says that nothing was proven when the attack broke off, unless a promise was broken', () => {
    const trouble = 'the attack broke off';
    expect(of(steered, trouble)).toMatchObject({ verdict: 'not-judged', trouble });
    const spans = [{ key: 'nox/1', startedRealAt: Date.now(), endedRealAt: undefined }];
    expect(of({ ...steered, spans: spans as never }, trouble)).toMatchObject({ verdict: 'broken', trouble });
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
