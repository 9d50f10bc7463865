import type { ListingProblem } from '@warmshift/vendors/contract';
import {
  VendorAuthExpired,
  VendorForbidden,
  VendorNotFound,
  VendorProtocolError,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import type { z } from 'zod';
import { VendorAuthRejected } from './auth-rejected';
import type { VendorHttp, VendorResponse } from './http-types';

/** Where an answer came from, for messages, and who removes secrets from its samples. */
export interface ParseContext {
  /** Which call, for example `GET /v1/devices`. */
  readonly where: string;
  readonly http: Pick<VendorHttp, 'redact'>;
}

/** The body as JSON, whatever its content-type says. Throws `VendorProtocolError`. */
export function parseJson(response: VendorResponse, { where, http }: ParseContext): unknown {
  const text = response.text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const what = text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON';
    throw new VendorProtocolError(`${where}: ${what} (HTTP ${response.status})`, http.redact(text));
  }
}

/** The value as the schema sees it. Throws `VendorProtocolError` that names every path that does not fit. */
export function parseWith<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { where, http }: ParseContext,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new VendorProtocolError(`${where}: ${describe(result.error)}`, sampleOf(value, http));
}

export interface ParsedItems<T> {
  readonly items: readonly T[];
  readonly problems: readonly ListingProblem[];
}

/**
 * Parses a list item by item: what does not fit becomes a problem, with the item's `id` where one can be
 * seen, and the rest is kept.
 */
export function parseEach<S extends z.ZodType>(
  schema: S,
  list: readonly unknown[],
  { where, http, idOf = idField }: ParseContext & { readonly idOf?: (item: unknown) => string | undefined },
): ParsedItems<z.output<S>> {
  const items: z.output<S>[] = [];
  const problems: ListingProblem[] = [];
  list.forEach((item, index) => {
    const result = schema.safeParse(item);
    if (result.success) {
      items.push(result.data);
      return;
    }
    const message = `entry ${index}: ${describe(result.error)}`;
    problems.push({ vendorDeviceId: idOf(item), where, message, sample: sampleOf(item, http) });
  });
  return { items, problems };
}

export interface StatusContext extends ParseContext {
  /** The vendor's own words, taken from its error answer; default: the text of the answer. */
  readonly words?: string | undefined;
  /** `renewable`: a 401 is a `VendorAuthRejected`, for `withToken`. Default `expired`. */
  readonly auth?: 'expired' | 'renewable' | undefined;
}

/** Throws the error that an HTTP status which is not a success stands for. */
export function failForStatus(response: VendorResponse, context: StatusContext): never {
  const { where, http } = context;
  const { status } = response;
  const message = `${where}: HTTP ${status}`;
  const words = http.redact(context.words ?? response.text) || undefined;
  if (status === 401) {
    throw context.auth === 'renewable'
      ? new VendorAuthRejected(message, words)
      : new VendorAuthExpired(message, words);
  }
  if (status === 403) throw new VendorForbidden(message, words);
  if (status === 404 || status === 410) throw new VendorNotFound(message, words);
  if (status === 501) throw new VendorRejected(message, words);
  if (status === 408 || status === 425 || status >= 500) throw new VendorUnavailable(message, true, words);
  if (status >= 400) throw new VendorRejected(message, words);
  throw new VendorProtocolError(`${where}: unexpected HTTP ${status}`, http.redact(response.text));
}

function describe(error: z.ZodError): string {
  const named = error.issues.slice(0, 5).map((issue) => `${pathOf(issue.path)}: ${issue.message}`);
  const more = error.issues.length - named.length;
  return more > 0 ? `${named.join('; ')}; and ${more} more` : named.join('; ');
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the answer' : path.map(String).join('.');
}

function sampleOf(value: unknown, http: Pick<VendorHttp, 'redact'>): string {
  return http.redact(JSON.stringify(value) ?? String(value));
}

function idField(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('id' in item)) return undefined;
  const { id } = item;
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? String(id) : undefined;
}
