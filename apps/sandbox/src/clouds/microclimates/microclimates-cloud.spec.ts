import { TestSandbox, type Answer } from '../../testing';

describe('the Microclimates cloud', () => {
  let sandbox: TestSandbox;

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ microclimates: 3 });
  });
  afterAll(() => sandbox.close());
  beforeEach(() => sandbox.call('/control/reset-faults', { json: {} }));

  function call(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const authorization = `Bearer ${sandbox.sandbox.credentials.microclimates.apiToken}`;
    return sandbox.call(`/microclimates/api/v2${path}`, { headers: { authorization, ...headers } });
  }

  it('knows whose token it is, and refuses others in its error form', async () => {
    expect((await call('/accounts')).body).toMatchObject([{ email: 'fleet@example.com' }]);
    const refused = await call('/accounts', { authorization: 'Basic nope' });
    expect(refused).toMatchObject({
      status: 401,
      body: { name: 'Unauthorized', statusCode: 401, meta: { warnings: [], moreInfo: [] } },
    });
  });

  it('lists sites with roles, and nothing when nothing changed', async () => {
    const first = await call('/sites');
    const sites = first.body as { id: string; role: number }[];
    expect(sites).toHaveLength(3);
    expect(sites.every(({ role }) => role >= 0 && role <= 4)).toBe(true);
    const again = await call('/sites', { 'if-none-match': first.headers.get('etag')! });
    expect(again).toMatchObject({ status: 304, text: '' });
    await sandbox.fault('microclimates', 'malformed-device');
    expect((await call('/sites', { 'if-none-match': first.headers.get('etag')! })).status).toBe(200);
  });

  it('answers 503 for a site whose edge is offline while the list goes on', async () => {
    const [online, , offline] = (await call('/sites')).body as { id: string }[];
    expect((await call(`/sites/${online!.id}`)).body).toMatchObject({ id: online!.id, menu: { length: 2 } });
    expect(await call(`/sites/${offline!.id}`)).toMatchObject({ status: 503, body: { name: 'Bad Gateway' } });
    await sandbox.fault('microclimates', 'offline-devices');
    expect((await call(`/sites/${online!.id}`)).status).toBe(503);
    expect((await call('/sites')).status).toBe(200);
  });

  it('says 404 for sites it does not know and 501 for what it does not play', async () => {
    expect((await call('/sites/none')).status).toBe(404);
    expect((await call('/invites')).status).toBe(501);
  });
});
