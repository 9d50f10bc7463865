import type { Listing } from '@warmshift/vendors/contract';
import { heatingcontrol } from '@warmshift/vendors/heatingcontrol';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import { inMemoryContext } from '../../../libs/vendors/contract/testing/in-memory-context';
import { testDatabase } from '../../support';
import { World } from '../../support/world';
import type { SandboxConnection, SandboxDevice } from './sandbox-process';
import { SandboxProcess } from './sandbox-process';

const devices = 20_000;

describe(`a sync of ${devices} HeatingControl devices in pages of 100`, () => {
  const db = testDatabase();
  const world = new World(db);
  let sandbox: SandboxProcess | undefined;
  beforeAll(async () => {
    const others = ['istabai', 'nox', 'microclimates'].flatMap((name) => [`--${name}`, '0']);
    sandbox = await SandboxProcess.start([
      '--warm-up-h',
      '0',
      '--heatingcontrol',
      String(devices),
      ...others,
    ]);
  });
  afterAll(async () => {
    await closeVendorHttp();
    await sandbox?.stop();
    await world.close();
  });

  it('ends complete through 5 % of 500s and tokens that end after a second', async () => {
    if (sandbox === undefined) throw new Error('the sandbox has not started');
    const connections = await sandbox.get<SandboxConnection[]>('/connections');
    const connection = connections.find(({ vendor }) => vendor === 'heatingcontrol');
    if (connection === undefined) throw new Error('the sandbox plays no HeatingControl');
    const fault = { vendor: 'heatingcontrol', on: true };
    await sandbox.post('/faults', { ...fault, fault: 'http-500', share: 0.05, seed: 7 });
    await sandbox.post('/faults', { ...fault, fault: 'short-lived-tokens' });
    const context = {
      ...inMemoryContext({ baseUrl: connection.baseUrl, credentials: connection.credentials, settings: {} }),
      clock: { now: () => Date.now(), realMs: (ms: number) => ms },
    };
    const startedAt = Date.now();
    const adapter = heatingcontrol.create(context);
    let listing: Listing | undefined;
    world.vendor.list = async () => (listing = await adapter.list());
    const connectionId = await world.rows.connection(await world.rows.supplier());
    expect(await world.discovery.discover(connectionId)).toMatchObject({
      devices,
      added: devices,
      retired: 0,
    });
    if (listing === undefined) throw new Error('the vendor was not asked');
    const seconds = (Date.now() - startedAt) / 1000;
    expect({ complete: listing.complete, problems: listing.problems }).toEqual({
      complete: true,
      problems: [],
    });
    const { devices: truth } = await sandbox.get<{ devices: SandboxDevice[] }>('/fleet');
    const stored = await db.query<{ id: string }>(
      'SELECT vendor_device_id AS id FROM devices WHERE connection_id = $1 AND retired_at IS NULL',
      [connectionId],
    );
    expect(stored.map(({ id }) => id).sort()).toEqual(
      truth.map(({ vendorDeviceId }) => vendorDeviceId).sort(),
    );

    const homePages = Math.ceil(listing.sites.length / 100);
    const pages = devices / 100 + homePages;
    const tokens = Math.ceil(seconds) + 2;
    expect(context.taken.length).toBeGreaterThan(pages);
    expect(context.taken.length).toBeLessThanOrEqual(pages * 1.2 + 3 * tokens);
  });
});
