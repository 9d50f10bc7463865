import { minuteMs } from '@warmshift/domain';
import { vendorModule } from '@warmshift/vendors';
import { eventually, testDatabase } from '../support';
import { Evening, keyOf, type Connection } from './support/evening';
import { Installation } from './support/installation';

jest.setTimeout(400_000);

const steerable = ['heatingcontrol', 'istabai', 'nox'] as const;
/** What a vendor can do to us without a person having to act. Shares are of requests, writes or devices. */
const fires = [
  { fault: 'http-500', share: 0.1 },
  { fault: 'rate-limited', share: 0.05, retryAfterS: 10 },
  { fault: 'connection-reset', share: 0.05 },
  { fault: 'lost-response', share: 0.1 },
  { fault: 'not-applied', share: 0.1 },
  { fault: 'applied-late', share: 0.2 },
  { fault: 'slow', share: 0.1, delayMs: 100 },
  { fault: 'html-body', share: 0.05 },
  { fault: 'malformed-device', share: 1 },
  { fault: 'malformed-fields', share: 0.01 },
  { fault: 'unknown-words', share: 1 },
  { fault: 'empty-reply', share: 0.2 },
  { fault: 'revoked-sessions', share: 1 },
  { fault: 'paging-repeats', share: 1 },
  { fault: 'offline-devices', share: 0.1 },
] as const;
const fireMs = 5 * minuteMs;
/** Seeds of which faults are on: they change every minute of the sandbox. */
const seeds = [1, 2, 3, 4, 5];

const database = testDatabase();
const installation = new Installation({ database });
const evening = new Evening(installation);
const { control, clock } = installation;
let connections: Connection[];

beforeAll(async () => {
  await installation.start();
  connections = await evening.connect();
});
afterAll(() => installation.stop());

const put = (vendor: string, fault: string, setting: object): Promise<unknown> =>
  control.ask('POST', '/faults', { vendor, fault, on: true, ...setting });
const extinguish = (): Promise<unknown> => control.post('/reset-faults');
const lines = (event: string, connectionId: string): string[] =>
  installation.logs.split('\n').filter((line) => line.includes(event) && line.includes(connectionId));
const connectionOf = (vendor: string): Connection => {
  const found = connections.find((connection) => connection.vendor === vendor);
  if (found === undefined) throw new Error(`no connection to ${vendor}`);
  return found;
};
const statuses = async (): Promise<string[]> =>
  (await installation.admin.get('/admin/v1/connections')).data.map(({ status }) => status);
/** Vendors whose devices in actions are read more often than the fire lasts. */
const isAskedMeanwhile = (vendor: string): boolean => {
  const { cadence, steering } = vendorModule(vendor).manifest;
  return steering !== undefined && cadence.readActiveMs < fireMs;
};
const readyZones = async (vendor: string): Promise<number> =>
  (await evening.devices())
    .filter((device) => device.vendor === vendor)
    .flatMap(({ zones }) => zones)
    .filter(({ status }) => status?.code === 'READY').length;
const requestsPerMinute = async (since: number) =>
  (
    await control.get<{ vendors: { vendor: string; minutes: { at: string; requests: number }[] }[] }>(
      `/requests?since=${since}`,
    )
  ).vendors;

describe('vendors under fire', () => {
  it('writes one line when a vendor goes away and one when it is back', async () => {
    const { connectionId } = connectionOf('heatingcontrol');
    const ready = await readyZones('heatingcontrol');
    await put('heatingcontrol', 'connection-reset', { share: 1 });
    await eventually(() => lines('connection.away', connectionId).length > 0, { timeoutMs: 90_000 });
    const awayAt = clock.now();
    await eventually(() => clock.now() > awayAt + 20 * minuteMs, { timeoutMs: 60_000 });
    await extinguish();
    await eventually(() => lines('connection.back', connectionId).length > 0, { timeoutMs: 90_000 });
    expect(lines('connection.away', connectionId)).toHaveLength(1);
    expect(lines('connection.back', connectionId)).toHaveLength(1);
    await eventually(async () => (await readyZones('heatingcontrol')) >= ready / 2, { timeoutMs: 90_000 });
  });

  it('steers through five minutes of everything at random, with requests within the pace of each vendor', async () => {
    await evening.start();
    const startedAt = clock.now();
    for (const seed of seeds) {
      await extinguish();
      for (const vendor of [...steerable, 'microclimates']) {
        for (const [index, { fault, ...setting }] of fires.entries()) {
          if ((seed * 7 + index * 3) % 4 < 2) await put(vendor, fault, { ...setting, seed });
        }
      }
      const { active } = await control.get<{ active: unknown[] }>('/faults');
      expect(active.length).toBeGreaterThan(15);
      await eventually(() => clock.now() >= startedAt + (seed * fireMs) / seeds.length, {
        timeoutMs: 60_000,
      });
    }
    const pace = await requestsPerMinute(startedAt);
    await extinguish();
    for (const { vendor, minutes } of pace) {
      const { requestsPerSecond, burst } = vendorModule(vendor).manifest.pacing;
      const total = minutes.reduce((sum, { requests }) => sum + requests, 0);
      const seconds = (clock.now() - startedAt) / 1_000 + 60;
      expect([vendor, total <= requestsPerSecond * seconds + burst]).toEqual([vendor, true]);
      if (isAskedMeanwhile(vendor)) expect([vendor, total > 0]).toEqual([vendor, true]);
    }
  });

  it('ends the evening with every action given back and nobody steered', async () => {
    await evening.windowIsOver();
    const overAt = Date.now();
    await eventually(async () => (await evening.steeredNow()).length === 0, { timeoutMs: 90_000 });
    expect(Date.now() - overAt).toBeLessThan(60_000);
    await evening.finished();
    const open = (await evening.actions()).filter(
      ({ state }) => !['RESTORED', 'OVERRIDDEN', 'SKIPPED', 'FAILED', 'CANCELLED'].includes(state),
    );
    expect(open).toEqual([]);
  });

  it('has lost no device and doubled none', async () => {
    await eventually(async () => (await statuses()).every((status) => status === 'ACTIVE'), {
      timeoutMs: 90_000,
    });
    const known = (await evening.devices()).map(keyOf);
    expect(known.sort()).toEqual(await evening.listed());
    expect(new Set(known).size).toBe(known.length);
    const rows = await database.query<{ count: string }>(
      'SELECT count(*) FROM devices GROUP BY connection_id, vendor_device_id HAVING count(*) > 1',
    );
    expect(rows).toEqual([]);
  });

  it('wrote as many lines about coming back as about going away', () => {
    for (const { connectionId, vendor } of connections) {
      const away = lines('connection.away', connectionId).length;
      const back = lines('connection.back', connectionId).length;
      expect([vendor, back]).toEqual([vendor, away]);
    }
  });
});
