import { eventually, testDatabase } from '../support';
import { Installation, type SandboxConnection } from './support/installation';

jest.setTimeout(400_000);

const database = testDatabase();
const installation = new Installation({ database, scale: 1 });
const slowMs = 2_000;
let nox: { connectionId: string };

beforeAll(async () => {
  await installation.start();
  const wanted = await noxInSandbox();
  nox = await installation.admin.post('/admin/v1/connections', { body: { name: 'NOX fleet', ...wanted } });
  await eventually(async () => (await lastDiscoveredAt()) > 0, { timeoutMs: 30_000 });
  await installation.control.post('/faults', { vendor: 'nox', fault: 'slow', on: true, delayMs: slowMs });
});
afterAll(() => installation.stop());

async function noxInSandbox(): Promise<SandboxConnection> {
  const found = (await installation.vendors()).find(({ vendor }) => vendor === 'nox');
  if (!found) throw new Error('the sandbox does not know NOX');
  return found;
}

async function lastDiscoveredAt(): Promise<number> {
  const [row] = await database.query<{ at: Date | null }>(
    'SELECT last_discovered_at AS at FROM connections WHERE id = $1',
    [nox.connectionId],
  );
  return row?.at?.getTime() ?? 0;
}

async function sealedCredentials(): Promise<string | undefined> {
  const [row] = await database.query<{ credentials: string }>(
    'SELECT credentials FROM connections WHERE id = $1',
    [nox.connectionId],
  );
  return row?.credentials;
}

describe('SIGTERM', () => {
  it('lets the worker finish the job it is at and ends it with code 0 within 15 s', async () => {
    const [worker] = installation.workers;
    if (!worker) throw new Error('there is no worker');
    const before = await lastDiscoveredAt();
    await installation.admin.post('/admin/v1/connections/{id}/sync', { path: { id: nox.connectionId } });
    await eventually(async () => {
      const active = await database.query(
        `SELECT 1 FROM bullmq.job WHERE name = 'connection.discover' AND state = 'active'`,
      );
      return active.length > 0;
    });
    const signalledAt = Date.now();
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    expect(Date.now() - signalledAt).toBeLessThan(15_000);
    expect(await lastDiscoveredAt()).toBeGreaterThan(before);
  });

  it('lets the api answer what it was asked and ends it with code 0 within 15 s', async () => {
    const { admin, api } = installation;
    const { credentials } = await noxInSandbox();
    const before = await sealedCredentials();
    const answer = admin.exchange('put', '/admin/v1/connections/{id}/credentials', {
      path: { id: nox.connectionId },
      body: { credentials },
    });
    // They are stored just before the vendor is asked.
    await eventually(async () => (await sealedCredentials()) !== before);
    const signalledAt = Date.now();
    api.signal('SIGTERM');
    expect((await answer).status).toBe(200);
    expect(await api.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - signalledAt).toBeLessThan(15_000);
  });
});
