import { Candidates } from './candidates';

describe('the candidates of a connection', () => {
  afterEach(() => jest.restoreAllMocks());

  function listing(...lists: string[][]) {
    const asked = jest.fn(() => Promise.resolve(lists.shift() ?? []));
    return { asked, candidates: new Candidates(asked) };
  }

  it('are listed once for many claims, and given out in their order', async () => {
    const { asked, candidates } = listing(['a', 'b', 'c', 'd']);
    expect(await candidates.take(3)).toEqual(['a', 'b', 'c']);
    expect(candidates.left).toBe(true);
    expect(await candidates.take(3)).toEqual(['d']);
    expect(candidates.left).toBe(false);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('are listed anew once all were given out', async () => {
    const { candidates } = listing(['a'], ['b']);
    expect(await candidates.take(1)).toEqual(['a']);
    expect(await candidates.take(1)).toEqual(['b']);
  });

  it('are listed anew after a moment, for a restore may have become due', async () => {
    let now = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const { candidates } = listing(['steer-1', 'steer-2'], ['restore', 'steer-2']);
    expect(await candidates.take(1)).toEqual(['steer-1']);
    now += 301;
    expect(await candidates.take(1)).toEqual(['restore']);
  });
});
