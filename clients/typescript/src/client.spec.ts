import { inspect } from 'node:util';
import { Warmshift, WarmshiftProblem, WarmshiftUnreachable, type WarmshiftOptions } from './index';
import { json, SmallServer } from './testing/small-server';

const apiKey = 'ws_live_0123456789ab_secret';
const id = '7b1f6f0e-6d2f-4b1e-9a3c-2f7c1a5f0e11';
const stopBody = { scope: { kind: 'supplier' }, reason: 'Grid operator called.' } as const;

let server: SmallServer;
beforeEach(async () => {
  server = await SmallServer.start();
});
afterEach(() => server.stop());

const client = (options: Partial<WarmshiftOptions> = {}) =>
  new Warmshift({ baseUrl: server.url, apiKey, ...options });
const refused = async (attempt: Promise<unknown>): Promise<WarmshiftProblem> => {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WarmshiftProblem);
  return error as WarmshiftProblem;
};
const headersSent = (name: string) => server.asked.map(({ headers }) => headers[name]);
const problem = {
  type: 'urn:warmshift:problem:invalid-input',
  title: 'The request cannot be used',
  status: 400,
  detail: '2 fields are wrong.',
  instance: 'urn:uuid:4e1c',
  reference: '4e1c',
  errors: [
    { field: 'endsAt', reason: 'must be after startsAt' },
    { field: 'targetKw', reason: 'must not be negative' },
  ],
};

describe('a request', () => {
  it('goes to its address with the key, values in the path and the query', async () => {
    await client({ baseUrl: `${server.url}/heat/` }).get('/admin/v1/devices/{id}/readings', {
      path: { id: 'a/b' },
      query: { zone: 'DHW', limit: 5 },
    });
    expect(server.asked).toMatchObject([
      { method: 'GET', url: '/heat/admin/v1/devices/a%2Fb/readings?zone=DHW&limit=5' },
    ]);
    expect(headersSent('x-api-key')).toEqual([apiKey]);
  });

  it.each([
    ['ftp://warmshift.example.org', apiKey, /must start with http/],
    ['warmshift.example.org', apiKey, /must start with http/],
    ['https://operator:hunter2@warmshift.example.org', apiKey, /must not hold a name or a password/],
    ['https://warmshift.example.org', 'two words', /printable ASCII characters/],
    ['https://warmshift.example.org', 'with\nline', /printable ASCII characters/],
    ['https://warmshift.example.org', '', /printable ASCII characters/],
  ])('is never sent to %s with the key %j', (baseUrl, key, why) => {
    expect(() => new Warmshift({ baseUrl, apiKey: key })).toThrow(why);
    expect(() => new Warmshift({ baseUrl, apiKey: key })).not.toThrow(/hunter2|two words/);
  });

  it('tells status and entity tag, and makes a change conditional on one', async () => {
    server.answer = json({ deviceId: id }, 200, { etag: '"v7"' });
    const { data, etag, status } = await client().exchange('get', '/admin/v1/devices/{id}', { path: { id } });
    expect([status, data.deviceId, etag]).toEqual([200, id, '"v7"']);
    await client().patch('/admin/v1/devices/{id}', { path: { id }, ifMatch: etag, body: { enabled: false } });
    expect(server.asked[1]).toMatchObject({ method: 'PATCH', body: '{"enabled":false}' });
    expect(headersSent('if-match')).toEqual([undefined, '"v7"']);
  });

  it('that posts has an Idempotency-Key of its own, or the given one', async () => {
    const warmshift = client();
    await warmshift.post('/admin/v1/emergency-stop', { body: stopBody });
    await warmshift.post('/admin/v1/emergency-stop', { body: stopBody });
    await warmshift.post('/admin/v1/emergency-stop', { body: stopBody, idempotencyKey: 'call-17' });
    await warmshift.get('/admin/v1/vendors');
    const [first, second, given, none] = headersSent('idempotency-key');
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
    expect([given, none]).toEqual(['call-17', undefined]);
  });

  it('sends and takes CSV as it is', async () => {
    server.answer = (_asked, response) =>
      response.writeHead(200, { 'content-type': 'text/csv' }).end('a,b\r\n1,2\r\n');
    await client()
      .post('/admin/v1/devices/bulk', { body: 'device_id,tags\n1,north\n' })
      .catch(() => undefined);
    expect(server.asked[0]?.body).toBe('device_id,tags\n1,north\n');
    expect(headersSent('content-type')).toEqual(['text/csv']);
    const text = await client().csv('/admin/v1/occurrences/{id}/report', {
      path: { id },
      query: { format: 'csv' },
    });
    expect(text).toBe('a,b\r\n1,2\r\n');
  });

  it('gives undefined for an answer without content', async () => {
    server.answer = (_asked, response) => response.writeHead(204).end();
    expect(await client().delete('/admin/v1/connections/{id}', { path: { id } })).toBeUndefined();
  });

  it('is given up when its signal fires, with the reason of the caller', async () => {
    server.answer = () => undefined;
    const stop = new AbortController();
    const asked = client().get('/admin/v1/vendors', { signal: stop.signal });
    stop.abort(new Error('the operator left'));
    await expect(asked).rejects.toThrow('the operator left');
  });

  // The compiler checks it: an expected error that does not come is one.
  it('cannot be written in a way that the description does not know', () => {
    const wrong = (warmshift: Warmshift) => [
      // @ts-expect-error there is no such address
      warmshift.get('/admin/v1/divices'),
      // @ts-expect-error the path needs a value
      warmshift.get('/admin/v1/devices/{id}'),
      // @ts-expect-error there is no such filter
      warmshift.get('/admin/v1/devices', { query: { color: 'red' } }),
      // @ts-expect-error a direction is missing
      warmshift.post('/admin/v1/campaigns', { body: { name: 'Evening peak' } }),
      // @ts-expect-error an order is not conditional
      warmshift.post('/admin/v1/campaigns', { ifMatch: '"1"', body: { name: 'x', direction: 'decrease' } }),
      // @ts-expect-error this is not a list with pages
      warmshift.all('/admin/v1/vendors'),
    ];
    expect(wrong).toBeInstanceOf(Function);
  });
});

describe('an answer that is no', () => {
  it('is thrown as a problem with its fields and its reference', async () => {
    server.answer = json(problem, 400);
    const error = await refused(client().get('/admin/v1/devices'));
    const { instance: _instance, ...told } = problem;
    expect(error).toMatchObject(told);
    expect(error.message).toBe(
      'The request cannot be used: endsAt must be after startsAt; targetKw must not be negative',
    );
  });

  it('is a problem of the way there when it is not from the service', async () => {
    server.answer = (_asked, response) =>
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway');
    const error = await refused(client().get('/admin/v1/devices'));
    expect(error).toMatchObject({ status: 502, type: 'about:blank', errors: [] });
    expect(error.message).toBe('HTTP 502: the answer does not come from Warmshift');
    server.answer = (_asked, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in');
    expect((await refused(client().get('/admin/v1/devices'))).message).toBe(
      'HTTP 200: the answer does not come from Warmshift',
    );
  });

  it('does not take the key to another host', async () => {
    const other = await SmallServer.start();
    server.answer = (_asked, response) => response.writeHead(308, { location: `${other.url}/x?y` }).end();
    const error = await refused(client().post('/admin/v1/emergency-stop', { body: stopBody }));
    expect(error.message).toContain(`redirects to ${other.url};`);
    expect(other.asked).toEqual([]);
    await other.stop();
  });

  it('shows the key nowhere, even when it is sent back', async () => {
    const warmshift = client();
    server.answer = json({ ...problem, detail: `The key ${apiKey} is not known.`, errors: undefined }, 401);
    const error = await refused(warmshift.get('/admin/v1/devices'));
    expect(error.message).toContain('The key *** is not known.');
    for (const shown of [
      inspect(error, { depth: 9 }),
      error.stack,
      JSON.stringify(error),
      JSON.stringify(warmshift),
    ])
      expect(shown).not.toContain(apiKey);
  });
});

describe('an answer that does not come', () => {
  it.each(['get', 'post'] as const)('is told with the place and the reason (%s)', async (method) => {
    const warmshift = client();
    const { url } = server;
    await server.stop();
    const asked =
      method === 'get'
        ? warmshift.get('/admin/v1/vendors')
        : warmshift.post('/admin/v1/emergency-stop', { body: stopBody });
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WarmshiftUnreachable);
    expect((error as Error).message).toMatch(/^(GET|POST) \/admin\/v1\/\S+ at http/);
    expect((error as Error).message).toContain(
      `at ${url} got no answer: nobody listens there (ECONNREFUSED)`,
    );
    expect(inspect(error, { depth: 9 })).not.toContain(apiKey);
  });

  it.each([
    ['its head', () => undefined],
    ['its rest', (_asked: unknown, response: { write(text: string): void }) => response.write('{"da')],
  ])('in time is not waited for (%s)', async (_what, answer) => {
    server.answer = answer;
    const asked = client({ timeoutMs: 60 }).get('/admin/v1/vendors');
    await expect(asked).rejects.toThrow(/was not answered within 0.06 s/);
  });

  it('leaves open whether a change was made, unless it was never sent', async () => {
    server.answer = () => undefined;
    const stop = (warmshift: Warmshift) => warmshift.post('/admin/v1/emergency-stop', { body: stopBody });
    await expect(stop(client({ timeoutMs: 60 }))).rejects.toThrow(/; whether it was done is not known$/);
    server.answer = (_asked, response) => response.destroy();
    await expect(stop(client())).rejects.toThrow(/; whether it was done is not known$/);
    const gone = await SmallServer.start();
    const baseUrl = gone.url;
    await gone.stop();
    await expect(stop(client({ baseUrl }))).rejects.toThrow(/nobody listens there \(ECONNREFUSED\)$/);
  });

  it('whole is no answer', async () => {
    server.answer = (_asked, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
        .write('{"data":');
      setImmediate(() => response.destroy());
    };
    await expect(client().get('/admin/v1/vendors')).rejects.toThrow(WarmshiftUnreachable);
  });
});

describe('"come again later"', () => {
  const later = (status: number, after?: string) =>
    json({ ...problem, status }, status, after === undefined ? {} : { 'retry-after': after });

  it.each([429, 503])('is obeyed by a GET after %i, as often as allowed', async (status) => {
    server.inTurn(later(status, '0'), later(status, new Date(0).toUTCString()), json({ data: [] }));
    expect(await client().get('/admin/v1/vendors')).toEqual({ data: [] });
    expect(server.asked).toHaveLength(3);
    server.answer = later(status, '0');
    const error = await refused(client({ retries: 1 }).get('/admin/v1/vendors'));
    expect([error.status, error.retryAfterMs, server.asked.length]).toEqual([status, 0, 5]);
  });

  it.each([
    ['without a time', later(503)],
    ['for too long', later(429, '31')],
    ['for another error', later(500, '0')],
  ])('is not obeyed %s', async (_what, answer) => {
    server.answer = answer;
    await refused(client().get('/admin/v1/vendors'));
    expect(server.asked).toHaveLength(1);
  });

  it('is never obeyed by what changes something', async () => {
    server.answer = later(503, '0');
    await refused(client().post('/admin/v1/emergency-stop', { body: stopBody }));
    await refused(client().patch('/admin/v1/devices/{id}', { path: { id }, body: {} }));
    expect(server.asked).toHaveLength(2);
  });
});

describe('a list', () => {
  const page = (names: string[], nextCursor: string | null) =>
    json({ data: names.map((name) => ({ name })), nextCursor });

  it('is read page by page, with the same filters', async () => {
    server.inTurn(page(['a', 'b'], 'c 1'), page([], 'c2'), page(['c'], null));
    const names: string[] = [];
    for await (const { name } of client().all('/admin/v1/devices', { query: { vendor: 'nox', limit: 2 } }))
      names.push(name);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(server.asked.map(({ url }) => url)).toEqual([
      '/admin/v1/devices?vendor=nox&limit=2',
      '/admin/v1/devices?vendor=nox&limit=2&cursor=c%201',
      '/admin/v1/devices?vendor=nox&limit=2&cursor=c2',
    ]);
  });

  it('is not read further than is looked at', async () => {
    server.inTurn(page(['a', 'b'], 'c1'));
    for await (const _device of client().all('/admin/v1/devices')) break;
    expect(server.asked).toHaveLength(1);
  });
});
