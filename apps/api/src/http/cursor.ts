import { InvalidInput } from '@warmshift/domain';
import { z } from 'zod';

const version = 1;
const longestCursor = 2000;

const envelopeSchema = z.object({ v: z.literal(version), list: z.string(), after: z.unknown() });

/** An instant in a cursor, epoch ms: one that Postgres can keep, whoever made the cursor. */
export const placeInstant = z
  .int()
  .min(0)
  .max(Date.UTC(9999, 11, 31));

/**
 * A place in a list, opaque to clients: base64url of JSON. It holds no more than the client has seen and rights are
 * checked at each page, so it needs no signature.
 * @param list which list it belongs to, so that the cursor of one list is refused by another.
 */
export function encodeCursor(list: string, after: unknown): string {
  return Buffer.from(JSON.stringify({ v: version, list, after })).toString('base64url');
}

/**
 * The place that `encodeCursor` wrote.
 * @param field what the parameter is called, for the error.
 * @throws InvalidInput when the text is no cursor of this list, or of an older version of the service.
 */
export function decodeCursor<T>(list: string, schema: z.ZodType<T>, text: string, field = 'cursor'): T {
  const envelope = envelopeSchema.safeParse(jsonIn(text));
  if (envelope.success && envelope.data.list === list) {
    const after = schema.safeParse(envelope.data.after);
    if (after.success) return after.data;
  }
  throw InvalidInput.because(field, 'is not a cursor of this list: start again without it');
}

function jsonIn(text: string): unknown {
  if (text.length > longestCursor || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
