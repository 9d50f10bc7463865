import { Batch } from './batch';
import { forTenant, scopeName } from './scope';

const refused = Object.assign(new Error('bad value'), { code: '22P02' });

describe('Batch', () => {
  it('asks together what is asked in the same moment, and answers each its own', async () => {
    const runs: number[][] = [];
    const batch = new Batch((items: readonly number[]) => {
      runs.push([...items]);
      return Promise.resolve(items.map((item) => item * 10));
    });
    await expect(Promise.all([batch.add(1), batch.add(2), batch.add(3)])).resolves.toEqual([10, 20, 30]);
    expect(runs).toEqual([[1, 2, 3]]);
  });

  it('gathers what comes while runs are under way, up to the size of one run', async () => {
    const runs: number[][] = [];
    const open: (() => void)[] = [];
    const batch = new Batch(
      async (items: readonly number[]) => {
        runs.push([...items]);
        await new Promise<void>((resolve) => open.push(resolve));
        return items;
      },
      { maxRunning: 1, maxSize: 2 },
    );
    const first = batch.add(1);
    await turn();
    const others = [2, 3, 4].map((item) => batch.add(item));
    await turn();
    expect(runs).toEqual([[1]]);
    for (let run = 1; run <= 3; run += 1) {
      while (runs.length < run) await turn();
      open.shift()?.();
    }
    await Promise.all([first, ...others]);
    expect(runs).toEqual([[1], [2, 3], [4]]);
  });

  it('never asks for two suppliers in one statement, and asks for each as that one', async () => {
    const runs: [string, number[]][] = [];
    const batch = new Batch((items: readonly number[]) => {
      runs.push([scopeName(), [...items]]);
      return Promise.resolve(items);
    });
    const [a, b] = ['0a000000-0000-4000-8000-00000000000a', '0b000000-0000-4000-8000-00000000000b'];
    await Promise.all([1, 2, 3, 4].map((n) => forTenant(n % 2 === 1 ? a : b, () => batch.add(n))));
    expect(runs).toEqual([
      [a, [1, 3]],
      [b, [2, 4]],
    ]);
  });

  it('lets nobody fail for the values of another', async () => {
    const batch = new Batch((items: readonly number[]) =>
      items.includes(2) ? Promise.reject(refused) : Promise.resolve(items),
    );
    const results = await Promise.allSettled([1, 2, 3].map((item) => batch.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails all at once when it is not about values, and goes on afterwards', async () => {
    let runs = 0;
    const batch = new Batch((items: readonly number[]) => {
      runs += 1;
      return runs === 1 ? Promise.reject(new Error('Postgres is away')) : Promise.resolve(items);
    });
    const results = await Promise.allSettled([batch.add(1), batch.add(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(batch.add(3)).resolves.toBe(3);
    expect(runs).toBe(2);
  });
});

async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
