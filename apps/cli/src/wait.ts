import { setTimeout as delay } from 'node:timers/promises';

/** Waits, real ms. @throws the signal's reason when it fires first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
