import createClient, { type Client } from 'openapi-fetch';
import { follow } from './follow';
import type {
  AnswerOf,
  CsvPath,
  ItemOf,
  ListPath,
  Method,
  Operation,
  PathOf,
  RequestArgs,
  RequestOf,
  Schemas,
} from './operations';
import { problemOf, WarmshiftProblem } from './problem';
import type { paths } from './schema';
import { Transport } from './transport';

export interface WarmshiftOptions {
  /** Where the service is, like `https://warmshift.example.org`. */
  readonly baseUrl: string;
  /** A key of the service. It is sent in the header `x-api-key` and shown nowhere. */
  readonly apiKey: string;
  /** Longest time from a request to its whole answer, real ms; default 30 s. */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a GET is sent again after 429 or 503 with a `Retry-After`, and a broken stream of events is opened again;
   * default 3. Nothing that changes anything is sent twice.
   */
  readonly retries?: number | undefined;
  /** A GET that is told to wait longer fails instead, real ms; default 30 s. */
  readonly longestWaitMs?: number | undefined;
  /** In the place of the platform's: to look at requests and answers. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** An answer with what its headers say. */
export interface Exchange<Answer> {
  readonly data: Answer;
  readonly status: number;
  /** The version of what was read: give it as `ifMatch` to the change that is based on it. */
  readonly etag: string | undefined;
}

/** An event of an occurrence; `finished` and `cancelled` are the last ones. */
export interface OccurrenceEvent {
  readonly event: 'progress' | 'finished' | 'cancelled';
  /** Tells `watch` where to go on. */
  readonly id: string | undefined;
  readonly data: Schemas['OccurrenceEvent'];
}

export interface WatchOptions {
  /** `id` of the last event that was seen: what was told before is not told again. */
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const eventsPath = '/admin/v1/occurrences/{id}/events' satisfies PathOf<'get'>;
/** The service sends a sign of life every 15 s. */
const silenceMs = 60_000;

/** What a request is made of, before the description's types are put on it. */
interface LooseRequest {
  readonly path?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The HTTP interface of Warmshift, typed by its OpenAPI description: addresses, parameters, bodies and answers are those of
 * `docs/openapi.json`.
 *
 * Every method throws `WarmshiftProblem` when the service says no, and `WarmshiftUnreachable` when it does not answer.
 */
export class Warmshift {
  private readonly http: Client<paths>;
  private readonly transport: Transport;
  private readonly retries: number;

  /** @throws TypeError when the address or the key cannot be used. */
  constructor(options: WarmshiftOptions) {
    const { apiKey, fetch: send = fetch, longestWaitMs = 30_000, retries = 3, timeoutMs = 30_000 } = options;
    // A header that cannot be sent would be repeated in the error.
    if (!/^[\x21-\x7e]{1,500}$/.test(apiKey))
      throw new TypeError('The API key must be printable ASCII characters without spaces.');
    this.retries = retries;
    this.transport = new Transport({ timeoutMs, retries, longestWaitMs, fetch: (request) => send(request) });
    this.http = createClient<paths>({
      baseUrl: checkedUrl(options.baseUrl),
      headers: { 'x-api-key': apiKey },
      // Whoever follows a redirect sends the key along.
      redirect: 'manual',
      fetch: (request) => this.transport.send(request),
    });
    this.http.use({
      onRequest({ request }) {
        const needsKey = request.method === 'POST' && !request.headers.has('idempotency-key');
        if (needsKey) request.headers.set('idempotency-key', crypto.randomUUID());
      },
      async onResponse({ response }) {
        if (!response.ok) throw await problemOf(response, [apiKey]);
      },
    });
  }

  /** `await warmshift.get('/admin/v1/devices/{id}', { path: { id } })` */
  get<P extends PathOf<'get'>>(path: P, ...[request]: RequestArgs<Operation<'get', P>>) {
    return this.dataOf('get', path, request);
  }

  /** Sent once, under an `Idempotency-Key` of its own unless one is given. */
  post<P extends PathOf<'post'>>(path: P, ...[request]: RequestArgs<Operation<'post', P>>) {
    return this.dataOf('post', path, request);
  }

  put<P extends PathOf<'put'>>(path: P, ...[request]: RequestArgs<Operation<'put', P>>) {
    return this.dataOf('put', path, request);
  }

  /** With `ifMatch`, nothing is changed when it has changed since: a problem with status 412. */
  patch<P extends PathOf<'patch'>>(path: P, ...[request]: RequestArgs<Operation<'patch', P>>) {
    return this.dataOf('patch', path, request);
  }

  delete<P extends PathOf<'delete'>>(path: P, ...[request]: RequestArgs<Operation<'delete', P>>) {
    return this.dataOf('delete', path, request);
  }

  /** Any request, with the status and the entity tag of its answer. */
  async exchange<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    ...[request]: RequestArgs<Operation<M, P>>
  ): Promise<Exchange<AnswerOf<Operation<M, P>>>> {
    const { data, response } = await this.send(method, path, request);
    const etag = response.headers.get('etag') ?? undefined;
    return { data: data as AnswerOf<Operation<M, P>>, status: response.status, etag };
  }

  /** The pages of a list, one after the other. `query.limit` is the size of a page. */
  async *pages<P extends ListPath>(
    path: P,
    ...[request]: RequestArgs<Operation<'get', P>>
  ): AsyncGenerator<ItemOf<P>[], void, undefined> {
    const { query, ...rest } = (request ?? {}) as { query?: Record<string, unknown> };
    let cursor = query?.['cursor'];
    do {
      const { data } = await this.send('get', path, { ...rest, query: { ...query, cursor } });
      const page = data as { readonly data: ItemOf<P>[]; readonly nextCursor: string | null };
      yield page.data;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** Every entry of a list, over all of its pages. */
  async *all<P extends ListPath>(
    path: P,
    ...args: RequestArgs<Operation<'get', P>>
  ): AsyncGenerator<ItemOf<P>, void, undefined> {
    for await (const page of this.pages(path, ...args)) yield* page;
  }

  /** The answer as CSV, as text. Set `query.format` to `csv`. */
  async csv<P extends CsvPath>(path: P, request: RequestOf<Operation<'get', P>>): Promise<string> {
    const { data } = await this.send('get', path, request, { parseAs: 'text' });
    return data as string;
  }

  /**
   * Progress of an occurrence, as it happens: what is true now, then every change, up to `finished` or `cancelled`. Goes on
   * where it was when the connection breaks.
   */
  async *watch(
    occurrenceId: string,
    { lastEventId, signal }: WatchOptions = {},
  ): AsyncGenerator<OccurrenceEvent, void, undefined> {
    const open = async (lastId: string | undefined, stop: AbortSignal): Promise<Response> => {
      const headers = {
        accept: 'text/event-stream',
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      };
      const { response } = await this.http.GET(eventsPath, {
        params: { path: { id: occurrenceId } },
        headers,
        signal: stop,
        parseAs: 'stream',
        fetch: (request) => this.transport.open(request),
      });
      return response;
    };
    for await (const { data, event, id } of follow({
      open,
      lastId: lastEventId,
      retries: this.retries,
      silenceMs,
      signal,
    })) {
      if (event !== 'progress' && event !== 'finished' && event !== 'cancelled') continue;
      yield { event, id, data: JSON.parse(data) as Schemas['OccurrenceEvent'] };
      if (event !== 'progress') return;
    }
  }

  private async dataOf<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    request: LooseRequest | undefined,
  ): Promise<AnswerOf<Operation<M, P>>> {
    return (await this.send(method, path, request)).data as AnswerOf<Operation<M, P>>;
  }

  /** The only place where the description's types are laid aside: above it they hold, below it openapi-fetch takes over. */
  private async send(
    method: Method,
    path: keyof paths,
    request: LooseRequest = {},
    more: { readonly parseAs?: 'text' } = {},
  ): Promise<{ data: unknown; response: Response }> {
    const { body, idempotencyKey, ifMatch, path: values, query, signal } = request;
    const isText = typeof body === 'string';
    const init = {
      params: { path: values, query },
      body,
      signal,
      headers: {
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(isText && { 'content-type': 'text/csv' }),
      },
      ...(isText && { bodySerializer: (text: string) => text }),
      ...more,
    };
    try {
      const { data, response } = await this.http.request(method, path as never, init as never);
      return { data, response };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const facts = { status: 200, type: 'about:blank', title: 'HTTP 200' };
      throw new WarmshiftProblem({ ...facts, detail: 'the answer does not come from Warmshift' });
    }
  }
}

/** @throws TypeError */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError('The address of the service must start with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('The address of the service must not hold a name or a password.');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
