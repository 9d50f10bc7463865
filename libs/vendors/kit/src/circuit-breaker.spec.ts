import { CircuitBreaker } from './circuit-breaker';

describe('CircuitBreaker', () => {
  let now = 0;
  const opened = (): CircuitBreaker => {
    now = 1_000_000;
    const breaker = new CircuitBreaker({ now: () => now });
    for (let i = 0; i < 10; i += 1) {
      expect(breaker.enter('read')).toBeUndefined();
      breaker.failed();
    }
    return breaker;
  };

  it('opens after ten failures in a row, not before', () => {
    const breaker = new CircuitBreaker({ now: () => now });
    for (let i = 0; i < 9; i += 1) breaker.failed();
    breaker.succeeded();
    for (let i = 0; i < 9; i += 1) breaker.failed();
    expect(breaker.enter('read')).toBeUndefined();
    breaker.failed();
    expect(breaker.enter('read')).toBe(60_000);
  });

  it('lets one probe through after 60 s, and only one', () => {
    const breaker = opened();
    now += 59_999;
    expect(breaker.enter('steer')).toBe(1);
    now += 1;
    expect(breaker.enter('steer')).toBeUndefined();
    expect(breaker.enter('read')).toBe(60_000);
  });

  it('closes when the probe is answered and opens anew when it fails', () => {
    const failing = opened();
    now += 60_000;
    failing.enter('read');
    failing.failed();
    expect(failing.enter('read')).toBe(60_000);
    now += 60_000;
    failing.enter('read');
    failing.succeeded();
    expect(failing.enter('read')).toBeUndefined();
    expect(failing.enter('read')).toBeUndefined();
  });

  it('lets a restore probe after 5 s', () => {
    const breaker = opened();
    now += 5_000;
    expect(breaker.enter('read')).toBe(55_000);
    expect(breaker.enter('restore')).toBeUndefined();
    expect(breaker.enter('restore')).toBe(5_000);
  });

  it('is as before when the probe never went out', () => {
    const breaker = opened();
    now += 60_000;
    breaker.enter('read');
    breaker.undecided();
    expect(breaker.enter('read')).toBeUndefined();
  });
});
