import { retryAfterMsOf, WarmshiftUnreachable } from './problem';

/** How requests are sent, in real time. */
export interface TransportOptions {
  /** Longest time from a request to its whole answer. */
  readonly timeoutMs: number;
  /** How often a reading request is sent again that the service asks to send later. */
  readonly retries: number;
  /** Whoever is told to wait longer gets the problem instead. */
  readonly longestWaitMs: number;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** Sends requests, each with a time limit, and takes in the whole answer: nothing is left to fail later. */
export class Transport {
  constructor(private readonly options: TransportOptions) {}

  /**
   * Sends a request; one that only reads is sent again after 429 or 503 with a `Retry-After`.
   * @throws WarmshiftUnreachable, or the reason of the caller's own signal.
   */
  async send(request: Request): Promise<Response> {
    for (let retries = 0; ; retries += 1) {
      const response = await this.once(request);
      const waitMs = retries < this.options.retries ? this.waitMs(request, response) : undefined;
      if (waitMs === undefined) return response;
      await delay(waitMs, request.signal);
    }
  }

  /** Opens an answer that comes bit by bit. The time limit is for its head. @throws WarmshiftUnreachable */
  async open(request: Request): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.options.timeoutMs);
    try {
      return await this.options.fetch(new Request(request, { signal: either(request.signal, late.signal) }));
    } catch (error) {
      throw this.errorOf(error, request, late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private async once(request: Request): Promise<Response> {
    const late = AbortSignal.timeout(this.options.timeoutMs);
    try {
      const response = await this.options.fetch(
        new Request(request, { signal: either(request.signal, late) }),
      );
      const hasBody = response.status !== 204 && response.body !== null;
      const { headers, status, statusText } = response;
      return new Response(hasBody ? await response.arrayBuffer() : null, { headers, status, statusText });
    } catch (error) {
      throw this.errorOf(error, request, late);
    }
  }

  private waitMs({ method }: Request, { headers, status }: Response): number | undefined {
    if (method !== 'GET' || (status !== 429 && status !== 503)) return undefined;
    const waitMs = retryAfterMsOf(headers);
    return waitMs !== undefined && waitMs <= this.options.longestWaitMs ? waitMs : undefined;
  }

  /** Says where and why, and nothing of what was sent. */
  private errorOf(error: unknown, { method, signal, url }: Request, late: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    const { origin, pathname } = new URL(url);
    const what = `${method} ${pathname} at ${origin}`;
    const code = codeOf(error);
    const isOpen = method !== 'GET' && !(code !== undefined && neverSent.has(code));
    const doubt = isOpen ? '; whether it was done is not known' : '';
    if (late.aborted)
      return new WarmshiftUnreachable(
        `${what} was not answered within ${this.options.timeoutMs / 1000} s${doubt}`,
      );
    return new WarmshiftUnreachable(`${what} got no answer: ${reasonOf(code)}${doubt}`);
  }
}

function either(...signals: AbortSignal[]): AbortSignal {
  return AbortSignal.any(signals);
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host is not known',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ETIMEDOUT: 'the host does not answer',
};

/** Codes of what fails before a request has left. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** `fetch` wraps what went wrong; only its code is told on. */
function codeOf(error: unknown): string | undefined {
  const { code } = ((error as Error | undefined)?.cause ?? error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function reasonOf(code: string | undefined): string {
  if (code === undefined) return 'the connection failed';
  const said = words[code];
  return said === undefined ? code : `${said} (${code})`;
}

/** Waits, real ms. @throws the signal's reason when it fires first. */
export function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
