import { hourMs } from '@warmshift/domain';
import { TestSandbox, type Answer } from '../../testing';

describe('the HeatingControl cloud', () => {
  let sandbox: TestSandbox;
  let token = '';

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ heatingcontrol: 60 });
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    await sandbox.call('/control/reset-faults', { json: {} });
    token = accessToken(await getToken());
  });

  function getToken(headers: Record<string, string> = {}): Promise<Answer> {
    const { clientId, clientSecret } = sandbox.sandbox.credentials.heatingcontrol;
    const json = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    return sandbox.call('/heatingcontrol/v1/oauth/token', { json, headers });
  }

  function call(path: string, json?: unknown, method?: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}` };
    return sandbox.call(`/heatingcontrol/v1${path}`, { headers, json, ...(method ? { method } : {}) });
  }

  const heaters = () => sandbox.sandbox.world.fleet.heatingcontrol.heaters;
  const heaterWith = (reply: 'A' | 'B', unit: 'C' | 'F' = 'C', commandUnit: 'C' | 'F' = 'C') =>
    heaters().find(
      ({ traits, reachable }) =>
        reachable && traits.reply === reply && traits.unit === unit && traits.commandUnit === commandUnit,
    )!;

  it('gives a token for an hour of its clock, and none for a wrong secret', async () => {
    expect((await getToken()).body).toMatchObject({ expires_in: 3600, token_type: 'Bearer' });
    const json = { grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' };
    const refused = await sandbox.call('/heatingcontrol/v1/oauth/token', { json });
    expect(refused).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } });
    expect((await call('/homes')).status).toBe(200);
    sandbox.clock.move(hourMs);
    expect(await call('/homes')).toMatchObject({
      status: 401,
      body: { error: { code: 'UNAUTHORIZED', requestId: expect.any(String) as string } },
    });
  });

  it('lists every device once over pages, the request cursor echoed and the next one beside it', async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await call(`/devices?limit=25&includeGateways=true${query}`)).body as Page;
      expect(page.pagination).toMatchObject({ limit: 25, cursor });
      expect(page.pagination.hasMore).toBe(page.pagination.nextCursor !== null);
      ids.push(...page.items.map((item) => item.id));
      cursor = page.pagination.nextCursor;
    } while (cursor !== null);
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
  });

  it('hides gateways unless asked for, and filters by home and gateway', async () => {
    const all = (await call('/devices?limit=100')).body as Page;
    expect(all.items).toHaveLength(54);
    expect(all.items.every((item) => item.type === 'heater')).toBe(true);
    const behind = all.items.find((item) => item.gatewayId !== null)!;
    const ofGateway = (await call(`/devices?limit=100&gatewayId=${behind.gatewayId}`)).body as Page;
    expect(ofGateway.items.map((item) => item.id)).toContain(behind.id);
    const ofHome = (await call(`/devices?limit=100&homeId=${behind.homeId}`)).body as Page;
    expect(ofHome.items).toHaveLength(3);
  });

  it('tells state as documented, in the device’s unit', async () => {
    const heater = heaterWith('A');
    const { body } = await call(`/devices/${heater.identity.vendorDeviceId}/state`);
    expect(body).toMatchObject({
      type: 'heater',
      online: true,
      temperatureUnits: 'C',
      maxPower: heater.params.ratedPowerW,
    });
    const warm = heaters().find(({ traits }) => traits.unit === 'F')!;
    const { currentTemperature } = (await call(`/devices/${warm.identity.vendorDeviceId}/state`)).body as {
      currentTemperature: number;
    };
    expect(currentTemperature).toBeCloseTo((warm.steered.roomC * 9) / 5 + 32, 1);
  });

  it.each([
    ['A', { success: true, message: 'Command executed successfully' }],
    ['B', { command: 'setMode', state: 'APPLIED' }],
  ] as const)('answers a command in form %s', async (reply, expected) => {
    const { vendorDeviceId } = heaterWith(reply).identity;
    const json = { params: { mode: 'manual', temperature: 18.5 } };
    expect((await call(`/devices/${vendorDeviceId}/commands/setMode`, json)).body).toMatchObject(expected);
    const state = await call(`/devices/${vendorDeviceId}/state`);
    expect(state.body).toMatchObject({ mode: 'manual', targetTemperature: 18.5 });
    await call(`/devices/${vendorDeviceId}/commands/setMode`, { params: { mode: 'auto' } });
  });

  it('takes °F where the limits of the command are in °F', async () => {
    const heater = heaters().find(({ traits, reachable }) => reachable && traits.commandUnit === 'F')!;
    const { vendorDeviceId } = heater.identity;
    const tooCold = { params: { mode: 'manual', temperature: 20 } };
    expect((await call(`/devices/${vendorDeviceId}/commands/setMode`, tooCold)).status).toBe(400);
    const json = { params: { mode: 'manual', temperature: 68 } };
    expect((await call(`/devices/${vendorDeviceId}/commands/setMode`, json)).status).toBe(200);
    expect(heater.setting.manualC).toBeCloseTo(20, 6);
  });

  it.each([
    [{ mode: 'turbo' }, 'mode'],
    [{ mode: 'manual', temperature: 99 }, 'temperature'],
    [{ mode: 'manual', temperature: 20.3 }, 'temperature'],
  ])('refuses %j and names the field', async (params, field) => {
    const { vendorDeviceId } = heaterWith('A').identity;
    const { status, body } = await call(`/devices/${vendorDeviceId}/commands/setMode`, { params });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { code: 'VALIDATION_ERROR', details: { [field]: expect.any(String) as string } },
    });
  });

  it('says who is not there', async () => {
    expect((await call('/devices/nobody/state')).body).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const offline = heaters().find((heater) => !heater.reachable)!;
    const id = offline.identity.vendorDeviceId;
    expect((await call(`/devices/${id}/state`)).body).toMatchObject({ online: false });
    const refused = await call(`/devices/${id}/commands/setMode`, { params: { mode: 'off' } });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'DEVICE_OFFLINE' } } });
  });

  it('can insist on a Basic header for the token', async () => {
    await sandbox.fault('heatingcontrol', 'token-wants-basic');
    expect((await getToken()).status).toBe(401);
    const { clientId, clientSecret } = sandbox.sandbox.credentials.heatingcontrol;
    const pair = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    expect((await getToken({ authorization: `Basic ${pair}` })).status).toBe(200);
  });

  it('can take back tokens given out, and break its paging in two ways', async () => {
    await sandbox.fault('heatingcontrol', 'revoked-sessions');
    expect((await call('/devices')).status).toBe(401);
    token = accessToken(await getToken());
    await sandbox.fault('heatingcontrol', 'paging-without-cursor');
    const stuck = (await call('/devices?limit=100')).body as Page;
    expect(stuck.pagination).toMatchObject({ hasMore: true, nextCursor: null });
    expect(stuck.items.length).toBeLessThan(54);
    await sandbox.call('/control/reset-faults', { json: {} });
    await sandbox.fault('heatingcontrol', 'paging-repeats');
    const first = (await call('/devices?limit=20')).body as Page;
    const second = (await call(`/devices?limit=20&cursor=${first.pagination.nextCursor}`)).body as Page;
    expect(second.pagination.nextCursor).toBe(first.pagination.nextCursor);
  });
});

interface Page {
  readonly items: readonly {
    readonly id: string;
    readonly type: string;
    readonly homeId: string;
    readonly gatewayId: string | null;
  }[];
  readonly pagination: { readonly nextCursor: string | null; readonly hasMore: boolean };
}

function accessToken(answer: Answer): string {
  return (answer.body as { access_token: string }).access_token;
}
