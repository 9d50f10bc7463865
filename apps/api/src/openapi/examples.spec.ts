import { isDeepStrictEqual } from 'node:util';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { ZodDto } from 'nestjs-zod';
import type { z } from 'zod';
import { openApiText } from '../write-openapi';
import { shownBy, type Named } from './examples';

interface Media {
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}

type Zod = z.ZodType;

describe('the examples of the OpenAPI document', () => {
  let operations: Described[];
  let components: { responses: Record<string, { content: Record<string, { example: object }> }> };

  beforeAll(async () => {
    const document = JSON.parse(await openApiText()) as {
      paths: Record<string, Record<string, Described>>;
      components: typeof components;
    };
    operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    components = document.components;
  });

  const lackOf = (content: Readonly<Record<string, Media>> = {}, what: string): string[] =>
    Object.entries(content)
      .filter(([, { examples = {} }]) => Object.keys(examples).length === 0)
      .map(([mediaType]) => `${what} ${mediaType}`);

  it('show the parameters, the body and every good answer of every operation', () => {
    for (const { operationId, parameters = [], requestBody, responses } of operations) {
      const missing = [
        ...parameters.filter((one) => one.in === 'path' && one.example === undefined).map(({ name }) => name),
        ...lackOf(requestBody?.content, 'body'),
        ...Object.entries(responses)
          .filter(([status]) => status.startsWith('2'))
          .flatMap(([status, { content }]) => lackOf(content, status)),
      ];
      expect({ operationId, missing }).toEqual({ operationId, missing: [] });
    }
  });

  it('say nothing that the description has no place for', () => {
    for (const { operationId, parameters = [], requestBody, responses } of operations) {
      const examples = shownBy(operationId)?.examples;
      const placed = (content: Readonly<Record<string, Media>> = {}) =>
        Object.values(content).flatMap(({ examples = {} }) => Object.keys(examples));
      const homeless = [
        ...Object.keys(examples?.parameters ?? {}).filter(
          (name) => !parameters.some((one) => one.name === name),
        ),
        ...Object.keys(examples?.body ?? {}).filter((name) => !placed(requestBody?.content).includes(name)),
        ...Object.entries(examples?.answers ?? {}).flatMap(([status, named]) =>
          Object.keys(named).filter((name) => !placed(responses[status]?.content).includes(name)),
        ),
      ];
      expect({ operationId, homeless }).toEqual({ operationId, homeless: [] });
    }
  });

  it('parse by the schemas that check the requests and write the answers, and lose nothing there', () => {
    let parsed = 0;
    for (const { operationId } of operations) {
      const { taken, answered } = schemasOf(operationId);
      const examples = shownBy(operationId)?.examples;
      const check = (schema: Zod | undefined, named: Named = {}, what: string, isAnswer: boolean) => {
        for (const [name, value] of Object.entries(named)) {
          if (typeof value === 'string') continue;
          const result = schema?.safeParse(value);
          const lost = isAnswer && result?.success === true && !isDeepStrictEqual(result.data, value);
          parsed += 1;
          expect({
            operationId,
            what,
            name,
            problems: result?.error?.issues ?? (result ? lost : 'no schema'),
          }).toEqual({ operationId, what, name, problems: false });
        }
      };
      check(taken[RouteParamtypes.BODY], examples?.body, 'body', false);
      const { id, ...query } = examples?.parameters ?? {};
      const texts = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
      if (Object.keys(query).length > 0) check(taken[RouteParamtypes.QUERY], { texts }, 'query', false);
      if (id !== undefined) check(taken[RouteParamtypes.PARAM], { id: { id } }, 'path', false);
      for (const [status, named] of Object.entries(examples?.answers ?? {}))
        check(answered[status], named, status, true);
    }
    expect(parsed).toBeGreaterThan(operations.length);
  });

  it('show a problem for every mistake that is named', () => {
    const named = operations.flatMap(({ responses }) => Object.values(responses).map(({ $ref }) => $ref));
    const used = [...new Set(named.filter((ref) => ref !== undefined))];
    expect(used.map((ref) => ref.replace('#/components/responses/', '')).sort()).toEqual(
      Object.keys(components.responses).sort(),
    );
    for (const { content } of Object.values(components.responses))
      expect(content['application/problem+json']?.example).toMatchObject({
        type: expect.stringMatching(/^urn:warmshift:problem:/),
        detail: expect.stringMatching(/\w/),
        reference: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
  });
});

/** The schemas of a handler, from what Nest knows of it. */
function schemasOf(operationId: string): {
  taken: Partial<Record<number, Zod>>;
  answered: Record<string, Zod>;
} {
  const operation = shownBy(operationId);
  if (operation === undefined) return { taken: {}, answered: {} };
  const { prototype, method } = operation;
  const types = Reflect.getMetadata('design:paramtypes', prototype, method) as unknown[];
  const places = (Reflect.getMetadata('__routeArguments__', prototype.constructor, method) ?? {}) as Record<
    string,
    { readonly index: number }
  >;
  const taken = Object.entries(places).map(([place, { index }]) => [
    Number(place.split(':')[0]),
    (types[index] as Partial<ZodDto<Zod>>).schema,
  ]);
  const handler = (prototype as Record<string, object>)[method] ?? {};
  const answers = (Reflect.getMetadata('swagger/apiResponse', handler) ?? {}) as Record<
    string,
    { readonly type?: ZodDto<Zod> }
  >;
  const answered = Object.entries(answers).flatMap(([status, { type }]) =>
    type === undefined ? [] : [[status, type.schema] as const],
  );
  return { taken: Object.fromEntries(taken), answered: Object.fromEntries(answered) };
}
