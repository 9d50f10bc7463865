import type { OpenAPIObject } from '@nestjs/swagger';
import {
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  PreconditionFailed,
  Unauthenticated,
} from '@warmshift/domain';
import { BodyTooLarge, UnsupportedBody } from '../http/body-errors';
import { problemFrom, problemMediaType, type Problem } from '../http/problem';
import { problemFacts } from '../http/problem-table';
import { TooManyRequests } from '../http/too-many-requests';
import { IdempotencyKeyReused } from '../idempotency/errors';
import { ids } from './story';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Answer = Extract<NonNullable<Operation['responses'][string]>, { description: string }>;

interface Kind {
  readonly name: string;
  readonly error: Error;
  /** Whether an operation can answer so. */
  readonly of: (operation: Operation) => boolean;
}

const takes = (where: string, name?: string) => (operation: Operation) =>
  (operation.parameters ?? []).some(
    (parameter) =>
      'in' in parameter && parameter.in === where && (name === undefined || parameter.name === name),
  );
const hasKey = ({ security }: Operation) => security !== undefined;
const hasBody = ({ requestBody }: Operation) => requestBody !== undefined;

/** Mistakes that any client can make. Made of the errors themselves, so that they are what is answered. */
const kinds: readonly Kind[] = [
  {
    name: 'InvalidInput',
    error: InvalidInput.because('limit', 'must be a whole number from 1 to 1000'),
    of: (operation) => hasBody(operation) || takes('query')(operation) || takes('path')(operation),
  },
  {
    name: 'Unauthenticated',
    error: new Unauthenticated('Send a valid key in the header x-api-key.'),
    of: hasKey,
  },
  { name: 'Forbidden', error: new Forbidden('An operator or admin key is needed.'), of: hasKey },
  { name: 'NotFound', error: new NotFound('device', ids.device), of: takes('path') },
  {
    name: 'Conflict',
    error: new Conflict('The first request with this Idempotency-Key is still being worked on.'),
    of: takes('header', 'idempotency-key'),
  },
  {
    name: 'PreconditionFailed',
    error: new PreconditionFailed('It has been changed since. Read it again and decide anew.'),
    of: takes('header', 'if-match'),
  },
  { name: 'BodyTooLarge', error: new BodyTooLarge('The body must be smaller.'), of: hasBody },
  {
    name: 'UnsupportedBody',
    error: new UnsupportedBody('Send the body as UTF-8, not compressed or with gzip.'),
    of: hasBody,
  },
  {
    name: 'IdempotencyKeyReused',
    error: new IdempotencyKeyReused('This Idempotency-Key was used for another request.'),
    of: takes('header', 'idempotency-key'),
  },
  {
    name: 'TooManyRequests',
    error: new TooManyRequests('A key may send 6000 requests in a minute.', 1_000),
    of: hasKey,
  },
];

const reference = 'c0ffee00-1234-4abc-8def-0123456789ab';
const exampleOf = ({ error }: Kind): Problem => problemFrom(problemFacts(error), reference);

/** Answers that operations refer to, each with an example. */
export function problemComponents(): Record<string, Answer> {
  const entries = kinds.map((kind) => {
    const example = exampleOf(kind);
    const schema = { $ref: '#/components/schemas/Problem' };
    const content = { [problemMediaType]: { schema, example } };
    return [kind.name, { description: `${example.title}.`, content, ...headersOf(example.status) }] as const;
  });
  return Object.fromEntries(entries);
}

/** `429` tells when to come again. */
function headersOf(status: number): Pick<Answer, 'headers'> {
  if (status !== 429) return {};
  return { headers: { 'retry-after': { description: 'Seconds.', schema: { type: 'integer', minimum: 1 } } } };
}

/** Names what a client can do wrong at this operation. What is not named is `default`. */
export function addProblems(operation: Operation): void {
  for (const kind of kinds) {
    const { status } = exampleOf(kind);
    if (operation.responses[status] === undefined && kind.of(operation))
      operation.responses[status] = { $ref: `#/components/responses/${kind.name}` };
  }
}
