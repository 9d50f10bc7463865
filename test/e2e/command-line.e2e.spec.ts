import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OccurrenceEvent, Schemas } from '@warmshift/client';
import { minuteMs, slotMs } from '@warmshift/domain';
import { eventually, testDatabase } from '../support';
import { CommandLine, type Outcome } from './support/command-line';
import { Installation, type SandboxConnection } from './support/installation';

jest.setTimeout(200_000);

type Devices = Schemas['DevicesPage'];
type Campaign = Schemas['CampaignAnswer'];

const database = testDatabase();
const homes = { heatingcontrol: 12, istabai: 3, nox: 8, microclimates: 1 };
const installation = new Installation({ database, homes, scale: 100 });
const place = mkdtempSync(join(tmpdir(), 'warmshift-cli-'));
const cli = new CommandLine(() => ({
  WARMSHIFT_URL: installation.apiUrl,
  WARMSHIFT_API_KEY: installation.adminKey,
}));
const outcomes: Outcome[] = [];
const refused = async (args: readonly string[], call = {}): Promise<Outcome> => {
  const outcome = await cli.run(args, call);
  outcomes.push(outcome);
  return outcome;
};

let campaignId = '';
let occurrenceId = '';

beforeAll(() => installation.start());
afterAll(async () => {
  await installation.stop();
  rmSync(place, { recursive: true, force: true });
});

/** The next window that there is time for, as options: a program that starts takes seconds, and a second is 100 here. */
function nextWindow(slots = 2, noticeMs = 10 * minuteMs): string[] {
  const startsAt = Math.ceil((installation.clock.now() + noticeMs) / slotMs) * slotMs;
  return ['--from', new Date(startsAt).toISOString(), '--to', `+${slots * 15}m`];
}

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('warmshift', () => {
  it('shows what a vendor needs, and connects each with credentials from a file or from stdin', async () => {
    expect(await cli.text('vendors', 'nox')).toMatch(/apiKey +string, required, secret/);
    const connect = async ({ baseUrl, credentials, settings, vendor }: SandboxConnection) => {
      const text = JSON.stringify(credentials);
      const file = join(place, `${vendor}.json`);
      writeFileSync(file, text);
      const from = vendor === 'nox' ? '-' : file;
      const set = Object.entries(settings).flatMap(([name, value]) => [
        '--setting',
        `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      ]);
      const args = ['connect', vendor, '--base-url', baseUrl, '--credentials-file', from, ...set, '--wait'];
      const outcome = await cli.run(args, { stdin: vendor === 'nox' ? text : undefined });
      expect([outcome.code, outcome.err]).toEqual([0, expect.stringMatching(/^Listing its devices …\n/)]);
      expect(outcome.out).toMatch(/: ACTIVE, connection [0-9a-f-]{36}\n$/);
    };
    await Promise.all((await installation.vendors()).map(connect));
    const connections = await cli.text('connections');
    expect(connections.match(/ ACTIVE /g)).toHaveLength(4);
    expect(widest(connections)).toBeLessThanOrEqual(100);
  });

  it('lists devices with the reason of every circuit, and tells all of one of them', async () => {
    await eventually(
      async () => {
        const { data } = await installation.admin.get('/admin/v1/devices', { query: { limit: 1000 } });
        const zones = data.flatMap((device) => device.zones);
        return (
          zones.length > 20 && zones.every(({ status }) => (status?.code ?? 'STALE_DATA') !== 'STALE_DATA')
        );
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
    const { data } = await cli.json<Devices>('devices', '--vendor', 'nox', '--limit', '2');
    expect(data.map(({ vendor }) => vendor)).toEqual(['nox', 'nox']);
    const text = await cli.text('devices');
    expect(text).toMatch(/room {2}READY$/m);
    expect(text).toMatch(/LEGIONELLA_DUE +No disinfection run/);
    expect(text).toContain('site_gateway: nothing to steer');
    expect(widest(text)).toBeLessThanOrEqual(100);
    const [device] = data;
    const detail = await cli.text('device', device?.vendorDeviceId ?? '');
    expect(detail).toContain(device?.deviceId);
    expect(detail).toMatch(/DHW .*\n.*room/s);
  });

  it('previews an order without doing it', async () => {
    const order = [
      'preview',
      ...nextWindow(2, 60 * minuteMs),
      '--target-kw',
      '2',
      '--vendor',
      'nox',
      'heatingcontrol',
    ];
    const text = await cli.text(...order);
    expect(text).toMatch(/2\.0 kW less from 20/);
    expect(text).toMatch(/chosen +\d+ actions?/);
    expect(widest(text)).toBeLessThanOrEqual(100);
    const preview = await cli.json<Schemas['PreviewAnswer']>(...order);
    expect(preview.slots.map(({ targetKw }) => targetKw)).toEqual([2, 2]);
    expect(await cli.json<object>('campaigns')).toEqual({ data: [] });
  });

  it('starts an order from stdin and options, and follows it to its end', async () => {
    const stdin = JSON.stringify({
      name: 'Evening peak',
      seed: 1,
      selection: { countries: ['BE', 'NL', 'DE', 'FR', 'LV', 'GB'] },
    });
    const asked = await refused(['start', ...nextWindow(), '--file', '-'], { stdin });
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('say --yes if it is meant')]);

    const started = await cli.run([
      'start',
      ...nextWindow(),
      '--vendor',
      'nox',
      '--yes',
      '--json',
      '--name',
      'Evening peak',
    ]);
    expect([started.code, started.err]).toEqual([0, '']);
    const campaign = JSON.parse(started.out) as Campaign;
    campaignId = campaign.campaignId;
    occurrenceId = campaign.occurrences[0]?.occurrenceId ?? '';
    expect(await cli.text('campaigns')).toContain('Evening peak');

    const [lines, events] = await Promise.all([
      cli.run(['watch', campaignId]),
      cli.run(['watch', occurrenceId, '--json']),
    ]);
    expect([lines.code, lines.err]).toEqual([0, expect.stringContaining(`warmshift report ${occurrenceId}`)]);
    expect(lines.out).toMatch(/^RUNNING .*ACTIVE \d+/m);
    expect(lines.out).toMatch(/^FINISHED .*RESTORED \d+/m);
    const told = events.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as OccurrenceEvent);
    expect(told.length).toBeGreaterThan(2);
    expect(told.at(-1)).toMatchObject({ event: 'finished', data: { occurrenceId, status: 'FINISHED' } });
  });

  it('reports it as a table, as JSON and as CSV', async () => {
    const text = await cli.text('report', campaignId);
    expect(text).toMatch(/outcomes +.*RESTORED \d+/);
    expect(widest(text)).toBeLessThanOrEqual(100);
    const report = await cli.json<Schemas['ReportAnswer']>('report', occurrenceId);
    expect(report.slots).toHaveLength(2);
    const file = join(place, 'actions.csv');
    expect(await cli.text('report', campaignId, '--csv', file, '--of', 'actions')).toBe('');
    const actions = Object.values(report.outcomes).reduce((sum, count) => sum + count, 0);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(actions + 1);
    expect(await cli.text('report', campaignId, '--csv', '-')).toMatch(/^\S+,/);
  });

  it('stops a campaign under way, waits until every home is given back, and then says that it was cancelled', async () => {
    const { campaignId: id } = await cli.json<Campaign>(
      'start',
      ...nextWindow(8),
      '--yes',
      '--name',
      'Too much',
    );
    const watching = cli.run(['watch', id]);
    await eventually(
      async () =>
        (await installation.admin.get('/admin/v1/actions', { query: { state: 'ACTIVE' } })).data.length > 2,
      { timeoutMs: 60_000, everyMs: 200 },
    );
    expect(await cli.text('actions', '--state', 'ACTIVE')).toMatch(/ ACTIVE/);
    expect(await cli.text('stop', id, '--yes', '--wait')).toBe(
      '"Too much" is CANCELLED. Every home is given back.\n',
    );
    expect((await cli.json<Schemas['ActionsPage']>('actions', '--state', 'ACTIVE,RESTORING')).data).toEqual(
      [],
    );
    const { code, err } = await watching;
    expect([code, err]).toEqual([1, expect.stringMatching(/^warmshift: The campaign was cancelled\.\n/m)]);
  });

  it('stops everything in an emergency, and lifts it', async () => {
    const all = ['--all', '--yes'];
    expect(await cli.text('emergency-stop', ...all, '--reason', 'Grid operator called.')).toContain(
      'Stopped.',
    );
    expect(await cli.text('devices', '--code', 'HELD', '--vendor', 'nox')).toContain('HELD');
    expect(await cli.text('lift-stop', ...all)).toContain('Lifted.');
  });
});

describe('warmshift audit verify', () => {
  const env = { DATABASE_URL: database.url };

  it('finds the chains whole, without a key', async () => {
    const { code, out } = await cli.run(['audit', 'verify'], { env });
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^supplier \S+: \d+ entries hold, the last has the hash [0-9a-f]{64}$/m),
    ]);
    const json = JSON.parse((await cli.run(['audit', 'verify', '--json'], { env })).out) as {
      holds: boolean;
    };
    expect(json).toMatchObject({
      holds: true,
      chains: [expect.objectContaining({ entries: expect.any(Number) as number })],
    });
  });

  it('names the entry that somebody changed in the database', async () => {
    await database.query('ALTER TABLE audit DISABLE TRIGGER USER');
    await database.query(`UPDATE audit SET actor = 'somebody else' WHERE action = 'emergency-stop'`);
    const [changed] = await database.query<{ id: string }>(
      `SELECT id FROM audit WHERE actor = 'somebody else'`,
    );
    const { code, err, out } = await cli.run(['audit', 'verify'], { env });
    expect([code, out]).toEqual([1, expect.stringContaining(`(audit id ${changed?.id}) is changed`)]);
    expect(err).toMatch(/^warmshift: 1 of \d+ chains of the audit do not hold\.\n$/);
  });

  it('wants a database', async () => {
    const { code, err } = await refused(['audit', 'verify'], { env: {} });
    expect([code, err]).toEqual([2, expect.stringContaining('DATABASE_URL must be set')]);
  });
});

describe('warmshift, refused', () => {
  const key = 'wrong-key-wrong-key-wrong-key-wrong-key';
  const away = 'http://127.0.0.1:1';

  it('says that the key is not known, in words or as JSON, and does not show it', async () => {
    const env = { WARMSHIFT_URL: installation.apiUrl, WARMSHIFT_API_KEY: key };
    const words = await refused(['devices'], { env });
    expect([words.code, words.out, words.err]).toEqual([
      1,
      '',
      expect.stringMatching(/^warmshift: A valid API key is needed.*\n$/),
    ]);
    const json = await refused(['devices', '--json'], { env });
    expect([json.code, json.out]).toEqual([1, '']);
    expect(JSON.parse(json.err)).toMatchObject({
      error: { status: 401, type: 'urn:warmshift:problem:unauthenticated' },
    });
  });

  it('takes the key from a file, never from an argument', async () => {
    const file = join(place, 'key');
    writeFileSync(file, `${installation.adminKey}\n`);
    const env = { WARMSHIFT_URL: installation.apiUrl };
    expect((await cli.run(['connections', '--key-file', file], { env })).code).toBe(0);
    expect(await refused(['connections'], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining('WARMSHIFT_API_KEY') as string,
    });
    expect(await refused(['connections', '--api-key', key], { env })).toMatchObject({ code: 2 });
  });

  it.each([
    [['--from', '2026-01-14T10:00:00Z', '--to', '+1h'], 1, /startsAt \(--from\) lies in the past/],
    [[...['--from', '2026-01-15T10:00:00Z', '--to', '+1h'], '--share', '2'], 1, /shareOfFleet \(--share\) /],
    [
      ['--from', '2026-01-15T10:00:00Z', '--to', '+1h', '--vendor', 'acme'],
      1,
      /selection\.vendors \(--vendor\) there is no vendor "acme"/,
    ],
  ])('names what is wrong with the order %j', async (options, code, sentence) => {
    const outcome = await refused(['start', ...options, '--yes']);
    expect([outcome.code, outcome.out, outcome.err]).toEqual([code, '', expect.stringMatching(sentence)]);
  });

  it('names the credentials that are missing, and never shows those that there are', async () => {
    const secret = 'hunter2-hunter2';
    const args = [
      'connect',
      'heatingcontrol',
      '--base-url',
      'https://vendor.example.org',
      '--credentials-file',
      '-',
    ];
    const lacking = await refused(args, { stdin: JSON.stringify({ clientSecret: secret }) });
    expect([lacking.code, lacking.err]).toEqual([2, 'warmshift: --credentials-file lacks clientId.\n']);
    expect(JSON.stringify(lacking)).not.toContain(secret);
  });

  it('says that nobody answers', async () => {
    const outcome = await refused(['devices', '--url', `${away}/`, '--timeout', '5']);
    expect([outcome.code, outcome.err]).toEqual([
      3,
      expect.stringMatching(/at http:\/\/127\.0\.0\.1:1 got no answer: /),
    ]);
  });

  it('says all of it in sentences: no stack, no key', () => {
    expect(outcomes.length).toBeGreaterThan(8);
    for (const { err } of outcomes) {
      expect(err).not.toMatch(/^ +at /m);
      expect(err).not.toContain(key);
      expect(err).not.toContain(installation.adminKey);
    }
  });
});
