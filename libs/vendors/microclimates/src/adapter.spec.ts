import type { DeviceReadResult, DeviceRef, VendorAdapter } from '@warmshift/vendors/contract';
import {
  manifestSchema,
  VendorAuthExpired,
  VendorNotFound,
  VendorProtocolError,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import fc from 'fast-check';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import type { ScriptedAnswer, ScriptedServer, SeenRequest } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import accounts from '../fixtures/accounts.json';
import errorBody from '../fixtures/error.json';
import site from '../fixtures/site.json';
import sites from '../fixtures/sites.json';
import { gatewayOf, roleOf } from './mapping';
import { siteSchema } from './wire';
import { microclimates } from '.';

type Route = ScriptedAnswer | ((request: SeenRequest) => ScriptedAnswer);
const gateway: DeviceRef = { vendorDeviceId: 'a908', vendorSiteId: 'a908', kind: 'site_gateway' };
const apiToken = 'token-0000';

describe('microclimates', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });

  function connect(routes: Record<string, Route> = {}) {
    const all: Record<string, Route> = {
      '/api/v2/accounts': { body: accounts },
      '/api/v2/sites': { body: sites },
      '/api/v2/sites/a908': { body: site },
      ...routes,
    };
    server.answer((request) => {
      const route = all[request.url];
      return typeof route === 'function' ? route(request) : (route ?? { status: 404, body: errorBody });
    });
    const context = inMemoryContext({ baseUrl: server.baseUrl, credentials: { apiToken } });
    return { context, adapter: microclimates.create(context) };
  }
  const readOne = async (adapter: VendorAdapter): Promise<DeviceReadResult | undefined> => {
    for await (const result of adapter.read([gateway])) return result;
    return undefined;
  };
  const failure = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: Error) => error,
    );

  it('has a manifest that holds and no ability to steer', () => {
    expect(manifestSchema.safeParse(microclimates.manifest).error).toBeUndefined();
    expect(connect().adapter.steering).toBeUndefined();
    expect(microclimates.settingsSchema.parse({})).toEqual({});
  });

  it('M1: proves the token by asking for the account, with Bearer', async () => {
    expect(await connect().adapter.verifyCredentials()).toEqual({
      account: 'John Jones (jjones84@gmail.com)',
    });
    expect(server.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/api/v2/accounts', `Bearer ${apiToken}`],
    ]);
  });

  it("says that a person must act when the token was revoked, with the vendor's words", async () => {
    const refuse = { status: 401, body: { ...errorBody, message: `no such token ${apiToken}` } };
    const { adapter } = connect({ '/api/v2/accounts': refuse });
    const error = await failure(adapter.verifyCredentials());
    expect(error).toBeInstanceOf(VendorAuthExpired);
    expect(error).toMatchObject({
      words: 'no such token [redacted] (request f14d156c-5e90-4457-aaa6-d8f6757b07ba)',
    });
  });

  describe('list', () => {
    it('shows the printed site and its gateway, online and never steerable', async () => {
      expect(await connect().adapter.list()).toEqual({
        complete: true,
        problems: [],
        sites: [{ vendorSiteId: 'a908', name: 'Indoor Farm North' }],
        devices: [
          {
            vendorDeviceId: 'a908',
            vendorSiteId: 'a908',
            kind: 'site_gateway',
            name: 'Indoor Farm North',
            vendorType: 'site',
            online: true,
            roleTooLow: true,
            vendorControl: false,
            zones: [],
          },
        ],
      });
    });

    it.each([502, 503, 504])('M2: takes %p of one site for that site being offline', async (status) => {
      const { devices, complete } = await connect({
        '/api/v2/sites/a908': { status, body: errorBody },
      }).adapter.list();
      expect(devices).toMatchObject([{ online: false }]);
      expect(complete).toBe(true);
    });

    it('M2: takes a 503 of the list of sites for an outage', async () => {
      const error = await failure(
        connect({ '/api/v2/sites': { status: 503, body: errorBody } }).adapter.list(),
      );
      expect(error).toBeInstanceOf(VendorUnavailable);
    });

    it('M7: asks with the etag, and an unchanged site is online with the role it had', async () => {
      const withTag = ({ headers }: SeenRequest): ScriptedAnswer =>
        headers['if-none-match'] === '"v1"'
          ? { status: 304 }
          : { headers: { etag: '"v1"' }, body: { ...site, role: 3 } };
      const { adapter } = connect({ '/api/v2/sites/a908': withTag });
      const expected = [{ online: true, roleTooLow: false }];
      expect((await adapter.list()).devices).toMatchObject(expected);
      expect((await adapter.list()).devices).toMatchObject(expected);
      expect(server.seen.at(-1)?.headers['if-none-match']).toBe('"v1"');
    });

    it('says nothing about a site that could not be asked, and names it', async () => {
      const { devices, problems } = await connect({
        '/api/v2/sites/a908': { status: 500, body: errorBody },
      }).adapter.list();
      expect(devices[0]?.online).toBeUndefined();
      expect(problems).toMatchObject([
        { vendorDeviceId: 'a908', message: 'GET /api/v2/sites/a908: HTTP 500' },
      ]);
    });

    it('does not ask each of more than 500 sites, and keeps their order', async () => {
      const many = Array.from({ length: 501 }, (_, n) => ({ id: `s${n}`, name: `Site ${n}`, role: 2 }));
      const { devices } = await connect({ '/api/v2/sites': { body: many } }).adapter.list();
      expect(devices.map(({ vendorDeviceId }) => vendorDeviceId)).toEqual(many.map(({ id }) => id));
      expect(devices.every(({ online }) => online === undefined)).toBe(true);
      expect(server.seen).toHaveLength(1);
    });

    it('keeps the rest when an entry is malformed, and is incomplete then', async () => {
      const { devices, complete, problems } = await connect({
        '/api/v2/sites': { body: [{ name: 'x' }, ...sites] },
      }).adapter.list();
      expect([devices.length, problems.length, complete]).toEqual([1, 1, false]);
    });

    it('M8: parses by content, whatever the content-type', async () => {
      const headers = { 'content-type': 'appliction/json; charset-utf-8' };
      expect(
        (await connect({ '/api/v2/sites': { headers, body: JSON.stringify(sites) } }).adapter.list()).sites,
      ).toHaveLength(1);
    });
  });

  describe('read', () => {
    it.each([
      ['200', { body: site }, true],
      ['502', { status: 502 }, false],
      ['503', { status: 503, body: errorBody }, false],
      ['504', { status: 504 }, false],
    ])('takes %s for online: %p', async (_name, answer, online) => {
      expect(await readOne(connect({ '/api/v2/sites/a908': answer }).adapter)).toEqual({
        device: gateway,
        online,
        zones: [],
      });
    });

    it.each([
      ['404', { status: 404, body: errorBody }, VendorNotFound],
      ['401', { status: 401, body: errorBody }, VendorAuthExpired],
      ['500', { status: 500, body: errorBody }, VendorUnavailable],
      ['501', { status: 501, body: errorBody }, VendorRejected],
      ['words', { body: 'hello' }, VendorProtocolError],
    ])('has a typed error for %s', async (_name, answer, type) => {
      const result = await readOne(connect({ '/api/v2/sites/a908': answer }).adapter);
      expect(result).toMatchObject({ device: gateway, error: expect.any(type) });
    });
  });
});

describe('roles', () => {
  it.each([
    [0, true],
    [1, true],
    [2, false],
    [3, false],
    [4, false],
    ['2', false],
    [5, true],
    [1.5, true],
    [null, true],
    ['owner', true],
    [undefined, true],
  ])('M3, M4: role %p is too low: %p', (role, tooLow) => {
    expect(gatewayOf(siteSchema.parse({ id: 's', role }), {}).roleTooLow).toBe(tooLow);
  });

  it('M4: the fresher role of the site itself counts', () => {
    expect(gatewayOf(siteSchema.parse({ id: 's', role: 2 }), { role: 1 }).roleTooLow).toBe(true);
  });

  it('never takes anything but a documented role for one', () => {
    fc.assert(fc.property(fc.double(), (role) => expect([0, 1, 2, 3, 4]).toContain(roleOf(role))));
  });
});
