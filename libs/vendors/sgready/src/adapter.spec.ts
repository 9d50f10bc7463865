import type { DeviceRef } from '@warmshift/vendors/contract';
import { VendorAuthExpired, VendorProtocolError, VendorRejected } from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import type { Script, ScriptedServer } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import devices from '../fixtures/devices.json';
import { sgready } from '.';

const token = 't0ken-of-the-controller';
const ref = (vendorDeviceId: string): DeviceRef => ({ vendorDeviceId, kind: 'heat_pump' });

describe('sgready', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });
  function connect(script: Script = () => ({ body: devices })) {
    server.answer(script);
    const now = Date.UTC(2026, 0, 15, 16);
    const adapter = sgready.create(inMemoryContext({ baseUrl: server.baseUrl, credentials: { token }, now }));
    if (adapter.steering === undefined) throw new Error('SG-Ready can be steered');
    return { adapter, steering: adapter.steering };
  }
  const failure = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: Error) => error,
    );

  it('shows the token in the header and nowhere else', async () => {
    await connect().adapter.verifyCredentials();
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(server.seen[0]?.url).toBe('/devices');
  });

  it('names the controller', async () => {
    expect(await connect().adapter.verifyCredentials()).toEqual({ account: 'Mill Lane 4-8' });
    expect(await connect(() => ({ body: { devices: [] } })).adapter.verifyCredentials()).toEqual({
      account: 'SG-Ready controller',
    });
  });

  it('lists each home once, although it has two heat pumps', async () => {
    const twice = devices.devices.map((device) => ({ ...device, site: devices.devices[0]?.site }));
    const listing = await connect(() => ({ body: { ...devices, devices: twice } })).adapter.list();
    expect(listing.sites.map(({ vendorSiteId }) => vendorSiteId)).toEqual(['home-4']);
    expect(listing.complete).toBe(true);
  });

  it.each([
    [3, 'the answer says there are 3 devices and holds 2'],
    [undefined, 'the answer does not say how many devices there are and holds 2'],
  ])('is incomplete when total is %s', async (total, message) => {
    const listing = await connect(() => ({ body: { ...devices, total } })).adapter.list();
    expect(listing.complete).toBe(false);
    expect(listing.devices).toHaveLength(2);
    expect(listing.problems).toEqual([{ where: 'GET /devices', message }]);
  });

  it('keeps a device whose state cannot be used, and says so', async () => {
    const body = { total: 1, devices: [{ id: 'hp-1', state: { power: 5 } }] };
    const listing = await connect(() => ({ body })).adapter.list();
    expect(listing.complete).toBe(true);
    expect(listing.devices).toHaveLength(1);
    expect(listing.problems).toMatchObject([
      { vendorDeviceId: 'hp-1', message: expect.stringMatching(/updated_at/) as string },
    ]);
  });

  it('does not take the answer about another device', async () => {
    const { steering } = connect(() => ({ body: devices.devices[1] }));
    expect(await failure(steering.readState(ref('hp-1'), 'steer'))).toBeInstanceOf(VendorProtocolError);
  });

  it('does not steer a device that does not say whether there is an override', async () => {
    const state = { ...devices.devices[0]?.state, override: 'none' };
    const { steering } = connect(() => ({ body: { id: 'hp-1', state } }));
    const error = await failure(steering.readState(ref('hp-1'), 'steer'));
    expect(error?.message).toBe('GET /devices/hp-1: state.override is missing');
  });

  it('sends an override with its end, and takes it back with null', async () => {
    const { steering } = connect(() => ({ body: devices.devices[0] }));
    const until = Date.UTC(2026, 0, 15, 17);
    await steering.send(ref('a/b'), { override: { mode: 1, until } }, 'steer');
    await steering.send(ref('a/b'), {}, 'restore');
    expect(server.seen.map(({ method, url, body }) => [method, url, JSON.parse(body) as unknown])).toEqual([
      ['PUT', '/devices/a%2Fb/sg-ready', { mode: 1, until: '2026-01-15T17:00:00.000Z' }],
      ['PUT', '/devices/a%2Fb/sg-ready', { mode: null }],
    ]);
  });

  it('tells the words of a refusal', async () => {
    const body = { error: { code: 'DEVICE_OFFLINE', message: 'The device does not answer.' } };
    const { steering } = connect(() => ({ status: 409, body }));
    const error = await failure(steering.send(ref('hp-1'), {}, 'restore'));
    expect(error).toBeInstanceOf(VendorRejected);
    expect(error).toMatchObject({ words: 'DEVICE_OFFLINE: The device does not answer.' });
  });

  it('asks nothing more once the token has ended', async () => {
    const { adapter } = connect(() => ({ status: 401, body: 'no' }));
    const results = [];
    for await (const result of adapter.read(Array.from({ length: 40 }, (_none, n) => ref(`hp-${n}`))))
      results.push(result);
    expect(results.every((result) => 'error' in result && result.error instanceof VendorAuthExpired)).toBe(
      true,
    );
    expect(results).toHaveLength(40);
    expect(server.seen.length).toBeLessThanOrEqual(8);
  });
});
