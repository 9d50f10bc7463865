import { createHash } from 'node:crypto';

export interface HashedRequest {
  readonly method: string;
  /** With the query, as the client sent it. */
  readonly path: string;
  readonly body: unknown;
}

/**
 * Tells whether two requests under one `Idempotency-Key` are the same request: SHA-256, hex, over method, path and
 * the JSON body. The order of the keys of objects does not matter, the order of lists does.
 */
export function requestHash({ method, path, body }: HashedRequest): string {
  const text = JSON.stringify([method.toUpperCase(), path, canonical(body)]);
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return {
    object: entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, canonical(inner)]),
  };
}
