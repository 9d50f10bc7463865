import type { VendorContext, VendorManifest } from '@warmshift/vendors/contract';
import {
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { Agent, request as send } from 'undici';
import type { Dispatcher } from 'undici';
import type { VendorHttp, VendorRequest, VendorResponse } from './http-types';
import { Redactor } from './redact';
import { retryAfterMs } from './retry-after';

const connectTimeoutMs = 10_000;
const defaultTimeoutMs = 20_000;
const defaultMaxBytes = 5 * 1024 * 1024;
/** After a 429 that does not say for how long. */
const unstatedBackOffMs = 30_000;

export interface VendorHttpOptions {
  readonly context: Pick<VendorContext, 'baseUrl' | 'connectionId' | 'clock' | 'pacer' | 'log'>;
  readonly manifest: Pick<VendorManifest, 'vendor' | 'title'>;
  /** Never shown in an error or a log, in no form. */
  readonly secrets: readonly string[];
  /** Default 5 MB. */
  readonly maxBytes?: number | undefined;
}

const agents = new Map<string, Agent>();

/** One connection pool per origin and process, whatever the number of connections to it. */
function agentFor(origin: string): Agent {
  const known = agents.get(origin);
  if (known !== undefined) return known;
  const agent = new Agent({ connect: { timeout: connectTimeoutMs }, connections: 64 });
  agents.set(origin, agent);
  return agent;
}

/** Ends the pools of this process; for a clean exit. Requests afterwards open new ones. */
export async function closeVendorHttp(): Promise<void> {
  const open = [...agents.values()];
  agents.clear();
  await Promise.all(open.map((agent) => agent.destroy()));
}

/** The one way to a vendor's host; see `VendorHttp` for what it promises. */
export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  return new UndiciVendorHttp(options);
}

class UndiciVendorHttp implements VendorHttp {
  private readonly redactor: Redactor;
  private readonly maxBytes: number;

  constructor(private readonly options: VendorHttpOptions) {
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
    await this.options.context.pacer.take(request.purpose);
    const startedAt = performance.now();
    const response = await this.exchange(url, headers, request);
    this.options.context.log.debug('vendor.request', {
      vendor: this.options.manifest.vendor,
      method: request.method,
      path: this.redact(request.path),
      status: response.status,
      durationMs: Math.round(performance.now() - startedAt),
    });
    if (response.status === 429) await this.rateLimited(response);
    return response;
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
      const response = await send(url, {
        dispatcher: agentFor(url.origin),
        method: request.method,
        headers,
        body: bodyOf(request),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await this.readText(response, request);
      return { status: response.statusCode, headers: flat(response.headers), text };
    } catch (error) {
      throw this.asVendorError(error, request, timeoutMs);
    }
  }

  private async readText(response: Dispatcher.ResponseData, request: VendorRequest): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > this.maxBytes) {
        const sample = this.redact(Buffer.concat(chunks).toString('utf8'));
        throw new VendorProtocolError(
          `${called(request)}: the answer is larger than ${this.maxBytes} bytes`,
          sample,
        );
      }
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  private asVendorError(error: unknown, request: VendorRequest, timeoutMs: number): Error {
    if (error instanceof VendorProtocolError) return error;
    const { code, message, syscall } = facts(error);
    const words = this.redact(message);
    const where = this.redact(called(request));
    if (code === 'UND_ERR_INVALID_ARG')
      return new VendorRejected(`${where}: the request cannot be sent`, words);
    if (neverConnected(code, syscall)) {
      return new VendorUnavailable(`${where}: no connection (${code})`, false, words);
    }
    const timedOut = code === 'TimeoutError' || /TIMEOUT/.test(code);
    const what = timedOut ? `no answer within ${timeoutMs} ms` : `the connection broke (${code})`;
    return new VendorUnavailable(`${where}: ${what}`, true, words);
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

function called(request: VendorRequest): string {
  return `${request.method} ${request.path}`;
}

function bodyOf(request: VendorRequest): string | null {
  if (request.json !== undefined) return JSON.stringify(request.json);
  if (request.form !== undefined) return new URLSearchParams(request.form).toString();
  return null;
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
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

const beforeConnection = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Name not found, refused, no route, or a certificate we do not accept: nothing of the request went out. */
function neverConnected(code: string, syscall: string | undefined): boolean {
  return beforeConnection.has(code) || syscall === 'connect' || /CERT|SELF_SIGNED|^ERR_TLS_/.test(code);
}
