import { attackTable, tableHead, tableRow } from './tables';
import { none, run } from './testing';

const broken = {
  ...run,
  seed: 5,
  steered: 180,
  recoveryS: 71.5,
  verdict: 'broken',
  invariants: { ...run.invariants, 'sent-once': { ...none, broken: 2 } },
} as const;

describe(tableRow, () => {
  it('shows what broke an invariant, of how many', () => {
    const cell = (row: (string | number)[]) => row[tableHead.indexOf('sent-once')];
    expect(cell(tableRow(run))).toBe('0/3');
    expect(cell(tableRow(broken))).toBe('2/3 !');
    expect(tableRow({ ...run, recoveryS: null })).toContain('never');
  });
});

describe(attackTable, () => {
  const cells = (...runs: (typeof run)[]): string[][] =>
    attackTable(runs)
      .split('\n')
      .slice(2)
      .map((line) => line.trim().split(/ {2,}/));

  it('counts the runs of an attack and shows the worst of them', () => {
    expect(cells(run, broken, { ...run, seed: 6, recoveryS: 12, verdict: 'not-judged', steered: 3 })).toEqual(
      [['worker-killed', 'redis', '3', '1', '1', '1', '500', '180 to 200', '1200', '71.5', 'sent-once in 1']],
    );
  });

  it('keeps attacks and queues apart', () => {
    const rows = cells(run, { ...run, attack: 'api-killed' }, { ...run, queue: 'postgres' });
    expect(rows.map(([attack, queue, runs]) => [attack, queue, runs])).toEqual([
      ['worker-killed', 'redis', '1'],
      ['api-killed', 'redis', '1'],
      ['worker-killed', 'postgres', '1'],
    ]);
  });

  it('says never where a home was not given back while it was judged', () => {
    expect(cells(run, { ...broken, recoveryS: null })[0]).toContain('never');
  });
});
