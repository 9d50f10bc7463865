import { heatingcontrol } from '@warmshift/vendors/heatingcontrol';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import { inMemoryContext } from '../../../libs/vendors/contract/testing/in-memory-context';
import type { SandboxConnection, SandboxDevice } from './sandbox-process';
import { SandboxProcess } from './sandbox-process';

const devices = 20_000;

describe(`a listing of ${devices} HeatingControl devices in pages of 100`, () => {
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
    const listing = await heatingcontrol.create(context).list();
    const seconds = (Date.now() - startedAt) / 1000;
    expect({ complete: listing.complete, problems: listing.problems }).toEqual({
      complete: true,
      problems: [],
    });
    const { devices: truth } = await sandbox.get<{ devices: SandboxDevice[] }>('/fleet');
    const listed = listing.devices.map(({ vendorDeviceId }) => vendorDeviceId);
    expect(listed).toHaveLength(devices);
    expect([...listed].sort()).toEqual(truth.map(({ vendorDeviceId }) => vendorDeviceId).sort());

    const homePages = Math.ceil(listing.sites.length / 100);
    const pages = devices / 100 + homePages;
    const tokens = Math.ceil(seconds) + 2;
    expect(context.taken.length).toBeGreaterThan(pages);
    expect(context.taken.length).toBeLessThanOrEqual(pages * 1.2 + 3 * tokens);
  });
});
