import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 25;

/**
 * Waits for a state instead of for a time: calls `check` until it neither throws nor gives `false` or `undefined`.
 * @returns what `check` gave.
 * @throws after `timeoutMs` of real time, with what `check` said last.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = pollMs }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | undefined>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  do {
    try {
      const value = await check();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(everyMs);
  } while (Date.now() < deadline);
  const said = last instanceof Error ? last.message : `it gave ${String(last)}`;
  throw new Error(`not within ${timeoutMs} ms: ${said}`, { cause: last });
}
