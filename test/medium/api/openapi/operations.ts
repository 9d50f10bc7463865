import type { OpenAPIObject } from '@nestjs/swagger';
import type { Role } from '@warmshift/security';

/** The part of JSON Schema that our description uses. `check.ts` refuses any other keyword. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
  readonly [bound: string]: unknown;
}

export type Schemas = Readonly<Record<string, Schema>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** Absent: for everybody. */
  readonly role: Role | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** By status (and `default`): the schema of each kind of content; none where nothing is answered. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
}

interface RawOperation {
  readonly 'x-required-role'?: Role;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, RawAnswer>;
}

interface RawAnswer {
  readonly $ref?: string;
  readonly content?: Record<string, { readonly schema: Schema }>;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Every operation of the description, so that a new endpoint is tested by being described. */
export function operationsOf(document: OpenAPIObject): Operation[] {
  const named = (document.components?.responses ?? {}) as Record<string, RawAnswer>;
  const answerOf = (answer: RawAnswer) =>
    answer.$ref === undefined ? answer : (named[answer.$ref.replace('#/components/responses/', '')] ?? {});
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method] as unknown as RawOperation | undefined;
      if (operation === undefined) return [];
      const answers = Object.entries(operation.responses).map(([status, answer]) => [
        status,
        Object.fromEntries(
          Object.entries(answerOf(answer).content ?? {}).map(([type, { schema }]) => [type, schema]),
        ),
      ]);
      return [
        {
          method,
          path,
          role: operation['x-required-role'],
          parameters: operation.parameters ?? [],
          body: operation.requestBody?.content['application/json']?.schema,
          answers: Object.fromEntries(answers) as Operation['answers'],
        },
      ];
    }),
  );
}

export function schemasOf(document: OpenAPIObject): Schemas {
  return (document.components?.schemas ?? {}) as Schemas;
}

/** What a `$ref` stands for. */
export function resolved(schema: Schema, schemas: Schemas): Schema {
  if (schema.$ref === undefined) return schema;
  const target = schemas[schema.$ref.replace('#/components/schemas/', '')];
  if (target === undefined) throw new Error(`The description has no ${schema.$ref}.`);
  return resolved(target, schemas);
}
