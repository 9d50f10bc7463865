import type { DeviceReadResult, VendorContext } from '@warmshift/vendors/contract';
import {
  manifestSchema,
  VendorAuthExpired,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
} from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import type { ScriptedServer } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import currentState from '../fixtures/current-state.json';
import devices from '../fixtures/devices.json';
import forecast from '../fixtures/forecast.json';
import settings from '../fixtures/settings.json';
import { apiKey, connectNox, page, pump, queryOf, ref } from '../testing/connect-nox';
import { nox } from '.';

const [first, second] = devices.data;

describe('the NOX adapter', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });

  const connect = (changes: Partial<Omit<VendorContext, 'clock'>> = {}) => connectNox(server, changes);
  const collect = async (results: AsyncIterable<DeviceReadResult>) => {
    const all: DeviceReadResult[] = [];
    for await (const result of results) all.push(result);
    return all;
  };
  const calledPaths = () => server.seen.map(({ url }) => url.split('?')[0]);

  it('states a valid manifest and parses empty settings to "do not steer real hosts"', () => {
    expect(() => manifestSchema.parse(nox.manifest)).not.toThrow();
    expect(nox.settingsSchema.parse({})).toEqual({ allowUnpublishedSchedule: false });
  });

  it('proves the key by one small call and names the supplier', async () => {
    server.answer(() => ({ body: devices }));
    await expect(connect().adapter.verifyCredentials()).resolves.toEqual({ account: 'Energy Supplier A' });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({ url: '/v1/devices?limit=1', headers: { 'x-api-key': apiKey } });
  });

  it('says that the key is refused, with the vendor’s words and without the key', async () => {
    server.answer(() => ({ status: 401, body: { detail: `Unknown key ${apiKey}` } }));
    const { adapter, context } = connect();
    const error = await adapter.list().catch((thrown: unknown) => thrown as VendorAuthExpired);
    expect(error).toBeInstanceOf(VendorAuthExpired);
    expect(error).toMatchObject({ words: expect.stringMatching(/^Unknown key/) });
    expect(JSON.stringify([error, context.logged])).not.toContain(apiKey);
  });

  it('NOX 2: lists all pages, with the same parameters and no filter on each, until the token is null', async () => {
    server.answer(({ url }) =>
      queryOf(url)['next_token'] === 'opaque=' ? page([second], null) : page([first], 'opaque='),
    );
    const listing = await connect().adapter.list();
    expect(listing).toMatchObject({ complete: true, sites: [], problems: [] });
    expect(listing.devices.map(({ vendorDeviceId }) => vendorDeviceId)).toEqual([
      first?.device_id,
      second?.device_id,
    ]);
    expect(server.seen.map(({ url }) => queryOf(url))).toEqual([
      { limit: '1000' },
      { limit: '1000', next_token: 'opaque=' },
    ]);
  });

  it.each([
    ['NOX 10: data is null', page(null, null), true, 0],
    ['the key of the token is missing', { body: { data: devices.data, meta: {} } }, true, 2],
    ['there is no meta', { body: { data: devices.data } }, false, 2],
    ['an entry has no id', page([first, { model: 'x' }], null), false, 1],
    ['an entry comes twice', page([first, first], null), true, 1],
    ['the token leads back to the same page', page([first], 'same'), false, 1],
    ['the token is no text', page([first], 7), false, 1],
  ])('when %s, it is complete or says that it is not', async (_, answer, complete, count) => {
    server.answer(() => answer);
    const listing = await connect().adapter.list();
    expect(listing.complete).toBe(complete);
    expect(listing.devices).toHaveLength(count);
    expect(listing.problems.length > 0).toBe(!complete);
  });

  it('keeps what it has when a later page fails', async () => {
    server.answer(({ url }) => (queryOf(url)['next_token'] ? { status: 502 } : page([first], 'more')));
    await expect(connect().adapter.list()).resolves.toMatchObject({
      complete: false,
      devices: [{ vendorDeviceId: first?.device_id }],
      problems: [{ message: expect.stringContaining('page 2') }],
    });
  });

  it('takes an answer of another shape for a protocol error', async () => {
    for (const body of [[], 'text', { data: {} }, { data: 'x', meta: {} }]) {
      server.answer(() => ({ body }));
      await expect(connect().adapter.list()).rejects.toThrow(VendorProtocolError);
    }
  });

  const thermal = ({ url }: { url: string }) => {
    if (url.includes('/current-state')) return { body: currentState };
    if (url.includes('/forecast')) return { body: forecast };
    if (url.includes('/settings'))
      return { body: { ...settings, data: [{ ...settings.data[0], device_id: 'HP123456' }] } };
    return { status: 404 };
  };

  it('NOX 7: reads one device per call, in degrees, with its forecast of this quarter and its settings', async () => {
    server.answer(thermal);
    const [result] = await collect(connect().adapter.read([pump]));
    expect(result).toMatchObject({
      device: pump,
      zones: [
        { kind: 'DHW', reading: { temperatureC: 47, activationLimitC: 45, minC: 40 } },
        { kind: 'room', reading: { setpointC: 21, maxPowerW: 1800 } },
      ],
    });
    expect(server.seen.map(({ url }) => queryOf(url))).toEqual([
      { device_id: 'HP123456' },
      { device_id: 'HP123456', unit: 'celsius' },
      {
        device_id: 'HP123456',
        unit: 'celsius',
        start_time: '2025-01-15T12:15:00Z',
        end_time: '2025-01-16T12:15:00Z',
      },
    ]);
  });

  it('asks for the forecast of a day once an hour, and in between for what it needs of the present quarter', async () => {
    const [slot] = forecast.data.forecasts;
    const quarters = ['12:15', '12:30', '12:45', '13:00', '13:15', '13:30'];
    const forecasts = quarters.map((at) => ({ ...slot, timestamp: `2025-01-15 ${at}:00` }));
    const day = { ...forecast, data: { ...forecast.data, forecasts } };
    server.answer((request) => (request.url.includes('/forecast') ? { body: day } : thermal(request)));
    const { adapter, context } = connect();
    const { clock } = context;
    const askedUntil = () =>
      server.seen.flatMap(({ url }) => (url.includes('/forecast') ? [queryOf(url)['end_time']] : []));
    const courses: unknown[] = [];
    for (const minutes of [0, 15, 30, 45]) {
      clock.advance(minutes === 0 ? 0 : 15 * 60_000);
      const [result] = await collect(adapter.read([pump]));
      courses.push(result && 'zones' in result && result.zones[1]?.reading.expectedCourse !== undefined);
    }
    expect(askedUntil().map((at) => at?.slice(8, 10))).toEqual(['16', '15', '15', '15']);
    clock.advance(15 * 60_000);
    await collect(adapter.read([pump]));
    expect(askedUntil().at(-1)).toMatch(/^2025-01-16/);
    // What comes in between must not take the place of the day that is known.
    expect(courses).toEqual([true, false, false, false]);
  });

  it.each([403, 404, 500])('reads on when settings and forecast answer %i', async (status) => {
    server.answer((request) => (request.url.includes('/current-state') ? thermal(request) : { status }));
    const [result] = await collect(connect().adapter.read([pump]));
    expect(result).toMatchObject({
      zones: [{ reading: { temperatureC: 47 } }, { reading: { maxPowerW: 1800 } }],
    });
  });

  it('asks for the settings of all devices at once, and says per device what went wrong', async () => {
    const about = (id: string) => ({
      body: { ...currentState, data: { ...currentState.data, device_id: id } },
    });
    server.answer(({ url }) => {
      if (!url.includes('/current-state')) return { status: 404 };
      const id = queryOf(url)['device_id'] ?? '';
      if (id === 'gone') return { status: 404 };
      if (id === 'undated') return { body: { data: { device_id: id, timestamp: 'soon' } } };
      if (id === 'empty') return { body: { data: { device_id: id, timestamp: '2025-01-15 12:15:12' } } };
      return about(id === 'mixed-up' ? 'another' : id);
    });
    const ids = ['fine', 'gone', 'undated', 'empty', 'mixed-up'];
    const results = await collect(connect().adapter.read(ids.map(ref)));
    const byId = new Map(results.map((result) => [result.device.vendorDeviceId, result]));
    expect([...byId.keys()].sort()).toEqual([...ids].sort());
    expect(byId.get('fine')).toHaveProperty('zones');
    expect(byId.get('gone')).toMatchObject({ error: expect.any(VendorNotFound) });
    for (const id of ['undated', 'empty', 'mixed-up'])
      expect(byId.get(id)).toMatchObject({ error: expect.any(VendorProtocolError) });
    expect(calledPaths().filter((path) => path?.endsWith('/settings'))).toHaveLength(1);
    expect(queryOf(server.seen[0]?.url ?? '')).toEqual({});
  });

  it('stops asking once NOX wants a pause, with a result for every device', async () => {
    server.answer(() => ({ status: 429, headers: { 'retry-after': '30' } }));
    const many = Array.from({ length: 50 }, (_, index) => ref(`d${index}`));
    const results = await collect(connect().adapter.read(many));
    expect(results).toHaveLength(50);
    for (const result of results) expect(result).toMatchObject({ error: expect.any(VendorRateLimited) });
    expect(server.seen.length).toBeLessThan(20);
  });
});
