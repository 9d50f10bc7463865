import { VendorError, VendorProtocolError, VendorUnavailable } from '@warmshift/vendors/contract';

const defaultMaxPages = 500;

export interface FetchedPage<T> {
  readonly items: readonly T[];
  /** The parsed answer, in which the next cursor is looked for. */
  readonly body: unknown;
}

export interface PagesOptions<T> {
  fetch(cursor: string | undefined): Promise<FetchedPage<T>>;
  /** Where a vendor's answers keep the next cursor; default `cursorAfter`. */
  readonly next?: ((body: unknown, sent: string | undefined) => NextCursor) | undefined;
  /** Default 500. */
  readonly maxPages?: number | undefined;
}

export interface PagesResult<T> {
  readonly items: readonly T[];
  /** Only a complete listing may retire devices. */
  readonly complete: boolean;
  /** Why it is not complete. */
  readonly reason?: string | undefined;
}

export type NextCursor =
  { readonly kind: 'cursor'; readonly cursor: string } | { readonly kind: 'end' } | { readonly kind: 'lost' };

/**
 * Reads all pages. Never follows the same cursor twice and never more than `maxPages` pages. A page after the
 * first that cannot be had or read makes the result incomplete instead of losing what came before; errors
 * that a person must answer are thrown.
 */
export async function pages<T>({
  fetch,
  next = cursorAfter,
  maxPages = defaultMaxPages,
}: PagesOptions<T>): Promise<PagesResult<T>> {
  const items: T[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 1; page <= maxPages; page += 1) {
    let fetched: FetchedPage<T>;
    try {
      fetched = await (page === 1 ? fetch(cursor) : twice(() => fetch(cursor)));
    } catch (error) {
      if (page === 1 || !isPassing(error)) throw error;
      return { items, complete: false, reason: `page ${page} failed: ${error.message}` };
    }
    items.push(...fetched.items);
    const following = next(fetched.body, cursor);
    if (following.kind === 'end') return { items, complete: true };
    if (following.kind === 'lost')
      return { items, complete: false, reason: `page ${page} says there is more, but not where` };
    if (seen.has(following.cursor))
      return { items, complete: false, reason: `page ${page} leads back to an earlier page` };
    seen.add(following.cursor);
    cursor = following.cursor;
  }
  return { items, complete: false, reason: `stopped after ${maxPages} pages` };
}

/**
 * The next cursor of an answer: `pagination.nextCursor`; only where that key does not exist,
 * `pagination.cursor` and then a top-level `cursor`, and only if it is not the echo of the one just sent. `hasMore: false`
 * ends the listing; any other `hasMore` without a usable cursor, and whatever cannot be read, mean that the way is lost.
 */
export function cursorAfter(body: unknown, sent: string | undefined): NextCursor {
  const top = asRecord(body);
  const stated = top['pagination'] ?? undefined;
  if (stated !== undefined && typeof stated !== 'object') return { kind: 'lost' };
  const pagination = asRecord(stated);
  const hasMore = pagination['hasMore'] ?? top['hasMore'];
  if (hasMore === false) return { kind: 'end' };
  const next = 'nextCursor' in pagination ? pagination['nextCursor'] : fallback(pagination, top, sent);
  const cursor = usable(next);
  if (cursor !== undefined) return { kind: 'cursor', cursor };
  const ends = (hasMore ?? undefined) === undefined && isNothing(next);
  return ends ? { kind: 'end' } : { kind: 'lost' };
}

function fallback(
  pagination: Record<string, unknown>,
  top: Record<string, unknown>,
  sent: string | undefined,
): string | undefined {
  const cursors = [top['nextCursor'], pagination['cursor'], top['cursor']];
  return cursors.map(usable).find((cursor) => cursor !== undefined && cursor !== sent);
}

function isNothing(cursor: unknown): boolean {
  return cursor === undefined || cursor === null || cursor === '';
}

function usable(cursor: unknown): string | undefined {
  if (typeof cursor === 'number') return String(cursor);
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

/** A long listing is too dear to be lost for one page: that one is asked for once more when the vendor failed. */
async function twice<T>(fetch: () => Promise<T>): Promise<T> {
  try {
    return await fetch();
  } catch (error) {
    if (error instanceof VendorUnavailable) return fetch();
    throw error;
  }
}

function isPassing(error: unknown): error is VendorError {
  return error instanceof VendorProtocolError || (error instanceof VendorError && error.retry === 'later');
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
