import { STATUS_CODES } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { cleanupOpenApiDoc } from 'nestjs-zod';
import { z } from 'zod';
import { apiKeyHeader } from './auth/access';
import { csvMediaType } from './http/http-setup';
import { locationExtension } from './http/location';
import { problemMediaType, problemSchema } from './http/problem';
import { idempotencyKeyHeader } from './idempotency/idempotency.interceptor';
import { addExamples, operationName } from './openapi/examples';
import { addProblems, problemComponents } from './openapi/problems';

const description = `Steers the electric heat of an energy supplier's customers.

- Every request carries a key in \`${apiKeyHeader}\`. Roles: viewer reads, operator steers, admin connects vendors and makes keys.
- Instants are answered as ISO 8601 in UTC (\`2026-01-15T16:00:00.000Z\`). In requests they carry an offset, \`Z\` or
  \`+01:00\`, and name the same instant in whatever zone; only recurrences, quiet hours and local days are wall time, of the
  time zone beside them. Power is kW, temperature is °C. An absent value means "no statement".
- Lists come in pages: send \`nextCursor\` as \`cursor\` until it is null. Cursors are opaque.
- A POST with an \`Idempotency-Key\` is done once; the same request again within 24 hours gets the first answer.
- Answers with an \`etag\`: send it as \`if-match\` with a change, and it is made only if nobody changed it meanwhile (else 412).
- 202: the work goes on after the answer, and \`location\` is the thing to watch. With any other 2xx it is done.
- \`ratelimit-policy\` and \`ratelimit\` tell what a key may send in a minute and what is left; 429 says in \`retry-after\` when
  to come again.
- Errors are \`${problemMediaType}\` (RFC 9457); \`reference\` is in the log of the service.`;

/** The description of the whole HTTP interface, made of the schemas that check the requests. Always the same text. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Warmshift')
    .setVersion('1')
    .setDescription(description)
    .addApiKey({ type: 'apiKey', in: 'header', name: apiKeyHeader }, apiKeyHeader)
    .setOpenAPIVersion('3.1.0');
  const document = cleanupOpenApiDoc(
    SwaggerModule.createDocument(app, builder.build(), {
      operationIdFactory: operationName,
    }),
  );
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, Problem: plainSchema(problemSchema) };
  for (const { operation, method } of operationsOf(document)) complete(operation, method);
  const described = withoutNoise(document);
  described.components = { ...described.components, responses: problemComponents() };
  for (const { operation } of operationsOf(described)) {
    addProblems(operation);
    addExamples(operation);
  }
  return described;
}

function operationsOf({ paths }: OpenAPIObject) {
  return Object.values(paths).flatMap((item) =>
    (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, operation }];
    }),
  );
}

/** `/openapi.json`, and a page that shows it at `/docs`. */
export function serveOpenApi(app: NestExpressApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= buildOpenApi(app)), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Warmshift API',
  });
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

function complete(operation: Operation, method: string): void {
  operation.responses['default'] = {
    description: 'What went wrong.',
    content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const extensions = operation as { [locationExtension]?: Readonly<Record<string, string>> };
  const locations = extensions[locationExtension] ?? {};
  delete extensions[locationExtension];
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (answer === undefined || '$ref' in answer) continue;
    const location = locations[status];
    if (location !== undefined)
      answer.headers = { location: { description: location, schema: { type: 'string' } } };
    answer.description ||= STATUS_CODES[status] ?? '';
    // A file has no fields; the tool gives every kind of content the schema of the JSON.
    if (answer.content?.[csvMediaType]) answer.content[csvMediaType] = { schema: { type: 'string' } };
  }
  for (const parameter of operation.parameters ?? []) {
    if ('schema' in parameter && parameter.schema && 'type' in parameter.schema) typed(parameter.schema);
  }
  if (method !== 'post' || operation.security === undefined) return;
  operation.parameters = [
    ...(operation.parameters ?? []),
    {
      name: idempotencyKeyHeader,
      in: 'header',
      required: false,
      description: 'Does the request once, however often it is sent.',
      schema: { type: 'string', minLength: 1, maxLength: 200 },
    },
  ];
}

/** Numbers and booleans of a query are checked as texts; the pattern is of no use to a reader. */
function typed(schema: Schema): void {
  if ('type' in schema && (schema.type === 'integer' || schema.type === 'boolean')) delete schema.pattern;
}

/**
 * Without patterns that only spell out a format, and without the suffix by which the tool tells answers from bodies. Sorted
 * where order says nothing, because the tool's own order changes from call to call.
 */
function withoutNoise(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document, (name, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if (ordered.has(name)) return value;
    // The tool takes the two types of a field for a list.
    if (name === 'nextCursor') return { type: ['string', 'null'] };
    const isSpeltOut = 'format' in value && 'pattern' in value;
    const entries = Object.entries(value).filter(([key]) => !(isSpeltOut && key === 'pattern'));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return JSON.parse(text.replaceAll('_Output"', '"')) as OpenAPIObject;
}

/** The document itself (which has no name), and what a reader wants in the order of the source. */
const ordered = new Set(['', 'paths', 'properties', 'examples']);

function plainSchema(schema: z.ZodType): Schema {
  const { $schema: _$schema, ...plain } = z.toJSONSchema(schema, { io: 'output' });
  return plain as Schema;
}
