import { VendorProtocolError, VendorRateLimited, VendorUnavailable } from '@warmshift/vendors/contract';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import type { ScriptedServer } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import { closeVendorHttp, createVendorHttp } from '.';

const manifest = { vendor: 'test', title: 'Test vendor' };
const secret = 'c0ffee c0ffee/+';

describe('createVendorHttp', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });

  const connect = (maxBytes?: number) => {
    const context = inMemoryContext({ baseUrl: `${server.baseUrl}/base` });
    return { context, http: createVendorHttp({ context, manifest, secrets: [secret], maxBytes }) };
  };
  const rejection = (call: Promise<unknown>): Promise<Error> =>
    call.then(
      () => Promise.reject(new Error('should have failed')),
      (error: Error) => error,
    );
  const get = { method: 'GET', path: '/x', purpose: 'read' } as const;

  it('sends once, below the base path, after asking the pacer', async () => {
    server.answer(() => ({ status: 418, headers: { 'X-Note': 'hi' }, body: 'tea' }));
    const { context, http } = connect();
    const query = { limit: 100, cursor: 'a b&c', absent: undefined };
    const response = await http.request({ ...get, query, purpose: 'restore' });
    expect(response).toMatchObject({ status: 418, text: 'tea', headers: { 'x-note': 'hi' } });
    expect(server.seen.map(({ url }) => url)).toEqual(['/base/x?limit=100&cursor=a+b%26c']);
    expect(context.taken).toEqual(['restore']);
  });

  it('sends nothing when the pacer says no', async () => {
    const context = inMemoryContext({
      baseUrl: server.baseUrl,
      pacer: {
        take: () => Promise.reject(new VendorRateLimited('used up')),
        backOff: () => Promise.resolve(),
      },
    });
    const http = createVendorHttp({ context, manifest, secrets: [] });
    await expect(http.request(get)).rejects.toThrow(VendorRateLimited);
    expect(server.seen).toEqual([]);
  });

  it('sends JSON and form bodies', async () => {
    server.answer(() => ({ body: {} }));
    const { http } = connect();
    await http.request({ method: 'POST', path: '/json', json: { a: 1 }, purpose: 'steer' });
    await http.request({ method: 'POST', path: '/form', form: { a: 'b c' }, purpose: 'steer' });
    expect(server.seen.map(({ body, headers }) => [headers['content-type'], body])).toEqual([
      ['application/json', '{"a":1}'],
      ['application/x-www-form-urlencoded', 'a=b+c'],
    ]);
  });

  it('does not follow redirects', async () => {
    server.answer(() => ({ status: 302, headers: { location: '/elsewhere' } }));
    expect((await connect().http.request(get)).status).toBe(302);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['with seconds', { 'retry-after': '7' }, 7_000, 7_000],
    ['with a date', { 'retry-after': 'Thu, 15 Jan 2026 16:01:00 GMT' }, 60_000, 60_000],
    ['without a word', {}, undefined, 30_000],
  ])('tells the pacer of a 429 %s', async (_name, headers, retryAfter, backedOff) => {
    server.answer(() => ({ status: 429, headers, body: `slow down, ${secret}` }));
    const { context, http } = connect();
    const error = await rejection(http.request(get));
    expect(error).toBeInstanceOf(VendorRateLimited);
    expect(error).toMatchObject({ retryAfterMs: retryAfter, words: 'slow down, [redacted]' });
    expect(context.backedOffMs).toEqual([backedOff]);
  });

  it('says that the request may have arrived when no answer came in time', async () => {
    server.answer(() => 'hang');
    const error = await rejection(connect().http.request({ ...get, timeoutMs: 100 }));
    expect(error).toBeInstanceOf(VendorUnavailable);
    expect(error).toMatchObject({ sent: true, message: 'GET /x: no answer within 100 ms' });
    expect(server.seen).toHaveLength(1);
  });

  it('says that the request may have arrived when the connection broke', async () => {
    server.answer(() => 'drop');
    const error = await rejection(
      connect().http.request({ method: 'POST', path: '/x', json: {}, purpose: 'steer' }),
    );
    expect(error).toBeInstanceOf(VendorUnavailable);
    expect(error).toMatchObject({ sent: true });
    expect(server.seen).toHaveLength(1);
  });

  it('says that the request did not go out when nobody listens', async () => {
    const gone = await scriptedServer();
    await gone.close();
    const context = inMemoryContext({ baseUrl: gone.baseUrl });
    const error = await rejection(createVendorHttp({ context, manifest, secrets: [] }).request(get));
    expect(error).toBeInstanceOf(VendorUnavailable);
    expect(error).toMatchObject({ sent: false });
  });

  it('stops reading an answer that is too large', async () => {
    server.answer(() => ({ body: 'x'.repeat(2_000) }));
    const error = await rejection(connect(1_000).http.request(get));
    expect(error).toBeInstanceOf(VendorProtocolError);
    expect(error.message).toContain('larger than 1000 bytes');
  });

  it('keeps secrets out of logs, also those learned from the headers it sends', async () => {
    server.answer(() => ({ body: 'ok' }));
    const { context, http } = connect();
    await http.request({
      ...get,
      path: `/x/${encodeURIComponent(secret)}`,
      headers: { Authorization: 'Bearer learned' },
    });
    http.hide('told');
    expect(JSON.stringify(context.logged)).toContain('/x/[redacted]');
    expect(http.redact('learned told')).toBe('[redacted] [redacted]');
  });
});
