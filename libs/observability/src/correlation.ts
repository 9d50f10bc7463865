import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const storage = new AsyncLocalStorage<string>();

/** What everything done for one request or one action has in common; in every log line and in problem answers. */
export function correlationId(): string | undefined {
  return storage.getStore();
}

export function newCorrelationId(): string {
  return randomUUID();
}

/** Runs `work`, and all that it starts, under `id`. */
export function withCorrelation<T>(id: string, work: () => T): T {
  return storage.run(id, work);
}
