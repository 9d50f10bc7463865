import type { DeviceReadResult, DeviceRef, VendorAdapter } from '@warmshift/vendors/contract';
import {
  DeviceUnreachable,
  manifestSchema,
  VendorAuthExpired,
  VendorNotFound,
  VendorProtocolError,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import type { ContextOverrides } from '../../contract/testing/in-memory-context';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import type { ScriptedAnswer, ScriptedServer, SeenRequest } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import replyA from '../fixtures/command-reply-a.json';
import replyB from '../fixtures/command-reply-b.json';
import commandWalkthrough from '../fixtures/command-walkthrough.json';
import devicesWalkthrough from '../fixtures/devices-walkthrough.json';
import errorEnvelope from '../fixtures/error.json';
import homes from '../fixtures/homes.json';
import livingRoom from '../fixtures/state-living-room.json';
import stateReference from '../fixtures/state-reference.json';
import token from '../fixtures/token.json';
import { heatingcontrol } from '.';

type Routes = Record<string, ScriptedAnswer | 'hang' | 'drop' | ((request: SeenRequest) => ScriptedAnswer)>;

const heater: DeviceRef = { vendorDeviceId: 'h1', kind: 'heater' };
const commands = {
  setMode: {
    params: { mode: { type: 'enum' }, temperature: { constraints: { min: 5, max: 35, step: 0.5 } } },
  },
};
/** The document's samples of homes and devices are not from one account: their counts do not fit. */
const uncounted = { ...homes, items: homes.items.map((home) => ({ ...home, deviceCount: undefined })) };
const usual: Routes = {
  'POST /v1/oauth/token': { body: token },
  'GET /v1/homes': { body: uncounted },
  'GET /v1/devices': { body: devicesWalkthrough },
  'GET /v1/devices/h1/state': { body: livingRoom },
  'GET /v1/devices/h1/commands': { body: commands },
};

describe('heatingcontrol', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });

  function connect(routes: Routes = {}, overrides: ContextOverrides = {}) {
    const all = { ...usual, ...routes };
    server.answer((request) => {
      const route = all[`${request.method} ${request.url.split('?')[0]}`];
      return typeof route === 'function' ? route(request) : (route ?? { status: 404, body: errorEnvelope });
    });
    const credentials = { clientId: 'client-7', clientSecret: 'top secret/7' };
    const context = inMemoryContext({ baseUrl: server.baseUrl, credentials, ...overrides });
    return { context, adapter: heatingcontrol.create(context) };
  }
  const asked = (method: string, path: string) =>
    server.seen.filter((request) => request.method === method && request.url.split('?')[0] === path);
  const readAll = async (
    adapter: VendorAdapter,
    devices: readonly DeviceRef[],
  ): Promise<DeviceReadResult[]> => {
    const results: DeviceReadResult[] = [];
    for await (const result of adapter.read(devices)) results.push(result);
    return results;
  };
  const steering = (adapter: VendorAdapter) => {
    if (adapter.steering === undefined) throw new Error('cannot steer');
    return adapter.steering;
  };
  const failure = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: Error) => error,
    );

  it('has a manifest that holds', () => {
    expect(manifestSchema.safeParse(heatingcontrol.manifest).error).toBeUndefined();
    expect(heatingcontrol.settingsSchema.parse({})).toEqual({ tokenAuthStyle: 'auto', allowOff: false });
    expect(heatingcontrol.credentialsSchema.shape['clientSecret']?.meta()).toMatchObject({ secret: true });
  });

  describe('credentials', () => {
    const needsBasic = (request: SeenRequest): ScriptedAnswer =>
      request.headers.authorization?.startsWith('Basic ') === true
        ? { body: token }
        : {
            status: 401,
            body: { error: { code: 'UNAUTHORIZED', message: 'authorization header required' } },
          };

    it('uses the documented body and then the bearer token', async () => {
      const { adapter } = connect();
      expect(await adapter.verifyCredentials()).toEqual({ account: 'client client-7' });
      const [login] = asked('POST', '/v1/oauth/token');
      expect(login?.headers.authorization).toBeUndefined();
      expect(JSON.parse(login?.body ?? '')).toEqual({
        grant_type: 'client_credentials',
        client_id: 'client-7',
        client_secret: 'top secret/7',
      });
      expect(asked('GET', '/v1/homes')[0]?.headers.authorization).toBe(`Bearer ${token.access_token}`);
    });

    it('C1: tries Basic once when the body alone is refused, and remembers it', async () => {
      const { adapter, context } = connect({ 'POST /v1/oauth/token': needsBasic });
      await adapter.verifyCredentials();
      expect(asked('POST', '/v1/oauth/token')).toHaveLength(2);
      expect(context.remembered.get('token-auth-style')).toBe('basic');
      const again = connect({ 'POST /v1/oauth/token': needsBasic }, { memory: context.memory });
      await again.adapter.verifyCredentials();
      expect(asked('POST', '/v1/oauth/token')).toHaveLength(3);
    });

    it.each(['body', 'basic'])('C1: tries nothing else when told "%s"', async (tokenAuthStyle) => {
      const refuse = { status: 401, body: errorEnvelope };
      const { adapter } = connect({ 'POST /v1/oauth/token': refuse }, { settings: { tokenAuthStyle } });
      expect(await failure(adapter.verifyCredentials())).toBeInstanceOf(VendorAuthExpired);
      expect(asked('POST', '/v1/oauth/token')).toHaveLength(1);
    });

    it.each([
      [
        "400 in OAuth's form",
        400,
        { error: 'invalid_client', error_description: 'no such client' },
        'invalid_client: no such client',
      ],
      [
        '401 in the envelope',
        401,
        { error: { code: 'UNAUTHORIZED', message: 'no', requestId: 'r-1' } },
        'UNAUTHORIZED: no (request r-1)',
      ],
      ['403 in words', 403, 'go away, top secret/7', 'go away, [redacted]'],
    ])('C16: says that a person must act at %s', async (_name, status, body, words) => {
      const { adapter } = connect({ 'POST /v1/oauth/token': { status, body } });
      const error = await failure(adapter.verifyCredentials());
      expect(error).toBeInstanceOf(VendorAuthExpired);
      expect(error).toMatchObject({ words });
      expect(asked('POST', '/v1/oauth/token').length).toBeLessThanOrEqual(2);
    });

    it('does not blame the credentials when the token endpoint is down', async () => {
      const { adapter } = connect({ 'POST /v1/oauth/token': { status: 503 } });
      const error = await failure(adapter.verifyCredentials());
      expect(error).toBeInstanceOf(VendorUnavailable);
    });

    it('renews the token once for many reads that got a 401', async () => {
      let issued = 0;
      const { adapter } = connect({
        'POST /v1/oauth/token': () => ({ body: { ...token, access_token: `token-${(issued += 1)}` } }),
        'GET /v1/devices/h1/state': (request) =>
          request.headers.authorization === 'Bearer token-1'
            ? { status: 401, body: errorEnvelope }
            : { body: livingRoom },
      });
      const results = await readAll(adapter, [heater, heater, heater, heater]);
      expect(results.every((result) => 'zones' in result)).toBe(true);
      expect(issued).toBe(2);
    });

    it('asks nothing more once the credentials have ended', async () => {
      const { adapter } = connect({ 'GET /v1/devices/h1/state': { status: 401, body: errorEnvelope } });
      const results = await readAll(
        adapter,
        Array.from({ length: 50 }, () => heater),
      );
      expect(results).toHaveLength(50);
      expect(results.every((result) => 'error' in result && result.error instanceof VendorAuthExpired)).toBe(
        true,
      );
      expect(asked('GET', '/v1/devices/h1/state').length).toBeLessThanOrEqual(8);
    });
  });

  describe('list', () => {
    it('shows homes and heaters, asking for gateways and full pages', async () => {
      const { adapter } = connect();
      const listing = await adapter.list();
      expect(listing).toMatchObject({ complete: true, problems: [] });
      expect(listing.sites.map(({ name }) => name)).toEqual(['My Home']);
      expect(listing.devices.map(({ name }) => name)).toEqual(['Living Room Heater', 'Bedroom Heater']);
      expect(asked('GET', '/v1/devices')[0]?.url).toBe('/v1/devices?limit=100&includeGateways=true');
    });

    it('C3, C4: follows nextCursor though the page is short and cursor echoes', async () => {
      const page = (request: SeenRequest): ScriptedAnswer => {
        const cursor = new URL(request.url, 'http://x').searchParams.get('cursor');
        const item = { id: cursor ?? 'first', type: 'heater' };
        return {
          body: {
            items: [item],
            pagination: { limit: 20, cursor, nextCursor: cursor === null ? 'p2' : null },
          },
        };
      };
      const listing = await connect({ 'GET /v1/devices': page }).adapter.list();
      expect(listing.devices.map(({ vendorDeviceId }) => vendorDeviceId)).toEqual(['first', 'p2']);
      expect(listing.complete).toBe(true);
    });

    it('is incomplete when a home counts more devices than were listed', async () => {
      const homeId = homes.items[0]?.id;
      const device = (id: string) => ({ id, type: 'heater', homeId });
      const listing = (ids: readonly string[]) =>
        connect({
          'GET /v1/homes': { body: homes },
          'GET /v1/devices': { body: { items: ids.map(device) } },
        }).adapter.list();
      expect(await listing(['a', 'b', 'c', 'gateway'])).toMatchObject({ complete: true, problems: [] });
      const cut = await listing(['a', 'b']);
      expect(cut.complete).toBe(false);
      expect(cut.problems.map(({ message }) => message)).toEqual([
        `home ${homeId} has 3 devices, 2 were listed`,
      ]);
    });

    it('C3: is incomplete when more is promised and no cursor given', async () => {
      const body = { ...devicesWalkthrough, pagination: { hasMore: true, nextCursor: null } };
      const listing = await connect({ 'GET /v1/devices': { body } }).adapter.list();
      expect(listing.complete).toBe(false);
      expect(listing.devices).toHaveLength(2);
      expect(listing.problems).toHaveLength(1);
    });

    it('keeps the rest when an entry is malformed, and is incomplete then', async () => {
      const body = { items: [{ name: 'no id' }, ...devicesWalkthrough.items] };
      const listing = await connect({ 'GET /v1/devices': { body } }).adapter.list();
      expect(listing.devices).toHaveLength(2);
      expect(listing).toMatchObject({ complete: false, problems: [{ where: 'GET /v1/devices' }] });
    });

    it('C6: takes the children of an offline gateway for offline', async () => {
      const items = [
        { id: 'g', type: 'gateway', online: false },
        { id: 'h', type: 'heater', online: true, gatewayId: 'g' },
      ];
      const { devices } = await connect({ 'GET /v1/devices': { body: { items } } }).adapter.list();
      expect(devices.map(({ kind, online, vendorControl }) => [kind, online, vendorControl])).toEqual([
        ['gateway', false, false],
        ['heater', false, true],
      ]);
    });

    it('C13: knows a storage heater once it has shown its charge', async () => {
      const id = devicesWalkthrough.items[0]?.id ?? '';
      const { adapter } = connect({ [`GET /v1/devices/${id}/state`]: { body: stateReference } });
      await readAll(adapter, [{ vendorDeviceId: id, kind: 'heater' }]);
      expect((await adapter.list()).devices.map(({ kind }) => kind)).toEqual(['storage_heater', 'heater']);
    });

    it('says which answer is not a list', async () => {
      const { adapter } = connect({ 'GET /v1/devices': { body: { devices: [] } } });
      const error = await failure(adapter.list());
      expect(error).toBeInstanceOf(VendorProtocolError);
      expect(error?.message).toMatch(/^GET \/v1\/devices: items: /);
    });
  });

  describe('read', () => {
    it('reads the room of a heater, its limits once a day', async () => {
      const { adapter, context } = connect();
      const [first] = await readAll(adapter, [heater]);
      const reading = {
        temperatureC: 20.5,
        powerW: 1500,
        minC: 5,
        maxC: 35,
        measuredAt: context.clock.now(),
      };
      expect(first).toMatchObject({ zones: [{ kind: 'room', reading }] });
      await readAll(adapter, [heater]);
      expect(asked('GET', '/v1/devices/h1/commands')).toHaveLength(1);
      context.clock.advance(24 * 3_600_000);
      await readAll(adapter, [heater]);
      expect(asked('GET', '/v1/devices/h1/commands')).toHaveLength(2);
    });

    it('reads without limits when only those cannot be had', async () => {
      const [result] = await readAll(connect({ 'GET /v1/devices/h1/commands': { status: 500 } }).adapter, [
        heater,
      ]);
      expect(result).toMatchObject({ zones: [{ reading: { powerW: 1500 } }] });
    });

    it('C5: encodes ids in paths', async () => {
      const { adapter } = connect();
      await readAll(adapter, [{ vendorDeviceId: 'a/b c?', kind: 'heater' }]);
      expect(asked('GET', '/v1/devices/a%2Fb%20c%3F/state')).toHaveLength(1);
    });

    it('gives one result per device, with its own error', async () => {
      const { adapter } = connect();
      const devices: DeviceRef[] = [
        heater,
        { vendorDeviceId: 'gone', kind: 'heater' },
        { vendorDeviceId: 'g', kind: 'gateway' },
      ];
      const results = await readAll(adapter, devices);
      const of = (id: string) => results.find(({ device }) => device.vendorDeviceId === id);
      expect(results).toHaveLength(3);
      expect(of('gone')).toMatchObject({ error: expect.any(VendorNotFound) });
      expect(of('g')).toMatchObject({ zones: [] });
      expect(server.seen.some(({ url }) => url.includes('/g/'))).toBe(false);
    });

    it.each([
      ['an answer that is not JSON', { body: '<html>' }, VendorProtocolError],
      ['an empty object', { body: {} }, VendorProtocolError],
      [
        'a device the cloud cannot reach',
        { status: 409, body: { error: { code: 'DEVICE_OFFLINE', message: 'x' } } },
        DeviceUnreachable,
      ],
      ['a broken connection', 'drop' as const, VendorUnavailable],
    ])('has a typed error for %s', async (_name, answer, type) => {
      const [result] = await readAll(connect({ 'GET /v1/devices/h1/state': answer }).adapter, [heater]);
      expect(result).toMatchObject({ error: expect.any(type) });
    });
  });

  describe('steering', () => {
    const command = {
      kind: 'setMode',
      key: 'setMode',
      mode: 'manual',
      setpoint: { param: 'temperature', value: 21, celsius: 21, toleranceK: 0.3 },
    };
    const replying = (answer: ScriptedAnswer) => connect({ 'POST /v1/devices/h1/commands/setMode': answer });

    it('reads what the heater holds, and it survives being saved', async () => {
      const { adapter, context } = connect();
      const state = await steering(adapter).readState(heater, 'restore');
      expect(state).toMatchObject({
        mode: 'auto',
        targetC: 22,
        unit: 'C',
        setMode: { min: 5, max: 35, step: 0.5 },
      });
      expect(steering(adapter).stateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
      expect(new Set(context.taken)).toEqual(new Set(['restore']));
    });

    it('takes the same answer for the same, another one for another, and a broken one for nothing', async () => {
      const { params } = commands.setMode;
      const other = { setMode: { params: { ...params, temperature: { constraints: { min: 7, max: 30 } } } } };
      const of = (id: string, answer: ScriptedAnswer): Routes => ({
        [`GET /v1/devices/${id}/state`]: { body: livingRoom },
        [`GET /v1/devices/${id}/commands`]: answer,
      });
      const same = of('h2', { body: commands });
      const broken = of('h4', { body: 'none' });
      const { adapter } = connect({ ...same, ...of('h3', { body: other }), ...broken });
      const read = (id: string) => steering(adapter).readState({ ...heater, vendorDeviceId: id }, 'steer');
      const first = await read('h1');
      expect(await read('h2')).toEqual(first);
      expect(await read('h3')).toMatchObject({ setMode: { min: 7, max: 30 } });
      await expect(read('h4')).rejects.toThrow('/v1/devices/h4/commands');
      await expect(read('h4')).rejects.toThrow('/v1/devices/h4/commands');
    });

    it('cannot read a state without a mode', async () => {
      const { adapter } = connect({ 'GET /v1/devices/h1/state': { body: { online: true, power: 3 } } });
      const error = await failure(steering(adapter).readState(heater, 'steer'));
      expect(error).toBeInstanceOf(VendorProtocolError);
      expect(error?.message).toContain('mode not stated');
    });

    it('sends the body of the walkthrough', async () => {
      const { adapter } = replying({ body: replyA });
      await steering(adapter).send(heater, command, 'steer');
      const [sent] = asked('POST', '/v1/devices/h1/commands/setMode');
      expect(JSON.parse(sent?.body ?? '')).toEqual(commandWalkthrough);
    });

    it.each([
      ['A as accepted', { body: replyA }, 'accepted'],
      ['B as applied', { body: replyB }, 'applied'],
      ['B in other words', { body: { state: 'completed' } }, 'applied'],
      ['B while pending', { body: { state: 'QUEUED' } }, 'accepted'],
      ['an unknown state', { body: { state: 'MAYBE' } }, 'accepted'],
      ['202 without a body', { status: 202 }, 'accepted'],
      ['words that are no JSON', { body: 'OK' }, 'accepted'],
    ])('C2: takes reply %s', async (_name, answer, outcome) => {
      expect(await steering(replying(answer).adapter).send(heater, command, 'steer')).toMatchObject({
        outcome,
      });
    });

    it.each([
      ['success false', { body: { success: false, message: 'locked' } }, VendorRejected, 'locked'],
      [
        'a failed state',
        { body: { command: 'setMode', state: 'FAILED', message: 'locked' } },
        VendorRejected,
        'locked',
      ],
      ['an error in a 200', { body: errorEnvelope }, VendorRejected, /^VALIDATION_ERROR: /],
      [
        'a failed state beside success',
        { body: { success: true, state: 'REJECTED' } },
        VendorRejected,
        /REJECTED/,
      ],
      ['a device that did not answer', { body: { state: 'TIMEOUT' } }, DeviceUnreachable, /TIMEOUT/],
      ['400', { status: 400, body: errorEnvelope }, VendorRejected, /^VALIDATION_ERROR: .*request abc-123/],
      ['404', { status: 404, body: errorEnvelope }, VendorNotFound, /^VALIDATION_ERROR/],
      ['500', { status: 500, body: 'oops' }, VendorUnavailable, 'oops'],
    ])("C2: fails at %s with the vendor's words", async (_name, answer, type, words) => {
      const error = await failure(steering(replying(answer).adapter).send(heater, command, 'steer'));
      expect(error).toBeInstanceOf(type);
      expect((error as VendorRejected).words).toEqual(
        typeof words === 'string' ? words : expect.stringMatching(words),
      );
    });

    it("asks for the command's limits again after a refusal", async () => {
      const { adapter } = replying({ status: 400, body: errorEnvelope });
      await steering(adapter).readState(heater, 'steer');
      await failure(steering(adapter).send(heater, command, 'steer'));
      await steering(adapter).readState(heater, 'steer');
      expect(asked('GET', '/v1/devices/h1/commands')).toHaveLength(2);
    });
  });
});
