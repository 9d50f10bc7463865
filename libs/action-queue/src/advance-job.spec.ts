import { outboxRecordset } from '@warmshift/db';
import { parseJob } from '@warmshift/queue';
import { advanceJob } from './advance-job';

const action = {
  connectionId: '7b0d7d34-6f7e-4c58-9d5c-1f2a3b4c5d6e',
  vendor: 'nox',
  state: 'PLANNED',
  endsAt: 100_000,
  endRequestedAt: undefined,
} as const;
const rows = (dueAts: readonly number[]) =>
  JSON.parse(
    outboxRecordset(
      dueAts.map((dueAt) => advanceJob({ ...action, dueAt })),
      0,
    ),
  ) as unknown[];

describe('the job of an action', () => {
  it('is the same for all of a connection that become due within a tenth of a second, and written once', () => {
    expect(rows([5_001, 5_042, 5_100])).toHaveLength(1);
    expect(rows([5_001, 5_101])).toHaveLength(2);
  });

  it.each([5_000, 5_000.4, 5_001, 5_099])('is never too early (%d)', (dueAt) => {
    const { runAt } = advanceJob({ ...action, dueAt });
    expect(runAt).toBeGreaterThanOrEqual(dueAt);
    expect(runAt - dueAt).toBeLessThan(100);
  });

  it.each([
    ['gives back', { state: 'RESTORING' }, 'restore'],
    ['is wanted to end', { endRequestedAt: 1 }, 'restore'],
    ['is due at its end', { dueAt: 100_000 }, 'restore'],
    ['steers', { dueAt: 99_000 }, 'steer'],
  ] as const)('overtakes when the action %s', (_what, more, priority) => {
    const job = advanceJob({ ...action, dueAt: 1_000, ...more });
    expect(parseJob(job.name, job.payload).payload).toMatchObject({ priority });
  });
});
