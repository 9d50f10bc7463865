import type { Window } from '../campaign';
import type { Ground } from '../ground';
import type { Installation } from '../installation';

/** What an attack has at hand. Moments and victims come from `random` alone. */
export interface Scene {
  readonly ground: Ground;
  readonly installation: Installation;
  readonly window: Window;
  /** 0 up to, not including, 1; the same numbers for the same seed. */
  readonly random: () => number;
  say(line: string): void;
}

export interface Attack {
  readonly name: string;
  /** In a sentence, for `--help`. */
  readonly what: string;
  readonly needsRedis?: true;
  /** The attack is about the vendors' rates: nothing better was agreed with them. */
  readonly ownPace?: true;
  /** Length of the campaign's window, ms of the installation's time; a quarter of an hour when absent. */
  readonly windowMs?: number;
  /** ms by which the clock of the first worker is wrong. */
  readonly skewMs?: (random: () => number) => number;
  /** Begins once the campaign is planned. @returns the real instant at which everything works again. */
  perform(scene: Scene): Promise<number>;
}

export function between(random: () => number, from: number, to: number): number {
  return from + random() * (to - from);
}

export function oneOf<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to choose from.');
  return item;
}

export function realPause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** Waits until so many real ms before (negative) or after an instant of the installation's clock. */
export function until({ installation: { clock } }: Scene, at: number, plusRealMs = 0): Promise<void> {
  return realPause(clock.realMs(at - clock.now()) + plusRealMs);
}

/** Waits for a moment between the first commands and the last restores. */
export async function someMomentOf(scene: Scene): Promise<void> {
  const { window, installation, random } = scene;
  const lengthRealMs = installation.clock.realMs(window.endsAt - window.startsAt);
  await until(scene, window.startsAt, between(random, 200, lengthRealMs + 3_000));
}
