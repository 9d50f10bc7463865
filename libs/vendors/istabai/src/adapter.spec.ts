import type { DeviceReadResult, DeviceRef } from '@warmshift/vendors/contract';
import {
  manifestSchema,
  VendorAuthExpired,
  VendorError,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import type { ScriptedAnswer, ScriptedServer } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import homesList from '../fixtures/homes.list.json';
import homesWarnings from '../fixtures/homes.warnings.json';
import login from '../fixtures/login.json';
import roomsList from '../fixtures/rooms.list.json';
import { istabai } from '.';

const password = 'p4ss+w/rd';
const key = '1a79a4d60de6718e8e5b326e338ae533';
const now = 1389950790_000 + 60_000;
const bedroom: DeviceRef = { vendorDeviceId: '5502', vendorSiteId: '200', kind: 'room_thermostat' };
const livingRoom: DeviceRef = { vendorDeviceId: '5501', vendorSiteId: '200', kind: 'room_thermostat' };

type Methods = Record<string, (form: URLSearchParams) => ScriptedAnswer>;

describe('the Istabai adapter', () => {
  let server: ScriptedServer;
  let methods: Methods;
  beforeEach(async () => {
    methods = {
      login: () => ({ body: login }),
      'homes.list': () => ({ body: homesList }),
      'homes.warnings': () => ({ body: homesWarnings }),
      'rooms.list': () => ({ body: roomsList }),
      'rooms.set_temperature': () => ({ body: '' }),
    };
    server = await scriptedServer(({ url, body }) => {
      const method = /^\/2\/(.+)\.json$/.exec(url)?.[1] ?? '';
      return methods[method]?.(new URLSearchParams(body)) ?? { status: 404, body: 'no such method' };
    });
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });

  function connect(settings: Record<string, unknown> = { defaultRatedPowerW: 2000 }) {
    const credentials = { email: 'me@example.com', password };
    const context = inMemoryContext({ baseUrl: `${server.baseUrl}/2`, credentials, settings, now });
    const adapter = istabai.create(context);
    const { steering } = adapter;
    if (steering === undefined) throw new Error('Istabai can be steered');
    return { context, adapter, steering };
  }
  const called = () => server.seen.map(({ url }) => url.replace(/^\/2\/|\.json$/g, ''));
  const collect = async (results: AsyncIterable<DeviceReadResult>) => {
    const all: DeviceReadResult[] = [];
    for await (const result of results) all.push(result);
    return all;
  };
  const keyRefused = { body: { error: { code: 300, description: `Invalid API key ${key}.` } } };

  it('states a valid manifest and parses empty settings', () => {
    expect(() => manifestSchema.parse(istabai.manifest)).not.toThrow();
    expect(istabai.settingsSchema.parse({})).toEqual({});
    expect(() => istabai.settingsSchema.parse({ ratedPowerW: { '5502': '1.5 kW' } })).toThrow(/ratedPowerW/);
    expect(() => istabai.settingsSchema.parse({ timeZone: 'Riga' })).toThrow(/IANA/);
  });

  it('I1, I2: sends everything by POST in the body, and no secret in a URL', async () => {
    const { adapter } = connect();
    await adapter.verifyCredentials();
    await adapter.list();
    for (const { method, url, headers } of server.seen) {
      expect(method).toBe('POST');
      expect(headers['content-type']).toMatch(/x-www-form-urlencoded/);
      expect(url).toMatch(/^\/2\/[a-z._]+\.json$/);
    }
    expect(Object.fromEntries(new URLSearchParams(server.seen[0]?.body))).toEqual({
      email: 'me@example.com',
      password,
    });
  });

  describe('warnings of a home', () => {
    it('I15: are asked for in English and come with the site', async () => {
      const { sites } = await connect().adapter.list();
      expect(sites).toMatchObject([{ vendorSiteId: '200', warnings: [homesWarnings.warnings[0]?.text] }]);
      const asked = server.seen.find(({ url }) => url.includes('homes.warnings'));
      expect(Object.fromEntries(new URLSearchParams(asked?.body))).toMatchObject({
        home_id: '200',
        lang: 'EN',
      });
    });

    it('are not asked for where the home counts none', async () => {
      methods['homes.list'] = () => ({ body: { homes: [{ ...homesList.homes[0], warnings: 0 }] } });
      const { sites } = await connect().adapter.list();
      expect(sites).toMatchObject([{ warnings: [] }]);
      expect(called()).not.toContain('homes.warnings');
    });

    it('that cannot be had lose neither the home nor a room, and the listing stays complete', async () => {
      methods['homes.warnings'] = () => ({ body: { error: { code: 404, description: 'No such home.' } } });
      const { complete, sites, devices, problems } = await connect().adapter.list();
      expect({ complete, warnings: sites[0]?.warnings }).toEqual({ complete: true, warnings: undefined });
      expect(devices).toHaveLength(roomsList.rooms.length);
      expect(problems).toMatchObject([{ where: 'homes.warnings of home 200' }]);
    });

    it('of the wrong shape are left out and named', async () => {
      methods['homes.warnings'] = () => ({
        body: { warnings: [{ text: 'Battery low.' }, { text: 7 }, null] },
      });
      const { sites, problems } = await connect().adapter.list();
      expect(sites[0]?.warnings).toEqual(['Battery low.']);
      expect(problems).toHaveLength(2);
    });
  });

  it('a server that takes only GET is told of as an error, and no secret goes into a URL for its sake', async () => {
    const { adapter } = connect();
    for (const name of Object.keys(methods))
      methods[name] = () => ({ status: 405, body: '<h1>Method Not Allowed</h1>' });
    await expect(adapter.list()).rejects.toBeInstanceOf(VendorError);
    for (const { method, url } of server.seen) {
      expect(method).toBe('POST');
      expect(url).not.toMatch(/[?&=]/);
    }
  });

  it('I10: keeps rooms in the home that it asked for, whatever id comes with them', async () => {
    expect(roomsList.home.id).not.toBe(homesList.homes[0]?.id);
    const { sites, devices } = await connect().adapter.list();
    expect(sites.map(({ vendorSiteId }) => vendorSiteId)).toEqual(['200']);
    expect(new Set(devices.map(({ vendorSiteId }) => vendorSiteId))).toEqual(new Set(['200']));
  });

  it.each([{ id: 'n/a' }, { id: { id: 5502 } }, { id: -1 }, { id: 5.5 }])(
    'takes nothing for a room whose id is none: %p',
    async (wrong) => {
      methods['rooms.list'] = () => ({ body: { ...roomsList, rooms: [wrong, ...roomsList.rooms] } });
      const { complete, devices, problems } = await connect().adapter.list();
      expect({ complete, devices: devices.length, problems: problems.length }).toEqual({
        complete: false,
        devices: roomsList.rooms.length,
        problems: 1,
      });
    },
  );

  it('lists a room once that comes twice', async () => {
    methods['rooms.list'] = () => ({
      body: { ...roomsList, rooms: [...roomsList.rooms, ...roomsList.rooms] },
    });
    expect((await connect().adapter.list()).devices).toHaveLength(roomsList.rooms.length);
  });

  it('proves credentials by a login and names the account', async () => {
    const { adapter, context } = connect();
    await context.tokens.renew(undefined, () => Promise.resolve({ value: 'older' }));
    await expect(adapter.verifyCredentials()).resolves.toEqual({ account: 'John Doe' });
    await expect(context.tokens.read()).resolves.toMatchObject({ value: key });
  });

  it.each([
    ['I4: 300', { error: { code: 300, description: 'Invalid email or password.' } }],
    ['I4: 401', { error: { code: 401, description: 'Invalid email or password.' } }],
  ])(
    'says with the vendor’s words when the login is refused (%s), and does not try again',
    async (_, body) => {
      methods['login'] = () => ({ body });
      const { adapter } = connect();
      const failure = { constructor: VendorAuthExpired, words: 'Invalid email or password.' };
      await expect(adapter.list()).rejects.toMatchObject(failure);
      await expect(adapter.verifyCredentials()).rejects.toMatchObject(failure);
      expect(called()).toEqual(['login', 'login']);
    },
  );

  it('lists homes as sites and rooms as devices, with their readings, by one login', async () => {
    const { adapter } = connect();
    const listing = await adapter.list();
    expect(listing).toMatchObject({
      complete: true,
      problems: [],
      sites: [{ vendorSiteId: '200', name: 'My Home' }],
    });
    expect(listing.devices.map((device) => [device.vendorDeviceId, device.vendorSiteId])).toEqual([
      ['5502', '200'],
      ['5501', '200'],
    ]);
    expect(listing.devices[1]?.zones[0]?.reading).toMatchObject({ mode: 'NIGHT', setpointC: 10, powerW: 0 });
    await adapter.list();
    expect(called().filter((method) => method === 'login')).toHaveLength(1);
  });

  it('keeps the good rooms and is incomplete when an entry or a home cannot be read', async () => {
    const two = { homes: [...homesList.homes, { id: 201, name: 'Broken' }] };
    methods['homes.list'] = () => ({ body: two });
    methods['rooms.list'] = (form) =>
      form.get('home_id') === '201'
        ? { body: { error: { code: 404 } } }
        : { body: { ...roomsList, rooms: [...roomsList.rooms, { id: null }, 'x'] } };
    const { adapter } = connect();
    const { complete, devices, problems } = await adapter.list();
    expect(complete).toBe(false);
    expect(devices).toHaveLength(2);
    expect(problems.map(({ where }) => where)).toEqual([
      'rooms.list',
      'rooms.list',
      'rooms.list of home 201',
    ]);
  });

  it('logs in once more when the key is refused in a 200 answer, and repeats the call', async () => {
    const { adapter, context } = connect();
    await context.tokens.renew(undefined, () => Promise.resolve({ value: 'old-key' }));
    methods['homes.list'] = (form) => (form.get('api_key') === key ? { body: homesList } : keyRefused);
    await expect(adapter.list()).resolves.toMatchObject({ complete: true });
    expect(called()).toEqual(['homes.list', 'login', 'homes.list', 'rooms.list', 'homes.warnings']);
  });

  it('I19: stops logging in when sessions keep being ended, except to give something back', async () => {
    const { adapter, steering, context } = connect();
    methods['homes.list'] = () => keyRefused;
    await expect(adapter.list()).rejects.toThrow(VendorAuthExpired);
    await expect(adapter.list()).rejects.toThrow(VendorAuthExpired);
    await expect(adapter.list()).rejects.toThrow(VendorRateLimited);
    expect(called().filter((method) => method === 'login')).toHaveLength(3);
    methods['rooms.list'] = () => keyRefused;
    await expect(steering.readState(bedroom, 'restore')).rejects.toThrow(VendorAuthExpired);
    expect(called().filter((method) => method === 'login')).toHaveLength(4);
    context.clock.advance(11 * 60_000);
    methods['homes.list'] = () => ({ body: homesList });
    methods['rooms.list'] = (form) => (form.get('api_key') ? { body: roomsList } : keyRefused);
    await expect(adapter.list()).resolves.toMatchObject({ complete: true });
  });

  it('shows no secret in errors or logs, also when the vendor echoes them', async () => {
    const { adapter, context } = connect();
    methods['homes.list'] = (form) => ({ status: 400, body: `bad ${form.toString()} ${key} ${password}` });
    const error: unknown = await adapter.list().catch((thrown: unknown) => thrown);
    const shown = JSON.stringify([
      error,
      (error as Error).message,
      (error as { words?: string }).words,
      context.logged,
    ]);
    expect(shown).toContain('homes.list');
    for (const secret of [key, password, encodeURIComponent(password)]) expect(shown).not.toContain(secret);
  });

  it('reads all rooms of a home by one request, and says per room what went wrong', async () => {
    const { adapter } = connect();
    const gone: DeviceRef = { ...bedroom, vendorDeviceId: '9' };
    const homeless: DeviceRef = { vendorDeviceId: '7', kind: 'room_thermostat' };
    methods['rooms.list'] = () => ({
      body: { ...roomsList, rooms: [roomsList.rooms[0], { ...roomsList.rooms[1], device: {} }] },
    });
    const results = await collect(adapter.read([bedroom, livingRoom, gone, homeless]));
    expect(results).toEqual([
      {
        device: bedroom,
        zones: [{ kind: 'room', reading: expect.objectContaining({ temperatureC: 20.1 }) }],
      },
      { device: livingRoom, error: expect.any(VendorProtocolError) },
      { device: gone, error: expect.any(VendorNotFound) },
      { device: homeless, error: expect.any(VendorNotFound) },
    ]);
    expect(called()).toEqual(['login', 'rooms.list']);
  });

  it('asks no further home once the login is refused or the vendor wants a pause', async () => {
    const { adapter } = connect();
    methods['rooms.list'] = () => ({ status: 429 });
    const elsewhere: DeviceRef = { ...livingRoom, vendorSiteId: '201' };
    const results = await collect(adapter.read([bedroom, elsewhere]));
    expect(results).toEqual([
      { device: bedroom, error: expect.any(VendorRateLimited) },
      { device: elsewhere, error: expect.any(VendorRateLimited) },
    ]);
    expect(called()).toEqual(['login', 'rooms.list']);
  });

  it('I6, I14: writes each mode by name, and takes an answer of nothing for accepted', async () => {
    const { steering, context } = connect();
    const writes = [
      { mode: 'DAY', temperatureC: 17.5 },
      { mode: 'ECO', temperatureC: 16.3 },
    ];
    await expect(steering.send(bedroom, { writes }, 'restore')).resolves.toMatchObject({
      outcome: 'accepted',
    });
    const forms = server.seen.slice(1).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    expect(forms).toEqual([
      { api_key: key, room_id: '5502', temperature: '17.5', mode: 'DAY' },
      { api_key: key, room_id: '5502', temperature: '16.3', mode: 'ECO' },
    ]);
    expect(context.taken).toEqual(['restore', 'restore', 'restore']);
  });

  it('tells a failure after the first mode as "may have arrived", so that it is given back', async () => {
    const { steering } = connect();
    methods['rooms.set_temperature'] = (form) =>
      form.get('mode') === 'DAY' ? { body: {} } : { body: { error: { code: 404 } } };
    const writes = [
      { mode: 'DAY', temperatureC: 17 },
      { mode: 'NIGHT', temperatureC: 17 },
    ];
    await expect(steering.send(bedroom, { writes }, 'steer')).rejects.toMatchObject({
      constructor: VendorUnavailable,
      sent: true,
      message: expect.stringContaining('only 1 of 2 modes'),
    });
    await expect(steering.send(bedroom, { writes: writes.slice(1) }, 'steer')).rejects.toThrow(
      VendorNotFound,
    );
  });

  it('steers a room down and back again, as the document’s home stands', async () => {
    const { adapter, steering } = connect();
    const held = structuredClone(roomsList);
    methods['rooms.list'] = () => ({ body: held });
    methods['rooms.set_temperature'] = (form) => {
      const target = held.rooms.find(({ id }) => String(id) === form.get('room_id'));
      const mode = form.get('mode')?.toLowerCase() as 'day' | 'night' | 'eco';
      if (target) target.set_temperature[mode] = Number(form.get('temperature'));
      return { body: {} };
    };
    const span = { startsAt: 1389970800_000, endsAt: 1389978000_000 };
    const intent = {
      actionId: 'a1',
      zone: 'room',
      direction: 'decrease',
      span,
      limitC: 18,
      deviceSpans: [{ zone: 'room', direction: 'decrease', span }],
    } as const;
    const snapshot = await steering.readState(livingRoom, 'steer');
    const decision = steering.commandFor(intent, snapshot, span.startsAt);
    if (decision.kind !== 'command') throw new Error(decision.reason);
    expect(decision.command).toEqual({ writes: [{ mode: 'ECO', temperatureC: 18 }] });
    await steering.send(livingRoom, decision.command, 'steer');
    const steered = await steering.readState(livingRoom, 'steer');
    expect(steering.compare(decision.command, snapshot, steered, span.startsAt)).toBe('applied');
    const restore = steering.restoreFor(intent, decision.command, snapshot, steered, span.endsAt);
    if (restore.kind !== 'write') throw new Error(restore.kind);
    await steering.send(livingRoom, restore.command, 'restore');
    const back = await steering.readState(livingRoom, 'restore');
    expect(steering.restoreFor(intent, decision.command, snapshot, back, span.endsAt)).toEqual({
      kind: 'restored',
    });
    expect(held).toEqual(roomsList);
    expect(await adapter.verifyCredentials()).toBeDefined();
  });

  it('does not steer a room whose setpoints are not all stated', async () => {
    const { steering } = connect();
    methods['rooms.list'] = () => ({
      body: { ...roomsList, rooms: [{ ...roomsList.rooms[0], set_temperature: { day: 21, night: 18 } }] },
    });
    await expect(steering.readState(bedroom, 'steer')).rejects.toThrow(/day, night and eco/);
  });
});
