const deepestCause = 5;

/** An error as log fields: type, message, stack, its own facts, and the same of its causes. */
export function serializeError(error: unknown): unknown {
  return serialize(error, deepestCause);
}

function serialize(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return error;
  return {
    ...ownFacts(error),
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined || depth === 0 ? {} : { cause: serialize(error.cause, depth - 1) }),
  };
}

/** Plain facts only (codes, fields, retry hints): not the sockets and requests that libraries hang onto errors. */
function ownFacts(error: Error): Record<string, unknown> {
  return Object.fromEntries(Object.entries(error).filter(([, value]) => isPlain(value)));
}

function isPlain(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every((item) => isFlat(item));
  return false;
}

function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((inner) => typeof inner !== 'object' && typeof inner !== 'function');
}
