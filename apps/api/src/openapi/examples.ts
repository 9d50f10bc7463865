import type { OpenAPIObject } from '@nestjs/swagger';

/** Examples by names of their own. A text is one of `text/csv`, anything else is JSON. */
export type Named = Readonly<Record<string, unknown>>;

export interface OperationExamples {
  /** Of the path and the query. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: Named;
  /** By status. */
  readonly answers?: Readonly<Record<number, Named>>;
}

export interface ShownOperation {
  /** What holds the handler, for whoever wants to know what it takes and answers. */
  readonly prototype: object;
  readonly method: string;
  readonly examples: OperationExamples;
}

const shown = new Map<string, ShownOperation>();

/** How an operation is called in the description. */
export function operationName(controller: string, method: string): string {
  return `${controller.replace(/Controller$/, '')}.${method}`;
}

/** Shows in the description how a handler is used. They are kept beside the routes, in `*.examples.ts`. */
export const Examples =
  (examples: OperationExamples): MethodDecorator =>
  (prototype, method) => {
    const name = operationName(prototype.constructor.name, String(method));
    shown.set(name, { prototype, method: String(method), examples });
  };

/** What the handler of an operation shows; undefined where it shows nothing. */
export function shownBy(operationId: string): ShownOperation | undefined {
  return shown.get(operationId);
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Content =
  NonNullable<Exclude<Operation['responses'][string], undefined>> extends infer R
    ? R extends { content?: infer C }
      ? NonNullable<C>
      : never
    : never;

/** Writes what the handler shows into the description of its operation. */
export function addExamples(operation: Operation): void {
  const examples = shownBy(operation.operationId ?? '')?.examples;
  if (examples === undefined) return;
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter)) continue;
    const value = examples.parameters?.[parameter.name];
    if (value !== undefined) parameter.example = value;
  }
  const { requestBody, responses } = operation;
  if (requestBody && 'content' in requestBody) fill(requestBody.content, examples.body);
  for (const [status, named] of Object.entries(examples.answers ?? {})) {
    const response = responses[status];
    if (response && 'content' in response && response.content) fill(response.content, named);
  }
}

function fill(content: Content, named: Named = {}): void {
  for (const [mediaType, media] of Object.entries(content)) {
    const fitting = Object.entries(named).filter(
      ([, value]) => (typeof value === 'string') === (mediaType === 'text/csv'),
    );
    if (fitting.length === 0) continue;
    media.examples = Object.fromEntries(fitting.map(([name, value]) => [name, { value }]));
  }
}
