import {
  VendorAuthExpired,
  VendorForbidden,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { booleanish, VendorAuthRejected } from '@warmshift/vendors/kit';
import type { VendorHttp, VendorResponse } from '@warmshift/vendors/kit';

export interface AnswerContext {
  readonly where: string;
  readonly http: Pick<VendorHttp, 'redact'>;
  /** The key that must be there; absent: the method's answer is not documented and may even be empty. */
  readonly payload?: string | undefined;
  /** A login that is refused means that the credentials are wrong; elsewhere only the session key is. */
  readonly login?: boolean | undefined;
}

interface Failure {
  /** NaN when the vendor gave none. */
  readonly code: number;
  readonly words: string | undefined;
}

/**
 * Reads an Istabai answer. Its errors come in the body, mostly with HTTP 200, and no envelope is documented: seen is
 * `{"error":{"code":401,"description":"…"}}`. The same number means the same in the HTTP status and in the body
 * (100 unavailable, 203 missing argument, 300 or 401 key or login refused, 404 unknown home or room).
 * Throws the `VendorError` that fits.
 */
export function readAnswer(response: VendorResponse, context: AnswerContext): Record<string, unknown> {
  const body = parse(response.text);
  const failure = failureOf(body) ?? failureOfStatus(response, body);
  if (failure !== undefined) throw errorFor(failure, context, response.text);
  if (context.payload === undefined && response.text.trim() === '') return {};
  if (body === undefined) {
    const words = context.http.redact(response.text) || undefined;
    throw new VendorUnavailable(`${context.where}: the answer is not JSON`, true, words);
  }
  const record = asRecord(body);
  if (context.payload !== undefined && record[context.payload] === undefined) {
    const code = codeOf(record['code']);
    if (!Number.isNaN(code)) throw errorFor({ code, words: wordsOf(record) }, context, response.text);
    const message = `${context.where}: "${context.payload}" is missing in the answer`;
    throw new VendorProtocolError(message, context.http.redact(response.text));
  }
  return record;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}

function failureOf(body: unknown): Failure | undefined {
  const record = asRecord(body);
  const error = record['error'];
  if (isError(error)) {
    const inner = asRecord(error);
    const codes = [inner['code'], error, record['code']].map(codeOf);
    const code = codes.find((candidate) => !Number.isNaN(candidate)) ?? Number.NaN;
    const words = wordsOf(inner) ?? wordsOf(record) ?? (typeof error === 'string' ? error : undefined);
    return { code, words };
  }
  if (saysNo(record['status']) || saysNo(record['success']))
    return { code: codeOf(record['code']), words: wordsOf(record) };
  return undefined;
}

function failureOfStatus(response: VendorResponse, body: unknown): Failure | undefined {
  if (response.status >= 200 && response.status < 300) return undefined;
  return { code: response.status, words: wordsOf(asRecord(body)) ?? (response.text || undefined) };
}

function isError(error: unknown): boolean {
  if (Array.isArray(error)) return error.length > 0;
  if (typeof error === 'object') return error !== null;
  return (typeof error === 'string' && error !== '') || (typeof error === 'number' && error !== 0);
}

function saysNo(value: unknown): boolean {
  const known = booleanish.safeParse(value);
  return known.success && !known.data;
}

function codeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : Number.NaN;
}

function wordsOf(record: Record<string, unknown>): string | undefined {
  return ['description', 'message', 'text']
    .map((key) => record[key])
    .find((word) => typeof word === 'string');
}

function errorFor({ code, words }: Failure, context: AnswerContext, text: string): Error {
  const said = context.http.redact(words ?? text) || undefined;
  const message = Number.isNaN(code)
    ? `${context.where}: Istabai refused`
    : `${context.where}: Istabai error ${code}`;
  if (code === 300 || code === 401) {
    return context.login === true
      ? new VendorAuthExpired(`${message}: e-mail or password is not accepted`, said)
      : new VendorAuthRejected(`${message}: the session key is not accepted`, said);
  }
  if (code === 100 || code === 408 || (code >= 500 && code < 600))
    return new VendorUnavailable(message, true, said);
  if (code === 203) return new VendorProtocolError(`${message}: missing argument`, said ?? '');
  if (code === 403) return new VendorForbidden(message, said);
  if (code === 404) return new VendorNotFound(message, said);
  if (code === 429) return new VendorRateLimited(message, undefined, said);
  return new VendorRejected(message, said);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
