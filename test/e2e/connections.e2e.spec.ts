import { eventually, testDatabase } from '../support';
import { Evening, keyOf } from './support/evening';
import { Installation, type SandboxConnection } from './support/installation';

jest.setTimeout(400_000);

const installation = new Installation({ database: testDatabase(), scale: 30 });
const evening = new Evening(installation);
const { control } = installation;

beforeAll(() => installation.start());
afterAll(() => installation.stop());

const connected = (id: string) => installation.admin.get('/admin/v1/connections/{id}', { path: { id } });
const sandboxConnection = async (vendor: string): Promise<SandboxConnection> => {
  const found = (await installation.vendors()).find((candidate) => candidate.vendor === vendor);
  if (!found) throw new Error(`the sandbox does not know ${vendor}`);
  return found;
};
const ofVendor = (keys: readonly string[], vendor: string) =>
  keys.filter((key) => key.startsWith(`${vendor}/`));
const known = async (vendor: string) => ofVendor((await evening.devices()).map(keyOf).sort(), vendor);
const wrongSecret = 'not-the-secret-5f2e91';

/** What each vendor says to a wrong secret, and what a listing loses when one of its entries is broken. */
const vendors = [
  ['heatingcontrol', 'clientSecret', 'The client is not known or its secret is wrong.', '"maybe"'],
  ['istabai', 'password', 'Invalid email or password.', ''],
  ['nox', 'apiKey', 'Invalid or missing API key', '"device_id":null'],
  ['microclimates', 'apiToken', 'HTTP 401 Unauthorized', '"boss"'],
] as const;
const connectionIds = new Map<string, string>();

describe.each(vendors)('a connection to %s', (vendor, secretField, words, brokenPart) => {
  it('with a wrong secret needs re-authentication and tells the words of the vendor', async () => {
    const wanted = await sandboxConnection(vendor);
    const credentials = { ...wanted.credentials, [secretField]: wrongSecret };
    const created = await installation.admin.post('/admin/v1/connections', {
      body: { name: `${vendor} fleet`, ...wanted, credentials },
    });
    connectionIds.set(vendor, created.connectionId);
    expect(created.status).toBe('NEEDS_REAUTHENTICATION');
    expect(created.statusReason).toContain(words);
    expect(JSON.stringify(created)).not.toContain(wrongSecret);
    await installation.api.said(new RegExp(`"connectionId":"${created.connectionId}".*connection.away`));
    expect(installation.logs).not.toContain(wrongSecret);
  });

  it('is mended by the right secret; a broken entry of its listing is logged and costs no other device', async () => {
    await control.post('/faults', { vendor, fault: 'malformed-device', on: true });
    const id = connectionIds.get(vendor) ?? '';
    const { credentials } = await sandboxConnection(vendor);
    const mended = await installation.admin.put('/admin/v1/connections/{id}/credentials', {
      path: { id },
      body: { credentials },
    });
    expect(mended.status).toBe('ACTIVE');
    expect(mended.statusReason).toBeUndefined();

    const problem = await eventually(async () => (await connected(id)).lastProblems[0], {
      timeoutMs: 30_000,
    });
    expect(problem.message).not.toBe('');
    expect(problem.sample ?? '').toContain(brokenPart);
    await installation.workers[0]?.said(new RegExp(`"connectionId":"${id}".*"sample":.*sync.problem`));
    const listed = ofVendor(await evening.listed(), vendor);
    expect(await known(vendor)).toHaveLength(listed.length - 1);
  });

  it('has all its devices once the vendor is well, and keeps them when an entry breaks again', async () => {
    const id = connectionIds.get(vendor) ?? '';
    const listed = ofVendor(await evening.listed(), vendor);
    await control.post('/faults', { vendor, fault: 'malformed-device', on: false });
    await installation.admin.post('/admin/v1/connections/{id}/sync', { path: { id } });
    await eventually(async () => (await connected(id)).lastProblems.length === 0, { timeoutMs: 30_000 });
    expect(await known(vendor)).toEqual(listed);

    await control.post('/faults', { vendor, fault: 'malformed-device', on: true });
    await installation.admin.post('/admin/v1/connections/{id}/sync', { path: { id } });
    await eventually(async () => (await connected(id)).lastProblems.length > 0, { timeoutMs: 30_000 });
    expect(await known(vendor)).toEqual(listed);
  });
});
