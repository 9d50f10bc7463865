import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { events, json, SmallServer, type Answer } from '../../../clients/typescript/src/testing/small-server';
import { Cli } from './cli';
import { interruption } from './run';
import { programOf } from './program';
import { typed } from './testing/typed';

const place = mkdtempSync(join(tmpdir(), 'warmshift-cli-'));
const keyFile = join(place, 'key');
writeFileSync(keyFile, 'a-key\nnot the key\n');
afterAll(() => rmSync(place, { recursive: true, force: true }));

let server: SmallServer;
beforeEach(async () => {
  server = await SmallServer.start();
});
afterEach(() => server.stop());

const here = () => ['--url', server.url, '--key-file', keyFile];
const window = ['--from', '2026-01-15T17:00:00Z', '--to', '+1h'];
const preview = {
  slots: [],
  chosen: 3,
  reboundKwh: 1,
  afterSlots: [],
  leftOutByCode: [],
  preempted: 0,
  quotaUse: [],
  actions: [],
  leftOut: [],
};
const problem = {
  type: 'urn:warmshift:problem:x',
  title: 'It cannot be',
  instance: 'urn:uuid:7',
  reference: 'ref-7',
};

/** Answers by method and path; anything else is not expected. */
const routes =
  (answers: Readonly<Record<string, Answer>>): Answer =>
  (asked, response) => {
    const answer = answers[`${asked.method} ${asked.url.split('?')[0]}`];
    if (answer === undefined) response.writeHead(418).end();
    else answer(asked, response);
  };
const fields = [
  { name: 'email', title: 'E-mail', type: 'string', required: true, secret: false },
  { name: 'password', type: 'string', required: true, secret: true },
  { name: 'pin', type: 'number', required: false, secret: true },
];
const settings = [{ name: 'ratedPowerW', type: 'number', required: false, secret: false }];
const vendors = json({ data: [{ vendor: 'acme', title: 'Acme', credentials: fields, settings }] });

describe('a command line that cannot be used', () => {
  it.each([
    [['start', ...window, '--yes', '--colour', 'red'], /unknown option '--colour'/],
    [['sart'], /unknown command 'sart'/],
    [['device'], /missing required argument/],
    [['emergency-stop', '--all'], /required option '--reason <text>' not specified/],
    [['emergency-stop', '--reason', 'x', '--yes'], /One of --all, --connection and --device/],
    [['emergency-stop', '--reason', 'x', '--all', '--device', '1', '--yes'], /One of --all/],
    [['preview', '--from', 'tonight', '--to', '+1h'], /--from must be a time like/],
    [
      ['preview', ...window, '--target-kw', 'much', '--priority', ''],
      /--target-kw must be a number; --priority must be a number/,
    ],
    [['preview', ...window, '--direction', 'sideways'], /Allowed choices are decrease, increase/],
    [['preview', '--target-kw', '5'], /--from and --to must be given/],
    [['preview', '--file', join(place, 'nothing.json')], /--file \S*nothing\.json: there is no such file/],
    [['preview', '--file', place], /--file \S*: it cannot be read \(EISDIR\)/],
    [['preview', '--file', keyFile], /--file does not hold JSON/],
    [['devices', '--limit', '0'], /--limit must be a whole number from 1/],
    [['devices', '--timeout', 'long'], /--timeout must be a number of seconds/],
    [['report', '1', '--json', '--csv', '-'], /--json and --csv cannot be given together/],
    [['audit', 'verify', 'everybody'], /The supplier must be its id/],
  ])('%j ends with 2 and says why, before anything is sent', async (args, sentence) => {
    const { code, err, out } = await typed([...args, ...here()]);
    expect([code, out, err]).toEqual([2, '', expect.stringMatching(sentence)]);
    expect(server.asked).toEqual([]);
  });

  it.each([
    [['--url', 'warmshift.example.org', '--key-file', keyFile], /must start with http/],
    [
      ['--url', 'http://127.0.0.1', '--key-file', join(place, 'lost')],
      /--key-file \S*lost: there is no such file/,
    ],
  ])('%j says where and who is not usable', async (options, sentence) => {
    const { code, err } = await typed(['devices', ...options]);
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
  });
});

describe('what the service refuses', () => {
  const refusal = (status: number, more: object = {}) => json({ ...problem, status, ...more }, status);

  it.each([
    [
      refusal(403, { detail: 'It needs an operator.' }),
      1,
      'warmshift: It cannot be: It needs an operator.\n',
    ],
    [refusal(500), 1, 'warmshift: It cannot be (reference ref-7).\n'],
    [
      ((_asked, response) => void response.writeHead(502).end('<h1>')) as Answer,
      3,
      'warmshift: HTTP 502: the answer does not come from Warmshift.\n',
    ],
  ])('is said in one sentence (%#)', async (answer, expected, sentence) => {
    server.answer = answer;
    expect(await typed(['connections', ...here()])).toEqual({ code: expected, out: '', err: sentence });
  });

  it('names the option of every field that is wrong', async () => {
    const errors = [
      { field: 'endsAt', reason: 'must be after startsAt' },
      { field: 'selection.deviceIds[0]', reason: 'is not an id' },
      { field: 'recurrence', reason: 'has no day from now on' },
    ];
    server.answer = refusal(400, { errors });
    const { code, err } = await typed(['preview', ...window, '--device', 'x', ...here()]);
    expect([code, err]).toEqual([
      1,
      'warmshift: It cannot be: endsAt (--to) must be after startsAt; selection.deviceIds[0] (--device) is not an id; recurrence has no day from now on.\n',
    ]);
  });

  it('is a JSON document on stderr with --json', async () => {
    server.answer = refusal(409, { detail: 'It has ended.' });
    const { code, err, out } = await typed(['report', 'x', '--json', ...here()]);
    expect([code, out]).toEqual([1, '']);
    expect(JSON.parse(err)).toEqual({
      error: {
        message: 'It cannot be: It has ended.',
        status: 409,
        type: problem.type,
        title: 'It cannot be',
        detail: 'It has ended.',
        errors: [],
        reference: 'ref-7',
      },
    });
  });
});

describe('a question', () => {
  const campaigns = {
    'POST /admin/v1/campaigns/preview': json(preview),
    'POST /admin/v1/campaigns': json({ campaignId: 'c1', occurrences: [] }, 201),
  };
  const ordered = () => server.asked.filter(({ url }) => url === '/admin/v1/campaigns').length;

  it.each([
    ['y\n', 0, 1],
    ['YES\n', 0, 1],
    ['n\n', 1, 0],
    ['\n', 1, 0],
    ['\u0003', 130, 0],
    ['\u0004', 2, 0],
  ])('whether it is meant, answered with %j, ends with %i', async (answer, code, orders) => {
    server.answer = routes(campaigns);
    const outcome = await typed(['start', ...window, ...here()], { person: () => answer });
    expect(outcome.code).toBe(code);
    expect(outcome.out).toContain('3 actions');
    expect(outcome.err).toContain('Start it? [y/N]');
    expect(ordered()).toBe(orders);
  });

  it('is not asked where nobody is, and then nothing is done', async () => {
    server.answer = routes(campaigns);
    for (const args of [
      ['start', ...window],
      ['start', ...window, '--json'],
    ])
      expect(await typed([...args, ...here()])).toMatchObject({
        code: 2,
        err: expect.stringContaining('say --yes') as string,
      });
    expect(ordered()).toBe(0);
  });

  it('for credentials shows what is typed only where it is no secret', async () => {
    server.answer = routes({
      'GET /admin/v1/vendors': vendors,
      'POST /admin/v1/connections': json({ connectionId: 'k1', name: 'Acme', status: 'ACTIVE' }, 201),
    });
    const answers: Record<string, string> = {
      'E-mail: ': 'op@example.org\n',
      'password: ': 'hunter2\n',
      'pin (optional): ': '\n',
    };
    const { code, err, out } = await typed(
      [
        'connect',
        'acme',
        '--base-url',
        'https://acme.example.org',
        '--setting',
        'ratedPowerW=900',
        ...here(),
      ],
      {
        person: (question) =>
          Object.entries(answers).find(([asked]) => question.endsWith(asked))?.[1] ?? '\u0004',
      },
    );
    expect([code, out]).toEqual([0, 'Acme: ACTIVE, connection k1\n']);
    expect(err).toContain('op@example.org');
    expect(err).not.toContain('hunter2');
    expect(JSON.parse(server.asked[1]?.body ?? '')).toEqual({
      vendor: 'acme',
      name: 'Acme',
      baseUrl: 'https://acme.example.org',
      credentials: { email: 'op@example.org', password: 'hunter2' },
      settings: { ratedPowerW: 900 },
    });
  });
});

describe('connect', () => {
  const args = (...more: string[]) => [
    'connect',
    'acme',
    '--base-url',
    'https://acme.example.org',
    ...more,
    ...here(),
  ];

  it.each([
    [[], '', /Nobody can be asked for credentials here.*\n.*\n +email +string, required: E-mail/],
    [['--credentials-file', '-'], 'hunter2:', /--credentials-file does not hold JSON\.\n$/],
    [['--credentials-file', '-'], '["hunter2"]', /must hold a JSON object/],
    [['--credentials-file', '-'], '{"password":"hunter2"}', /lacks email/],
    [['--setting', 'colour=red'], '', /--setting colour: Acme has the settings ratedPowerW/],
    [['--setting', 'ratedPowerW'], '', /--setting ratedPowerW must be followed by =/],
    [['--setting', 'ratedPowerW=much'], '', /--setting ratedPowerW must be a number, not much/],
  ])('with %j and %j is refused', async (more, stdin, sentence) => {
    server.answer = vendors;
    const { code, err } = await typed(args(...more), { stdin });
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
    expect(err).not.toContain('hunter2');
    expect(server.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('names the vendors that there are', async () => {
    server.answer = vendors;
    const { code, err } = await typed([
      'connect',
      'acne',
      '--base-url',
      'https://acme.example.org',
      ...here(),
    ]);
    expect([code, err]).toEqual([2, 'warmshift: There is no vendor "acne"; there are acme.\n']);
  });

  it('ends with 1 when the vendor does not accept the credentials, and passes on its words', async () => {
    const connection = {
      connectionId: 'k1',
      name: 'Acme',
      status: 'NEEDS_REAUTHENTICATION',
      statusReason: 'Invalid password',
    };
    server.answer = routes({
      'GET /admin/v1/vendors': vendors,
      'POST /admin/v1/connections': json(connection, 201),
    });
    const stdin = '{"email":"a","password":"b"}';
    const { code, err } = await typed(args('--credentials-file', '-'), { stdin });
    expect([code, err]).toEqual([1, 'warmshift: Acme is NEEDS_REAUTHENTICATION: Invalid password.\n']);
  });
});

describe('a device that is asked for by name', () => {
  const device = (name: string, deviceId: string) => ({
    name,
    deviceId,
    vendorDeviceId: `v-${deviceId}`,
    zones: [],
  });
  const page = (...data: object[]) => ({ 'GET /admin/v1/devices': json({ data, nextCursor: null }) });
  const detail = {
    ...device('Boiler', 'd1'),
    vendor: 'nox',
    kind: 'heat_pump',
    tags: [],
    enabled: true,
    vendorControl: true,
    cycles: [],
  };

  it('is found by its whole name among several', async () => {
    server.answer = routes({
      ...page(device('Boiler 2', 'd2'), device('Boiler', 'd1')),
      'GET /admin/v1/devices/d1': json(detail),
    });
    const { code, out } = await typed(['device', 'Boiler', ...here()]);
    expect([code, out]).toEqual([0, expect.stringContaining('nox, v-d1')]);
  });

  it.each([
    [[], 'warmshift: There is no device called "Boil".\n'],
    [
      [device('Boiler', 'd1'), device('Boiler 2', 'd2')],
      /fits several devices; give the id of one:\n {2}d1 {2}Boiler\n {2}d2 {2}Boiler 2/,
    ],
  ])('is not guessed (%#)', async (found, sentence) => {
    server.answer = routes(page(...found));
    const { code, err } = await typed(['device', 'Boil', ...here()]);
    expect([code, err]).toEqual([
      1,
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    ]);
  });
});

describe('actions', () => {
  it('shows first what holds a home past its window', async () => {
    const action = (deviceName: string, overdue: boolean) => ({
      deviceName,
      overdue,
      vendor: 'nox',
      zone: 'DHW',
      direction: 'decrease',
      state: 'RESTORING',
      startsAt: '2026-01-15T17:00:00.000Z',
      endsAt: '2026-01-15T18:00:00.000Z',
      expectedYieldKw: 1.7,
    });
    server.answer = (asked, response) =>
      json({
        data: asked.url.includes('overdue=true') ? [action('Late', true)] : [action('On time', false)],
        nextCursor: null,
      })(asked, response);
    const { out, err } = await typed(['actions', '--state', 'RESTORING', ...here()]);
    expect(out).toMatch(/Late .*OVERDUE\n.*On time/);
    expect(err).toContain('2 actions: RESTORING 2. Overdue: 1.');
    const one = await typed(['actions', '--limit', '1', '--json', ...here()]);
    expect(JSON.parse(one.out)).toMatchObject({ data: [{ deviceName: 'Late' }] });
  });
});

describe('watch', () => {
  const told = (event: string, states: object) =>
    `event: ${event}\nid: 1\ndata: ${JSON.stringify({ occurrenceId: 'o1', status: 'RUNNING', states, slots: [] })}\n\n`;
  const occurrence = {
    occurrenceId: 'o1',
    campaignId: 'c1',
    status: 'FINISHED',
    endsAt: '2026-01-15T19:00:00.000Z',
  };
  const watched = (finishedAt: string, status: string) =>
    routes({
      'GET /admin/v1/campaigns/o1': json({ ...problem, status: 404 }, 404),
      'GET /admin/v1/campaigns/c1': json({ campaignId: 'c1', status }),
      'GET /admin/v1/occurrences/o1/events': events(
        told('progress', { ACTIVE: 1 }),
        told('finished', { RESTORED: 1 }),
      ),
      'GET /admin/v1/occurrences/o1': json({ ...occurrence, finishedAt }),
    });

  it('draws over what it drew before on a terminal, and only there', async () => {
    server.answer = watched('2026-01-15T19:00:01.000Z', 'FINISHED');
    const live = await typed(['watch', 'o1', ...here()], { person: () => '' });
    expect([live.code, live.out]).toEqual([0, 'RUNNING: ACTIVE 1\n\u001b[1A\u001b[JRUNNING: RESTORED 1\n']);
    const piped = await typed(['watch', 'o1', ...here()]);
    expect([piped.code, piped.out]).toEqual([0, 'RUNNING   ACTIVE 1\nRUNNING   RESTORED 1\n']);
  });

  it.each([
    ['2026-01-15T18:00:00.000Z', 'CANCELLED', 1],
    ['2026-01-15T19:00:01.000Z', 'CANCELLED', 0],
    ['2026-01-15T18:00:00.000Z', 'ACTIVE', 0],
  ])('of what ended at %s, of a campaign that is %s, ends with %i', async (finishedAt, status, code) => {
    server.answer = watched(finishedAt, status);
    expect((await typed(['watch', 'o1', ...here()])).code).toBe(code);
  });
});

describe('Ctrl-C', () => {
  it('ends a command that waits for its answer with 130', async () => {
    const stop = new AbortController();
    server.answer = () => stop.abort(interruption());
    expect(await typed(['devices', ...here()], { signal: stop.signal })).toEqual({
      code: 130,
      out: '',
      err: 'warmshift: stopped by Ctrl-C.\n',
    });
  });
});

describe('--help', () => {
  const commands = (command: Command): Command[] => [command, ...command.commands.flatMap(commands)];
  const streams = { input: process.stdin, out: process.stdout, err: process.stderr };
  const program = programOf(new Cli(streams, new AbortController().signal));

  it.each(commands(program).map((command) => [command.name(), command] as const))(
    'of %s says what everything does',
    (_name, command) => {
      expect(command.description()).toMatch(/\w/);
      for (const { description, flags } of command.options)
        expect([flags, description]).toEqual([flags, expect.stringMatching(/\w/)]);
      for (const argument of command.registeredArguments) expect(argument.description).toMatch(/\w/);
    },
  );

  it.each([[[]], [['start']], [['watch']], [['connect']], [['audit', 'verify']]])(
    'of %j fits 100 columns and ends with 0',
    async (words) => {
      const { code, out } = await typed([...words, '--help']);
      expect(code).toBe(0);
      expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    },
  );
});
