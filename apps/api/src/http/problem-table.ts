import { HttpException } from '@nestjs/common';
import {
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  PreconditionFailed,
  Unauthenticated,
} from '@warmshift/domain';
import {
  VendorAuthExpired,
  VendorError,
  VendorForbidden,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { IdempotencyKeyReused } from '../idempotency/errors';
import { BodyTooLarge, UnsupportedBody } from './body-errors';
import type { ProblemFacts } from './problem';
import { TooManyRequests } from './too-many-requests';

type ErrorClass = abstract new (...args: never[]) => Error;
type Row = readonly [ErrorClass, Pick<ProblemFacts, 'kind' | 'title' | 'status' | 'level'>];

/** The address is served, with other methods. */
export class MethodNotAllowed extends Error {
  constructor(readonly allowed: readonly string[]) {
    super(`This address is served with ${allowed.join(', ')}.`);
  }
}

/** The only place that knows which error is which HTTP status. The first class that matches wins. */
const table: readonly Row[] = [
  [InvalidInput, row('invalid-input', 'The request cannot be used', 400)],
  [Unauthenticated, row('unauthenticated', 'A valid API key is needed', 401)],
  [Forbidden, row('forbidden', 'This key may not do that', 403)],
  [NotFound, row('not-found', 'Not found', 404)],
  [MethodNotAllowed, row('method-not-allowed', 'This method is not allowed here', 405)],
  [Conflict, row('conflict', 'The request conflicts with the present state', 409)],
  [
    IdempotencyKeyReused,
    row('idempotency-key-reused', 'The Idempotency-Key belongs to another request', 422),
  ],
  [PreconditionFailed, row('precondition-failed', 'It has changed since you read it', 412)],
  [TooManyRequests, row('too-many-requests', 'Too many requests', 429)],
  [BodyTooLarge, row('body-too-large', 'The body is too large', 413)],
  [UnsupportedBody, row('unsupported-body', 'The body has an encoding that is not supported', 415)],
  [VendorAuthExpired, row('vendor-auth', 'The vendor no longer accepts the credentials', 424)],
  [VendorForbidden, row('vendor-forbidden', 'The vendor does not allow this with these credentials', 424)],
  [VendorRejected, row('vendor-rejected', 'The vendor said no', 409)],
  [VendorRateLimited, row('vendor-rate-limited', 'The vendor takes no more requests for now', 503, 'warn')],
  [VendorUnavailable, row('vendor-unavailable', 'The vendor does not answer', 503, 'warn')],
  [VendorNotFound, row('vendor-not-found', 'The vendor does not know this', 502, 'warn')],
  [VendorProtocolError, row('vendor-protocol', "The vendor's answer cannot be understood", 502, 'error')],
];

const byStatus: Readonly<Record<number, ProblemFacts>> = {
  400: { ...row('invalid-request', 'The request cannot be read', 400) },
  404: { ...row('not-found', 'Not found', 404), detail: 'There is nothing at this address.' },
  503: { ...row('unavailable', 'The service is not ready', 503, 'warn') },
};

const unknown: ProblemFacts = row('internal', 'Something went wrong on our side', 500, 'error');

function row(kind: string, title: string, status: number, level: ProblemFacts['level'] = 'info') {
  return { kind, title, status, level };
}

/** What an error is to the client. An error that nobody foresaw tells nothing of itself. */
export function problemFacts(error: unknown): ProblemFacts {
  const match = table.find(([type]) => error instanceof type);
  if (match && error instanceof Error) return { ...match[1], ...detailsOf(error) };
  // Nest's own: an unknown route, a path that cannot be decoded. Its messages repeat what the client sent.
  if (error instanceof HttpException) return byStatus[error.getStatus()] ?? unknown;
  return unknown;
}

function detailsOf(error: Error): Partial<ProblemFacts> {
  if (error instanceof InvalidInput)
    return { detail: countOf(error), errors: error.problems.slice(0, mostProblems) };
  if (error instanceof TooManyRequests)
    return { detail: error.message, retryAfterRealMs: error.retryAfterRealMs };
  if (error instanceof VendorRateLimited) return { detail: error.message, retryAfterMs: error.retryAfterMs };
  if (error instanceof VendorError && error.words !== undefined) {
    return { detail: `${error.message} The vendor said: ${error.words}` };
  }
  return { detail: error.message };
}

/** Nobody reads more, and a small request must not get a huge answer. */
const mostProblems = 1_000;

function countOf({ problems }: InvalidInput): string {
  if (problems.length > mostProblems)
    return `${problems.length} fields are wrong; the first ${mostProblems} are named.`;
  return problems.length === 1 ? 'One field is wrong.' : `${problems.length} fields are wrong.`;
}
