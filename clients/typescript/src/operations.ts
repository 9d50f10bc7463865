import type { components, paths } from './schema';

/** The bodies and answers of the interface by their names, like `Schemas['CampaignOrderBody']`. */
export type Schemas = components['schemas'];

/** The verbs that the interface uses. */
export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** The addresses that take a verb, as the description writes them: `/admin/v1/devices/{id}`. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

/** One verb at one address. */
export type Operation<M extends Method, P extends PathOf<M>> = paths[P][M];

type ParametersOf<Op> = Op extends { parameters: infer Parameters } ? Parameters : unknown;
type HeadersOf<Op> = ParametersOf<Op> extends { header?: infer Headers } ? NonNullable<Headers> : never;

type PathPart<Op> = ParametersOf<Op> extends { path: infer Values } ? { path: Values } : unknown;
type QueryPart<Op> =
  ParametersOf<Op> extends { query: infer Values }
    ? { query: Values }
    : ParametersOf<Op> extends { query?: infer Values }
      ? { query?: Values }
      : unknown;
type BodyPart<Op> = Op extends { requestBody: { content: infer Content } }
  ? { body: Content[keyof Content] }
  : Op extends { requestBody?: { content: infer Content } }
    ? { body?: Content[keyof Content] }
    : unknown;
type HeaderPart<Op, Name extends string, Field extends string> = Name extends keyof HeadersOf<Op>
  ? { readonly [F in Field]?: string | undefined }
  : unknown;

/** What a caller gives with one request, by the description: values in the address, the query, the body. */
export type RequestOf<Op> = PathPart<Op> &
  QueryPart<Op> &
  BodyPart<Op> &
  HeaderPart<Op, 'idempotency-key', 'idempotencyKey'> &
  HeaderPart<Op, 'if-match', 'ifMatch'> & {
    /** Gives the request up when it fires. */
    readonly signal?: AbortSignal | undefined;
  };

/** The request may be left out where it needs nothing. */
export type RequestArgs<Op> =
  Record<never, never> extends RequestOf<Op> ? [request?: RequestOf<Op>] : [request: RequestOf<Op>];

type Good = 200 | 201 | 202 | 203 | 204;

/** What a good answer holds; undefined for an answer without content. */
export type AnswerOf<Op> = Op extends { responses: infer Responses }
  ? {
      [Status in keyof Responses & Good]: Responses[Status] extends { content: infer Content }
        ? 'application/json' extends keyof Content
          ? Content['application/json']
          : never
        : undefined;
    }[keyof Responses & Good]
  : never;

/** Addresses whose answer is also to be had as CSV. */
export type CsvPath = {
  [P in PathOf<'get'>]: paths[P]['get'] extends { responses: { 200: { content: { 'text/csv': unknown } } } }
    ? P
    : never;
}[PathOf<'get'>];

/** Lists that come in pages, with a cursor from each to the next. */
export type ListPath = {
  [P in PathOf<'get'>]: AnswerOf<paths[P]['get']> extends { data: unknown[]; nextCursor: string | null }
    ? P
    : never;
}[PathOf<'get'>];

/** One entry of a list. */
export type ItemOf<P extends ListPath> =
  AnswerOf<paths[P]['get']> extends { data: (infer Item)[] } ? Item : never;
