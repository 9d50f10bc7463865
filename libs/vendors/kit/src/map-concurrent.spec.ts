import { mapConcurrent } from '.';

describe('mapConcurrent', () => {
  const gate = () => {
    const open = new Map<number, (value: number) => void>();
    const wait = (n: number) => new Promise<number>((resolve) => open.set(n, resolve));
    return { open, wait, release: (n: number) => open.get(n)?.(n) };
  };

  it('yields as they finish and never runs more than the limit', async () => {
    const { open, wait, release } = gate();
    const results = mapConcurrent([1, 2, 3], 2, wait);
    const first = results.next();
    expect([...open.keys()]).toEqual([1, 2]);
    release(2);
    expect(await first).toEqual({ done: false, value: 2 });
    expect([...open.keys()]).toEqual([1, 2, 3]);
    release(3);
    expect((await results.next()).value).toBe(3);
    release(1);
    expect((await results.next()).value).toBe(1);
    expect((await results.next()).done).toBe(true);
  });

  it('starts nothing more when the consumer stops', async () => {
    const started: number[] = [];
    const fn = (n: number) => {
      started.push(n);
      return Promise.resolve(n);
    };
    for await (const _ of mapConcurrent([1, 2, 3, 4, 5], 2, fn)) break;
    expect(started.length).toBeLessThanOrEqual(3);
  });

  it('throws the first error', async () => {
    const results = mapConcurrent([1], 4, () => Promise.reject(new Error('no')));
    await expect(results.next()).rejects.toThrow('no');
  });

  it('yields nothing for nothing', async () => {
    expect((await mapConcurrent([], 4, (n) => Promise.resolve(n)).next()).done).toBe(true);
  });
});
