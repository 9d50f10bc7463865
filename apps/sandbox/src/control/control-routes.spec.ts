import { hourMs } from '@warmshift/domain';
import { TestSandbox } from '../testing';
import { lateMs } from './write-ledger';

describe('the control API', () => {
  let sandbox: TestSandbox;

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ heatingcontrol: 10, istabai: 1, nox: 4, microclimates: 1 });
  });
  afterAll(() => sandbox.close());
  beforeEach(() => sandbox.call('/control/reset-faults', { json: {} }));

  const pump = () =>
    sandbox.sandbox.world.fleet.nox.find((p) => p.settings.optimization_settings.flex_trading)!;
  const nox = () => ({ 'x-api-key': sandbox.sandbox.credentials.nox.apiKey });
  const submit = (word: 'off' | 'auto') => {
    const words = (w: string) => Array.from({ length: 96 }, (_, slot) => (slot < 8 ? w : 'auto'));
    const json = {
      device_id: pump().identity.vendorDeviceId,
      schedule: { DHW: words('auto'), room: words(word) },
    };
    return sandbox.call('/nox/v1/device/thermal-control/schedule', { headers: nox(), json });
  };

  it('tells what to connect with, in the form the vendor modules want', async () => {
    const { body } = await sandbox.call('/control/connections');
    expect(body).toMatchObject([
      { vendor: 'heatingcontrol', credentials: { clientId: expect.any(String) as string } },
      { vendor: 'istabai', settings: { ratedPowerW: {}, timeZone: 'Europe/Riga', country: 'LV' } },
      { vendor: 'nox', baseUrl: `${sandbox.url}/nox`, credentials: { apiKey: expect.any(String) as string } },
      { vendor: 'microclimates', credentials: { apiToken: expect.any(String) as string } },
    ]);
  });

  it('lists every device with its truth', async () => {
    const { devices } = (await sandbox.call('/control/fleet')).body as { devices: Record<string, unknown>[] };
    expect(devices).toHaveLength(sandbox.sandbox.world.devices.length);
    expect(devices.find((d) => d['vendor'] === 'nox')).toMatchObject({
      kind: 'heat_pump',
      zones: ['DHW', 'room'],
      maxCyclesPerDay: expect.any(Number) as number,
    });
  });

  it('tells of every write what it changed and what had been read before it', async () => {
    const since = sandbox.sandbox.world.now;
    const { vendorDeviceId } = pump().identity;
    await sandbox.call(`/nox/v1/devices?device_id=${vendorDeviceId}`, { headers: nox() });
    await submit('off');
    await submit('off');
    await sandbox.fault('nox', 'not-applied');
    await submit('auto');
    const { body } = await sandbox.call(`/control/writes?since=${since}`);
    const { writes } = body as { writes: { readRealAt: string; effect?: { changed: boolean } }[] };
    expect(writes.map(({ effect }) => effect?.changed)).toEqual([true, false, undefined]);
    expect(writes.every(({ readRealAt }) => Date.parse(readRealAt) <= Date.now())).toBe(true);
    await sandbox.call('/control/reset-faults', { json: {} });
    await submit('auto');
  });

  it('remembers every turn of a dial', async () => {
    const { vendorDeviceId } = sandbox.sandbox.world.fleet.heatingcontrol.heaters[0]!.identity;
    const json = { vendor: 'heatingcontrol', vendorDeviceId, setpointC: 23 };
    await sandbox.call('/control/overrides', { json });
    const { body } = await sandbox.call('/control/overrides');
    expect(body).toMatchObject({ overrides: [json] });
  });

  it('sums power by slot and vendor, for all devices or some', async () => {
    const { world } = sandbox.sandbox;
    const from = new Date(world.now - 2 * hourMs).toISOString();
    const all = (await sandbox.call(`/control/power?from=${from}`)).body as Power;
    expect(all.slots).toHaveLength(8);
    expect(all.slots[0]).toMatchObject({
      complete: true,
      byVendor: { heatingcontrol: {}, istabai: {}, nox: {} },
    });
    const one = [`nox/${pump().identity.vendorDeviceId}`];
    const some = (await sandbox.call(`/control/power?from=${from}`, { json: { devices: one } }))
      .body as Power;
    expect(Object.keys(some.slots[0]!.byVendor)).toEqual(['nox']);
    expect((await sandbox.call('/control/power', { json: { devices: 7 } })).status).toBe(400);
  });

  it('writes down every vendor write, and whether it took effect', async () => {
    await submit('off');
    await sandbox.fault('nox', 'not-applied');
    await submit('auto');
    expect(pump().schedule).toBeDefined();
    const { writes } = (await sandbox.call('/control/writes')).body as { writes: Record<string, unknown>[] };
    expect(writes.slice(-2)).toMatchObject([
      { vendor: 'nox', call: 'schedule', applied: 'now', what: { room: ['off 0-7'] } },
      { vendor: 'nox', call: 'schedule', applied: 'never', what: { room: [] } },
    ]);
    const { steeredNow } = (await sandbox.call('/control/judgement')).body as { steeredNow: object[] };
    expect(steeredNow).toMatchObject([
      { vendor: 'nox', what: expect.stringContaining('schedule') as string },
    ]);
  });

  it('can let a write take effect late', async () => {
    await sandbox.fault('nox', 'applied-late');
    await submit('auto');
    const before = pump().schedule;
    await sandbox.move(lateMs + 60_000);
    expect(pump().schedule).not.toBe(before);
  });

  it('can cut the answer off after the effect', async () => {
    await sandbox.fault('nox', 'lost-response');
    await expect(submit('off')).rejects.toThrow();
    expect(pump().schedule).toBeDefined();
    expect((await sandbox.call('/nox/v1/devices', { headers: nox() })).status).toBe(200);
  });

  it.each([
    ['http-500', 500],
    ['rate-limited', 429],
    ['expired-credentials', 401],
  ])('can answer %s with %d', async (fault, status) => {
    await sandbox.fault('nox', fault, { retryAfterS: 9 });
    const answer = await sandbox.call('/nox/v1/devices', { headers: nox() });
    expect(answer.status).toBe(status);
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('9');
  });

  it('hits about the share it was told', async () => {
    await sandbox.fault('nox', 'http-500', { share: 0.3, seed: 5 });
    let failed = 0;
    for (let i = 0; i < 100; i++) {
      if ((await sandbox.call('/nox/v1/devices?limit=1', { headers: nox() })).status === 500) failed += 1;
    }
    expect(failed).toBeGreaterThan(15);
    expect(failed).toBeLessThan(45);
  });

  it.each([
    ['/control/faults', { vendor: 'nox', fault: 'gremlins', on: true }, /fault must be one of/],
    ['/control/faults', { vendor: 'nox', fault: 'token-wants-basic', on: true }, /nox cannot have/],
    ['/control/faults', { vendor: 'acme', fault: 'slow', on: true }, /vendor must be one of/],
    [
      '/control/faults',
      { vendor: 'nox', fault: 'slow', on: true, share: 3 },
      /share must be a number from 0 to 1/,
    ],
    ['/control/overrides', { vendor: 'nox', vendorDeviceId: 'x', setpointC: 21 }, /no steerable device x/],
  ])('refuses nonsense to %s in a sentence', async (path, json, message) => {
    const { status, body } = await sandbox.call(path, { json });
    expect(status).toBe(400);
    expect((body as { error: string }).error).toMatch(message);
  });

  it('lets a customer turn the dial', async () => {
    const heater = sandbox.sandbox.world.fleet.heatingcontrol.heaters[0]!;
    const { vendorDeviceId } = heater.identity;
    await sandbox.call('/control/overrides', {
      json: { vendor: 'heatingcontrol', vendorDeviceId, setpointC: 23 },
    });
    expect(heater.setting).toEqual({ mode: 'manual', manualC: 23 });
    expect(heater.steering()).toBeUndefined();
  });

  it('refuses bodies that are not JSON or far too large', async () => {
    const headers = { ...nox(), 'content-type': 'application/json' };
    const path = `${sandbox.url}/nox/v1/device/thermal-control/schedule`;
    expect((await fetch(path, { method: 'POST', headers, body: '{' })).status).toBe(400);
    expect((await fetch(path, { method: 'POST', headers, body: 'x'.repeat(1_100_000) })).status).toBe(413);
  });
});

interface Power {
  readonly slots: readonly { readonly byVendor: Record<string, unknown> }[];
}
