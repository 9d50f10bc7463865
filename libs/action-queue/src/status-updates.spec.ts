import type { Logger } from '@warmshift/observability';
import { StatusUpdates } from './status-updates';

describe('StatusUpdates', () => {
  let stored: string[][];
  let updates: StatusUpdates;
  beforeEach(() => {
    jest.useFakeTimers();
    stored = [];
    const recompute = (zoneIds: readonly string[]) => Promise.resolve(stored.push([...zoneIds]));
    updates = new StatusUpdates({ recompute }, {} as Logger);
  });
  afterEach(() => jest.useRealTimers());

  it('stores each zone once, soon after nothing more is due', async () => {
    for (const zone of ['a', 'b', 'a']) updates.add(zone);
    updates.settle();
    await jest.advanceTimersByTimeAsync(249);
    expect(stored).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(stored).toEqual([['a', 'b']]);
  });

  it('stores within fifteen seconds while more and more is due', async () => {
    updates.add('first');
    for (let n = 0; n < 32; n += 1) {
      await jest.advanceTimersByTimeAsync(500);
      updates.add(`later ${n}`);
    }
    expect(stored).toHaveLength(1);
    expect(stored[0]).toContain('first');
  });

  it('stores what is left at once at the end, and nothing twice', async () => {
    updates.add('a');
    updates.settle();
    await updates.flush();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(stored).toEqual([['a']]);
  });

  it('warns when it cannot store, and goes on', async () => {
    const warned: unknown[] = [];
    let fails = true;
    const recompute = (zoneIds: readonly string[]) =>
      fails ? Promise.reject(new Error('no')) : Promise.resolve(stored.push([...zoneIds]));
    const logger = { warn: (...said: unknown[]) => warned.push(said) } as unknown as Logger;
    updates = new StatusUpdates({ recompute }, logger);
    updates.add('a');
    await updates.flush();
    fails = false;
    updates.add('b');
    await updates.flush();
    expect([warned.length, stored]).toEqual([1, [['b']]]);
  });
});
