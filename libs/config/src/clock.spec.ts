import * as fc from 'fast-check';
import { clockFromConfig, clockFromEnv, realClock, scaledClock } from './index';

describe('scaledClock', () => {
  const realStart = 1_000_000;
  const virtualStart = Date.UTC(2026, 0, 15, 16);
  let realNow = realStart;
  const clock = scaledClock({ virtualStart, realStart, scale: 120 }, { now: () => realNow });

  it('starts at the virtual start', () => {
    realNow = realStart;
    expect(clock.now()).toBe(virtualStart);
  });

  it('lets two hours pass in a minute at scale 120', () => {
    realNow = realStart + 60_000;
    expect(clock.now()).toBe(virtualStart + 2 * 3_600_000);
  });

  it('also tells the time before its start', () => {
    realNow = realStart - 1000;
    expect(clock.now()).toBe(virtualStart - 120_000);
  });

  it('turns durations into each other and never runs backwards', () => {
    const scale = fc.double({ min: 0.001, max: 100_000, noNaN: true });
    const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(scale, instant, fc.nat(1_000_000), (factor, start, laterMs) => {
        let now = start;
        const sut = scaledClock({ virtualStart, realStart: start, scale: factor }, { now: () => now });
        const before = sut.now();
        now += laterMs;
        expect(sut.now()).toBeGreaterThanOrEqual(before);
        expect(Number.isInteger(sut.now())).toBe(true);
        expect(Math.abs(sut.now() - before - sut.virtualMs(laterMs))).toBeLessThanOrEqual(1);
        expect(sut.realMs(sut.virtualMs(laterMs))).toBeCloseTo(laterMs, 3);
      }),
    );
  });
});

describe('clockFromConfig', () => {
  it('is the real clock without settings', () => {
    expect(clockFromConfig({})).toBe(realClock);
    expect(clockFromEnv({})).toBe(realClock);
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(1000);
  });

  it('is a virtual clock with settings', () => {
    const env = { CLOCK_VIRTUAL_START: '5000', CLOCK_REAL_START: '0', CLOCK_SCALE: '60' };
    expect(clockFromEnv(env)).toMatchObject({ scale: 60 });
    expect(clockFromEnv(env).realMs(60_000)).toBe(1000);
  });
});
