import type { Reply } from '../../http/routes';

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** The documented shape of a validation error. */
export function unprocessable(loc: readonly string[], msg: string, type = 'value_error'): Reply {
  return { status: 422, body: { detail: [{ loc, msg, type }] } };
}
