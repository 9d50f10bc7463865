import { VendorAuthExpired, VendorUnavailable } from '@warmshift/vendors/contract';
import { inMemoryContext, inMemoryTokens } from '../../contract/testing/in-memory-context';
import { renewAt, VendorAuthRejected, withToken } from '.';

describe('renewAt', () => {
  it.each([
    ['85 % of a long life', 3_600_000, 3_060_000],
    ['a minute early for a shorter one', 300_000, 240_000],
    ['half-way for a very short one', 60_000, 30_000],
    ['at once for none', 0, 0],
  ])('is %s', (_name, lifeMs, expected) => {
    expect(renewAt(1_000, lifeMs) - 1_000).toBe(expected);
  });
});

describe('withToken', () => {
  const rejecting = (valid: () => string) => (token: string) =>
    token === valid()
      ? Promise.resolve(`with ${token}`)
      : Promise.reject(new VendorAuthRejected('HTTP 401', 'bad token'));

  it('gets a token when there is none and keeps it', async () => {
    const context = inMemoryContext();
    const fetch = jest.fn(() => Promise.resolve({ value: 'one' }));
    expect(
      await withToken(
        context,
        fetch,
        rejecting(() => 'one'),
      ),
    ).toBe('with one');
    expect(
      await withToken(
        context,
        fetch,
        rejecting(() => 'one'),
      ),
    ).toBe('with one');
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('renews a token whose time has come', async () => {
    const context = inMemoryContext({
      now: 1_000,
      tokens: inMemoryTokens({ value: 'old', expiresAt: 2_000 }),
    });
    const fetch = () => Promise.resolve({ value: 'new' });
    const call = (token: string) => Promise.resolve(token);
    expect(await withToken(context, fetch, call)).toBe('old');
    context.clock.set(2_000);
    expect(await withToken(context, fetch, call)).toBe('new');
  });

  it('uses a due token once more when the vendor gives no new one just now', async () => {
    const context = inMemoryContext({ tokens: inMemoryTokens({ value: 'old', expiresAt: 1 }) });
    const fetch = () => Promise.reject(new VendorUnavailable('down', true));
    expect(await withToken(context, fetch, (token) => Promise.resolve(token))).toBe('old');
  });

  it('renews once for many calls that were rejected at the same time', async () => {
    let valid = 'first';
    const context = inMemoryContext({ tokens: inMemoryTokens({ value: 'first' }) });
    const fetch = jest.fn(() => Promise.resolve({ value: 'second' }));
    valid = 'second';
    const calls = Array.from({ length: 10 }, () =>
      withToken(
        context,
        fetch,
        rejecting(() => valid),
      ),
    );
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['with second']));
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it("gives up after the second rejection, with the vendor's words", async () => {
    const context = inMemoryContext({ tokens: inMemoryTokens({ value: 'first' }) });
    const call = jest.fn(rejecting(() => 'never'));
    const error = await withToken(context, () => Promise.resolve({ value: 'second' }), call).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(VendorAuthExpired);
    expect(error).not.toBeInstanceOf(VendorAuthRejected);
    expect(error).toMatchObject({ words: 'bad token' });
    expect(call).toHaveBeenCalledTimes(2);
  });

  it('does not renew for any other error', async () => {
    const fetch = jest.fn(() => Promise.resolve({ value: 'second' }));
    const context = inMemoryContext({ tokens: inMemoryTokens({ value: 'first' }) });
    const call = () => Promise.reject(new VendorUnavailable('down', true));
    await expect(withToken(context, fetch, call)).rejects.toThrow(VendorUnavailable);
    expect(fetch).not.toHaveBeenCalled();
  });
});
