import { VendorAuthExpired, VendorUnavailable } from '@warmshift/vendors/contract';
import { cursorAfter, pages } from '.';

describe('cursorAfter', () => {
  it.each([
    ['nextCursor', { pagination: { nextCursor: 'n', cursor: 'c', hasMore: true } }, 'b', 'n'],
    ['the end at nextCursor null', { pagination: { nextCursor: null, cursor: 'c' } }, 'b', 'end'],
    [
      'the end at hasMore false, whatever the cursor',
      { pagination: { nextCursor: 'n', hasMore: false } },
      'b',
      'end',
    ],
    ['the end at an empty text', { pagination: { nextCursor: '' } }, 'b', 'end'],
    ['pagination.cursor when there is no nextCursor', { pagination: { cursor: 'c' } }, 'b', 'c'],
    ['a top-level cursor', { cursor: 'c' }, 'b', 'c'],
    ['the top-level one when the other is an echo', { cursor: 'c', pagination: { cursor: 'b' } }, 'b', 'c'],
    ['the end at nothing but an echo', { pagination: { cursor: 'b' } }, 'b', 'end'],
    [
      'a lost way at hasMore without a cursor',
      { pagination: { hasMore: true, nextCursor: null } },
      'b',
      'lost',
    ],
    ['a lost way at hasMore with an echo', { pagination: { hasMore: true, cursor: 'b' } }, 'b', 'lost'],
    ['the end without any pagination', { items: [] }, undefined, 'end'],
    ['a lost way at a pagination of another type', { pagination: 7 }, undefined, 'lost'],
    ['a lost way at a cursor of another type', { pagination: { nextCursor: { a: 1 } } }, undefined, 'lost'],
    ['a lost way at a hasMore of another type', { pagination: { hasMore: 'maybe' } }, undefined, 'lost'],
    ['the end at a pagination of null', { pagination: null }, undefined, 'end'],
  ])('C3: finds %s', (_name, body, sent, expected) => {
    const next = cursorAfter(body, sent);
    expect(next.kind === 'cursor' ? next.cursor : next.kind).toBe(expected);
  });
});

describe('pages', () => {
  const serve = (bodies: Record<string, unknown>) => ({
    asked: [] as (string | undefined)[],
    async fetch(cursor: string | undefined) {
      this.asked.push(cursor);
      const body = await Promise.resolve(bodies[cursor ?? 'first']);
      if (body instanceof Error) throw body;
      return { items: [cursor ?? 'first'], body };
    },
  });

  it('reads to the end and says that it is complete', async () => {
    const source = serve({
      first: { pagination: { nextCursor: '2' } },
      '2': { pagination: { nextCursor: null } },
    });
    expect(await pages({ fetch: (c) => source.fetch(c) })).toEqual({ items: ['first', '2'], complete: true });
  });

  it('C3: never asks for a cursor twice', async () => {
    const source = serve({
      first: { pagination: { nextCursor: '2' } },
      '2': { pagination: { nextCursor: '2' } },
    });
    const result = await pages({ fetch: (c) => source.fetch(c) });
    expect(result).toMatchObject({ items: ['first', '2'], complete: false });
    expect(source.asked).toEqual([undefined, '2']);
  });

  it('C3: is incomplete, not endless, when more is promised and no cursor given', async () => {
    const source = serve({ first: { pagination: { nextCursor: null, hasMore: true } } });
    expect(await pages({ fetch: (c) => source.fetch(c) })).toMatchObject({
      items: ['first'],
      complete: false,
    });
  });

  it('stops at the cap', async () => {
    let n = 0;
    const fetch = () =>
      Promise.resolve({ items: [n], body: { pagination: { nextCursor: String((n += 1)) } } });
    const result = await pages({ fetch, maxPages: 3 });
    expect(result).toMatchObject({ items: [0, 1, 2], complete: false, reason: 'stopped after 3 pages' });
  });

  it('keeps what it has when a later page cannot be had', async () => {
    const source = serve({
      first: { pagination: { nextCursor: '2' } },
      '2': new VendorUnavailable('HTTP 503', true),
    });
    const result = await pages({ fetch: (c) => source.fetch(c) });
    expect(result).toEqual({ items: ['first'], complete: false, reason: 'page 2 failed: HTTP 503' });
  });

  it('asks once more for a later page that the vendor failed to give', async () => {
    const source = serve({
      first: { pagination: { nextCursor: '2' } },
      '2': { pagination: { nextCursor: null } },
    });
    let failed = false;
    const fetch = (cursor: string | undefined) => {
      if (cursor === undefined || failed) return source.fetch(cursor);
      failed = true;
      return Promise.reject(new VendorUnavailable('HTTP 503', true));
    };
    expect(await pages({ fetch })).toEqual({ items: ['first', '2'], complete: true });
  });

  it('throws when the first page fails, and whenever a person must act', async () => {
    const first = serve({ first: new VendorUnavailable('down', true) });
    await expect(pages({ fetch: (c) => first.fetch(c) })).rejects.toThrow(VendorUnavailable);
    const second = serve({ first: { pagination: { nextCursor: '2' } }, '2': new VendorAuthExpired('401') });
    await expect(pages({ fetch: (c) => second.fetch(c) })).rejects.toThrow(VendorAuthExpired);
  });
});
