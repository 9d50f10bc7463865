import fc from 'fast-check';
import { buildOpenApi } from '../../../apps/api/src/openapi';
import { testDatabase } from '../../support';
import { ApiWorld } from './api-world';
import { problemsOf } from './openapi/check';
import { operationsOf, schemasOf, type Operation, type Schemas } from './openapi/operations';
import { populatedSupplier } from './openapi/populated-supplier';
import { valuesOf } from './openapi/values';

const requests = 5_000;
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_124);
/** Requests under way at once. */
const lanes = 8;
/** An answer that takes longer counts as none. */
const patienceMs = 20_000;
const longestMs = 600_000;

interface Request {
  readonly operation: Operation;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

describe('whatever is sent', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let key: string;
  let schemas: Schemas;
  let arbitrary: fc.Arbitrary<Request>;

  beforeAll(async () => {
    await world.start({ LOG_LEVEL: 'error' });
    const { supplierId, ids } = await populatedSupplier(world, 'fuzz');
    key = await world.newKey(supplierId, 'admin');
    const document = buildOpenApi(world.api.app);
    schemas = schemasOf(document);
    const streams = ({ answers }: Operation) => Object.hasOwn(answers['200'] ?? {}, 'text/event-stream');
    const operations = operationsOf(document).filter((operation) => !streams(operation));
    arbitrary = fc.oneof(
      ...operations.map((operation) => requestsOf(operation, fc.constantFrom(...Object.values(ids)))),
    );
  });
  afterAll(() => world.stop());

  function requestsOf(operation: Operation, id: fc.Arbitrary<string>): fc.Arbitrary<Request> {
    const { body } = operation;
    const texts = (place: 'path' | 'query' | 'header') =>
      fc.record(
        Object.fromEntries(
          operation.parameters
            .filter((parameter) => parameter.in === place)
            .map(({ name, schema }) => [
              name,
              place === 'path'
                ? fc.oneof({ weight: 9, arbitrary: id }, valuesOf(schema, schemas, id))
                : valuesOf(schema, schemas, id),
            ]),
        ),
        place === 'path' ? {} : { requiredKeys: [] },
      );
    const malformed = fc.constantFrom('{', '[]', 'null', '"x"', '{"a":', '\u0000');
    return fc
      .record({
        path: texts('path'),
        query: texts('query'),
        header: texts('header'),
        body:
          body === undefined
            ? fc.constant(undefined)
            : fc.oneof(
                { weight: 19, arbitrary: valuesOf(body, schemas, id).map((value) => JSON.stringify(value)) },
                malformed,
              ),
      })
      .map(({ path, query, header, body: sent }) => ({
        operation,
        path: pathOf(operation.path, path as Record<string, unknown>, query as Record<string, unknown>),
        headers: headersOf(header as Record<string, unknown>),
        body: sent,
      }));
  }

  function pathOf(template: string, path: Record<string, unknown>, query: Record<string, unknown>): string {
    const encoded = (value: unknown) => encodeURIComponent(Buffer.from(text(value), 'utf8').toString());
    const target = template.replace(/\{(\w+)\}/g, (_whole, name: string) => encoded(path[name]) || 'x');
    const pairs = Object.entries(query).map(([name, value]) => `${name}=${encoded(value)}`);
    return pairs.length === 0 ? target : `${target}?${pairs.join('&')}`;
  }

  /** Only what the protocol can carry. */
  function headersOf(header: Record<string, unknown>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(header).map(([name, value]) => [name, text(value).replace(/[^\x21-\x7e]/g, '')]),
    );
  }

  const text = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

  /** What is wrong with the answer; nothing when it is one that the description names. */
  async function faultsOf({ operation, path, headers, body }: Request): Promise<string[]> {
    const response = await fetch(new URL(path, world.api.url), {
      method: operation.method.toUpperCase(),
      headers: {
        'x-api-key': key,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      signal: AbortSignal.timeout(patienceMs),
      ...(body === undefined ? {} : { body }),
    });
    const answer = await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    const documented = operation.answers[response.status];
    if (response.status >= 500 && documented === undefined) return [`${response.status}: ${answer}`];
    const contents = documented ?? operation.answers['default'] ?? {};
    if (response.status < 400 && documented === undefined) return [`${response.status} is not described`];
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    if (Object.keys(contents).length === 0) return answer === '' ? [] : ['an answer where none is described'];
    const schema = contents[type];
    if (schema === undefined) return [`${response.status} with ${type}, which is not described`];
    const value: unknown = /json$/.test(type) ? JSON.parse(answer) : answer;
    return problemsOf(schema, value, schemas).map((problem) => `${response.status}: ${problem}`);
  }

  const statuses = new Map<number, number>();

  it(
    `gets an answer that is described, and never a failure (${requests} requests, seed ${seed})`,
    async () => {
      const waiting = fc.sample(arbitrary, { numRuns: requests, seed });
      const faults: object[] = [];
      const lane = async () => {
        for (
          let request = waiting.pop();
          request !== undefined && faults.length < 20;
          request = waiting.pop()
        ) {
          const { operation, ...sent } = request;
          const found = await faultsOf(request).catch((error: Error) => [`no answer: ${error.message}`]);
          if (found.length > 0) faults.push({ method: operation.method, ...sent, faults: found.slice(0, 3) });
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      expect(faults).toEqual([]);
      // Not only refusals: the valid ones must come through to be worth anything.
      const fine = [...statuses]
        .filter(([status]) => status < 300)
        .reduce((sum, [, count]) => sum + count, 0);
      expect(fine).toBeGreaterThan(requests / 6);
    },
    longestMs,
  );
});
