import type { FaultBoard } from '../control/faults';
import type { Vendor } from '../world/device';
import type { Reply } from './routes';

/** Lets the faults that change what an answer looks like do their harm. */
export function disfigured(
  faults: FaultBoard,
  vendor: Vendor,
  { reply, write }: { readonly reply: Reply; readonly write: boolean },
): Reply {
  if (reply.status >= 300 || reply.body === undefined) return reply;
  if (write && faults.hits(vendor, 'empty-reply')) return { status: reply.status, headers: reply.headers };
  let body: unknown = reply.body;
  if (faults.on(vendor, 'unknown-words')) body = withUnknownWords(body);
  if (!write && faults.on(vendor, 'malformed-fields')) {
    body = garbled(body, () => faults.hits(vendor, 'malformed-fields') !== undefined);
  }
  return body === reply.body ? reply : { ...reply, body };
}

/** Every object gets a field, and every list of words a word, that no document has. */
function withUnknownWords(value: unknown): unknown {
  if (Array.isArray(value)) {
    const words = value.length > 0 && value.every((entry) => typeof entry === 'string');
    return words ? [...(value as string[]), 'turbo'] : value.map(withUnknownWords);
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withUnknownWords(field)]);
  return { ...Object.fromEntries(fields), addedInTheNextVersion: { level: 3, words: ['turbo'] } };
}

/** Fields that are hit become something that no reader could take for what they were. */
function garbled(value: unknown, hit: () => boolean): unknown {
  if (Array.isArray(value)) return value.map((entry) => garbled(entry, hit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, hit() ? wrong(field) : garbled(field, hit)]),
  );
}

function wrong(field: unknown): unknown {
  if (typeof field === 'string') return { text: field };
  if (typeof field === 'boolean') return 'maybe';
  return 'n/a';
}
