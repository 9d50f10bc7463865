import { LeaseGroup } from './lease-group';

describe('leases that were taken together', () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
    jest.useFakeTimers();
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const pass = async (ms: number) => {
    for (const end = now + ms; now < end; now += 1_000) await jest.advanceTimersByTimeAsync(1_000);
  };
  const group = (renew: (ids: readonly string[]) => Promise<readonly string[]>) =>
    new LeaseGroup({ deviceIds: ['a', 'b'], startedAt: now, lastsMs: 25_000, renew });

  it('are renewed together for as long as one of them is held', async () => {
    const renew = jest.fn((ids: readonly string[]) => Promise.resolve(ids));
    const leases = group(renew);
    await pass(60_000);
    expect(leases.holds('a') && leases.holds('b')).toBe(true);
    leases.leave('a');
    await pass(6_000);
    expect(renew).toHaveBeenLastCalledWith(['b']);
    leases.leave('b');
    renew.mockClear();
    await pass(60_000);
    expect(renew).not.toHaveBeenCalled();
    expect(leases.holds('b')).toBe(false);
  });

  it('are lost one by one where somebody else has the device', async () => {
    const leases = group(() => Promise.resolve(['b']));
    await pass(6_000);
    expect([leases.holds('a'), leases.holds('b')]).toEqual([false, true]);
  });

  it('count as lost when Postgres was away for too long', async () => {
    const leases = group(() => Promise.reject(new Error('away')));
    await pass(20_000);
    expect(leases.holds('a')).toBe(true);
    await pass(10_000);
    expect(leases.holds('a')).toBe(false);
  });
});
