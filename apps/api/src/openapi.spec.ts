import { openApiText } from './write-openapi';

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: string[];
  readonly security?: Record<string, string[]>[];
  readonly 'x-required-role'?: string;
  readonly parameters?: { readonly name: string; readonly in: string }[];
  readonly responses: Record<string, { readonly content?: object }>;
}

describe('the OpenAPI document', () => {
  let text: string;
  let operations: [path: string, method: string, operation: Operation][];

  beforeAll(async () => {
    text = await openApiText();
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
        path,
        method,
        operation,
      ]),
    );
  });

  it('is the same text every time, and does not say where it was made', async () => {
    expect(await openApiText()).toBe(text);
    expect(text).not.toContain('localhost');
  });

  it('gives every operation a summary, a group, a name of its own, and its role unless it needs no key', () => {
    expect(operations.length).toBeGreaterThan(35);
    for (const [path, method, operation] of operations) {
      const isHealth = path.startsWith('/health/');
      expect({ path, method, summary: operation.summary ?? '' }).toEqual({
        path,
        method,
        summary: expect.stringMatching(/\w/),
      });
      expect(operation.tags).toHaveLength(1);
      expect(operation['x-required-role'] !== undefined).toBe(!isHealth);
      expect(operation.security !== undefined).toBe(!isHealth);
    }
    const names = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('types every answer, and every problem', () => {
    for (const [path, method, { responses }] of operations) {
      const { default: problem, ...answers } = responses;
      expect(problem?.content).toHaveProperty(['application/problem+json']);
      const [status, answer] = Object.entries(answers)[0] ?? [];
      expect({
        path,
        method,
        typed: status === '204' || JSON.stringify(answer?.content ?? '').includes('$ref'),
      }).toEqual({
        path,
        method,
        typed: true,
      });
    }
  });

  it('refers only to schemas that it holds', () => {
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, object> } };
    const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(referred.length).toBeGreaterThan(50);
    expect(referred.filter((name) => !(name in components.schemas))).toEqual([]);
  });

  it('tells of the Idempotency-Key at every POST and nowhere else', () => {
    for (const [path, method, { parameters = [] }] of operations) {
      const has = parameters.some(
        (parameter) => parameter.in === 'header' && parameter.name === 'idempotency-key',
      );
      expect({ path, method, has }).toEqual({ path, method, has: method === 'post' });
    }
  });
});
