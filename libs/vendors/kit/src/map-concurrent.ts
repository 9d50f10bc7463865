/**
 * Runs `fn` over the items, at most `limit` at a time, and yields each result as it finishes. The first error
 * ends it; a consumer that stops early starts nothing more.
 */
export async function* mapConcurrent<T, R>(
  items: Iterable<T>,
  limit: number,
  fn: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const waiting = items[Symbol.iterator]();
  const running = new Map<number, Promise<{ readonly key: number; readonly result: R }>>();
  let started = 0;
  const startNext = (): boolean => {
    const next = waiting.next();
    if (next.done === true) return false;
    const key = started;
    started += 1;
    running.set(
      key,
      fn(next.value).then((result) => ({ key, result })),
    );
    return true;
  };
  while (running.size < Math.max(1, limit) && startNext());
  try {
    while (running.size > 0) {
      const { key, result } = await Promise.race(running.values());
      running.delete(key);
      startNext();
      yield result;
    }
  } finally {
    for (const rest of running.values()) rest.catch(() => undefined);
  }
}
