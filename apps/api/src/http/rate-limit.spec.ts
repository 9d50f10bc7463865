import { RateLimit } from './rate-limit';

describe('RateLimit', () => {
  let now = 0;
  const limit = () => new RateLimit(60, () => now);
  beforeEach(() => (now = 0));

  it('lets a burst of a whole minute through, then one request per second', () => {
    const keys = limit();
    const burst = Array.from({ length: 60 }, () => keys.take('a'));
    expect(burst.every(({ allowed }) => allowed)).toBe(true);
    expect(burst.at(-1)).toMatchObject({ limit: 60, remaining: 0, resetMs: 60_000 });
    expect(keys.take('a')).toMatchObject({ allowed: false, waitMs: 1_000 });
    now = 999;
    expect(keys.take('a').allowed).toBe(false);
    now = 1_000;
    expect(keys.take('a').allowed).toBe(true);
    expect(keys.take('a').allowed).toBe(false);
  });

  it('counts each key for itself', () => {
    const keys = limit();
    for (let n = 0; n < 61; n += 1) keys.take('a');
    expect(keys.take('a').allowed).toBe(false);
    expect(keys.take('b')).toMatchObject({ allowed: true, remaining: 59 });
  });

  it('never holds more than a minute of requests, however long a key was silent', () => {
    const keys = limit();
    keys.take('a');
    now = 3_600_000;
    const allowed = Array.from({ length: 100 }, () => keys.take('a')).filter((taken) => taken.allowed);
    expect(allowed).toHaveLength(60);
  });
});
