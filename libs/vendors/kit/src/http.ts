import type { VendorContext, VendorManifest, VendorRequestOutcome } from '@warmshift/vendors/contract';
import {
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { AnswerTooLarge, exchange } from './exchange';
import { agentFor } from './agents';
import { CircuitBreaker } from './circuit-breaker';
import type { VendorHttp, VendorRequest, VendorResponse } from './http-types';
import { Redactor } from './redact';
import { retryAfterMs } from './retry-after';

const defaultTimeoutMs = 20_000;
const defaultMaxBytes = 5 * 1024 * 1024;
/** After a 429 that does not say for how long. */
const unstatedBackOffMs = 30_000;
/** An idempotent request is sent so often at most. */
const maxTries = 3;
/** Real ms before the second and the third try, half of it by chance. */
const pausesMs = [200, 600] as const;
/** A vendor that asks for a longer pause than this (ms) is asked again by whoever wanted to know. */
const longestRetryAfterMs = 1_000;

export interface VendorHttpOptions {
  readonly context: Pick<
    VendorContext,
    'baseUrl' | 'connectionId' | 'clock' | 'pacer' | 'log' | 'lookup' | 'onRequest'
  >;
  readonly manifest: Pick<VendorManifest, 'vendor' | 'title'>;
  /** Never shown in an error or a log, in no form. */
  readonly secrets: readonly string[];
  /** Default 5 MB. */
  readonly maxBytes?: number | undefined;
}

/** The one way to a vendor's host; see `VendorHttp` for what it promises. */
export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  return new UndiciVendorHttp(options);
}

class UndiciVendorHttp implements VendorHttp {
  private readonly redactor: Redactor;
  private readonly maxBytes: number;
  private readonly breaker: CircuitBreaker;

  constructor(private readonly options: VendorHttpOptions) {
    this.breaker = new CircuitBreaker(options.context.clock);
    this.redactor = new Redactor(options.secrets);
    this.maxBytes = options.maxBytes ?? defaultMaxBytes;
  }

  redact(text: string): string {
    return this.redactor.redact(text);
  }

  hide(secret: string): void {
    this.redactor.add(secret);
  }

  async request(request: VendorRequest): Promise<VendorResponse> {
    const url = this.urlOf(request);
    const headers = this.headersOf(request);
    const tries = (request.idempotent ?? request.method === 'GET') ? maxTries : 1;
    for (let tried = 1; ; tried += 1) {
      const last = tried >= tries;
      try {
        const response = await this.once(url, headers, request);
        if (last || !this.worthRetrying(response, request)) return response;
      } catch (error) {
        if (last || !(error instanceof BrokenConnection)) throw error;
      }
      await pause(tried);
    }
  }

  /** One exchange, paced, counted and told. */
  private async once(
    url: URL,
    headers: Record<string, string>,
    request: VendorRequest,
  ): Promise<VendorResponse> {
    const { pacer } = this.options.context;
    this.pass(request);
    try {
      await pacer.take(request.purpose);
    } catch (error) {
      this.breaker.undecided();
      throw error;
    }
    const startedAt = performance.now();
    const response = await this.exchange(url, headers, request).catch((error: unknown) => {
      if (error instanceof VendorUnavailable) this.breaker.failed();
      else this.breaker.succeeded();
      this.tell(request, 'no_answer', startedAt);
      throw error;
    });
    if (response.status >= 500 && request.answers?.includes(response.status) !== true) this.breaker.failed();
    else this.breaker.succeeded();
    this.tell(request, outcomeOf(response.status), startedAt, response.status);
    if (response.status === 429) await this.rateLimited(response);
    return response;
  }

  private pass(request: VendorRequest): void {
    const closedForMs = this.breaker.enter(request.purpose);
    if (closedForMs === undefined) return;
    this.options.context.onRequest?.({ purpose: request.purpose, outcome: 'circuit_open', seconds: 0 });
    const seconds = Math.ceil(closedForMs / 1000);
    throw new VendorUnavailable(
      `${this.options.manifest.title} has not answered many times in a row; it is asked again in ${seconds} s`,
      false,
    );
  }

  private tell(
    request: VendorRequest,
    outcome: VendorRequestOutcome['outcome'],
    startedAt: number,
    status?: number,
  ): void {
    const durationMs = performance.now() - startedAt;
    const { log, onRequest } = this.options.context;
    onRequest?.({ purpose: request.purpose, outcome, seconds: durationMs / 1000 });
    if (log.debugs === false) return;
    log.debug('vendor.request', {
      vendor: this.options.manifest.vendor,
      method: request.method,
      path: this.redact(request.path),
      ...(status === undefined ? { outcome } : { status }),
      durationMs: Math.round(durationMs),
    });
  }

  private worthRetrying({ status, headers }: VendorResponse, request: VendorRequest): boolean {
    if (status < 500 || status === 501 || request.answers?.includes(status) === true) return false;
    const waitMs = retryAfterMs(headers['retry-after'], this.options.context.clock.now());
    return waitMs === undefined || waitMs <= longestRetryAfterMs;
  }

  private urlOf(request: VendorRequest): URL {
    const url = new URL(`${this.options.context.baseUrl}${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  private headersOf(request: VendorRequest): Record<string, string> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'warmshift',
    };
    if (request.json !== undefined) headers['content-type'] = 'application/json';
    if (request.form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      headers[name.toLowerCase()] = value;
      if (/^(authorization|x-api-key)$/i.test(name))
        this.redactor.add(value.replace(/^(Bearer|Basic)\s+/i, ''));
    }
    return headers;
  }

  private async exchange(
    url: URL,
    headers: Record<string, string>,
    request: VendorRequest,
  ): Promise<VendorResponse> {
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    try {
      const answer = await exchange(
        agentFor(url.origin, this.options.context.lookup),
        {
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: request.method,
          headers,
          body: bodyOf(request),
        },
        { timeoutMs, maxBytes: this.maxBytes },
      );
      return { ...answer, headers: flat(answer.headers) };
    } catch (error) {
      throw this.asVendorError(error, request, timeoutMs);
    }
  }

  private asVendorError(error: unknown, request: VendorRequest, timeoutMs: number): Error {
    if (error instanceof AnswerTooLarge)
      return new VendorProtocolError(`${called(request)}: ${error.message}`, this.redact(error.begin));
    const { code, message, syscall } = facts(error);
    const words = this.redact(message);
    const where = this.redact(called(request));
    if (code === 'UND_ERR_INVALID_ARG')
      return new VendorRejected(`${where}: the request cannot be sent`, words);
    if (neverConnected(code, syscall)) {
      return new BrokenConnection(`${where}: no connection (${code})`, false, words);
    }
    const timedOut = code === 'TimeoutError' || /TIMEOUT/.test(code);
    if (timedOut) return new VendorUnavailable(`${where}: no answer within ${timeoutMs} ms`, true, words);
    return new BrokenConnection(`${where}: the connection broke (${code})`, true, words);
  }

  private async rateLimited(response: VendorResponse): Promise<never> {
    const { clock, pacer } = this.options.context;
    const waitMs = retryAfterMs(response.headers['retry-after'], clock.now());
    await pacer.backOff(waitMs ?? unstatedBackOffMs);
    const { title } = this.options.manifest;
    throw new VendorRateLimited(
      `${title} asks us to slow down (HTTP 429)`,
      waitMs,
      this.redact(response.text),
    );
  }
}

/** No answer, and quickly so: asking again costs little. To the callers it is what its parent is. */
class BrokenConnection extends VendorUnavailable {
  constructor(message: string, sent: boolean, words: string) {
    super(message, sent, words);
    this.name = 'VendorUnavailable';
  }
}

function pause(tried: number): Promise<void> {
  const longest = pausesMs[tried - 1] ?? pausesMs[1];
  return new Promise((resolve) => setTimeout(resolve, (longest / 2) * (1 + Math.random())));
}

function outcomeOf(status: number): VendorRequestOutcome['outcome'] {
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'client_error' : 'ok';
}

function called(request: VendorRequest): string {
  return `${request.method} ${request.path}`;
}

function bodyOf(request: VendorRequest): string | null {
  if (request.json !== undefined) return JSON.stringify(request.json);
  if (request.form !== undefined) return new URLSearchParams(request.form).toString();
  return null;
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flattened: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flattened[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flattened;
}

/** By shape, not by class: Node's own errors may come from another realm. */
function facts(error: unknown): { code: string; message: string; syscall: string | undefined } {
  const { code, name, message, syscall } = Object(error) as Partial<NodeJS.ErrnoException>;
  return {
    code: typeof code === 'string' ? code : (name ?? 'unknown'),
    message: message ?? String(error),
    syscall,
  };
}

const beforeConnection = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_ADDRESS_NOT_ALLOWED',
]);

/** Name not found, refused, no route, or a certificate we do not accept: nothing of the request went out. */
function neverConnected(code: string, syscall: string | undefined): boolean {
  return beforeConnection.has(code) || syscall === 'connect' || /CERT|SELF_SIGNED|^ERR_TLS_/.test(code);
}
