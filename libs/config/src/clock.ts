import type { Instant } from '@warmshift/domain';
import { loadConfig, type ClockSettings, type Config, type Environment } from './config';

/** The one source of time. A virtual clock may run faster than the real one; durations tell which they mean. */
export interface Clock {
  now(): Instant;
  /** Virtual ms per real ms; 1 for the real clock. */
  readonly scale: number;
  /** Real ms that pass while `virtualMs` of this clock do: for timers and time-outs on the wire. */
  realMs(virtualMs: number): number;
  /** ms of this clock that pass in `realMs` real ones. */
  virtualMs(realMs: number): number;
}

export const realClock: Clock = {
  now: () => Date.now(),
  scale: 1,
  realMs: (virtualMs) => virtualMs,
  virtualMs: (realMs) => realMs,
};

/**
 * `now = virtualStart + (real now - realStart) * scale`, in whole ms. All processes of one installation get the same
 * settings and so agree on the time.
 */
export function scaledClock(settings: ClockSettings, real: Pick<Clock, 'now'> = realClock): Clock {
  const { virtualStart, realStart, scale } = settings;
  return {
    now: () => virtualStart + Math.floor((real.now() - realStart) * scale),
    scale,
    realMs: (virtualMs) => virtualMs / scale,
    virtualMs: (realMs) => realMs * scale,
  };
}

export function clockFromConfig(config: Pick<Config, 'clock'>): Clock {
  return config.clock ? scaledClock(config.clock) : realClock;
}

/** For tools that need nothing but the time. Throws `ConfigError` like `loadConfig`. */
export function clockFromEnv(env: Environment = process.env): Clock {
  return clockFromConfig(loadConfig(env));
}
