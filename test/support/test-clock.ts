import type { Clock } from '@warmshift/config';
import type { Instant } from '@warmshift/domain';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  advance(durationMs: number): void;
  set(instant: Instant | string): void;
}

/** @param start an instant or an ISO time with its offset. */
export function testClock(start: Instant | string = '2026-01-15T17:00:00Z'): TestClock {
  let now = instantOf(start);
  return {
    scale: 1,
    now: () => now,
    realMs: (virtualMs) => virtualMs,
    virtualMs: (realMs) => realMs,
    advance: (durationMs) => {
      now += durationMs;
    },
    set: (instant) => {
      now = instantOf(instant);
    },
  };
}

function instantOf(time: Instant | string): Instant {
  const instant = typeof time === 'string' ? Date.parse(time) : time;
  if (!Number.isFinite(instant)) throw new Error(`not a time: ${time}`);
  return instant;
}
