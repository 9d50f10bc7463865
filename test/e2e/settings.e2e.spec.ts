import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../support';
import { Program, type Settings } from './support/program';

const database = testDatabase();
const dataDir = mkdtempSync(join(tmpdir(), 'warmshift-e2e-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const secretsKey = randomBytes(32).toString('hex');

/** Each value would be recognised if it were repeated. */
const badSettings: [name: string, settings: Settings, saidOf: Record<string, RegExp>][] = [
  ['a port that is no number', { PORT: 'abc-port' }, { PORT: /whole number/ }],
  [
    'half a clock',
    { CLOCK_SCALE: '61.75' },
    { CLOCK_VIRTUAL_START: /must be set/, CLOCK_REAL_START: /must be set/ },
  ],
  ['a key that is too short', { SECRETS_KEY: 'too-short-a-key' }, { SECRETS_KEY: /32 bytes/ }],
  ['a Redis that is none', { REDIS_URL: 'http://user:hidden-word@cache:6379' }, { REDIS_URL: /redis/ }],
  [
    'several at once',
    {
      PORT: '70123',
      DATABASE_URL: 'mysql://hidden-word@db/w',
      SECRETS_KEY: 'aaaaaaaaa',
      LOG_LEVEL: 'loud-voice',
    },
    { DATABASE_URL: /postgres/, PORT: /65535/, SECRETS_KEY: /32 bytes/, LOG_LEVEL: /must be one of/ },
  ],
];

/** All of them share one reader of settings, so the costly starts get the case that holds most. */
const programs = [
  ['apps/api/src/main.js', badSettings.slice(-1)],
  ['apps/worker/src/main.js', badSettings.slice(-1)],
  ['tools/start.js', badSettings],
] as const;

describe.each(programs)('%s with a bad setting', (script, cases) => {
  it.each(cases)('does not start with %s, and says which setting and why', async (_what, bad, saidOf) => {
    const good = { DATABASE_URL: database.url, SECRETS_KEY: secretsKey, DATA_DIR: dataDir, PORT: '0' };
    const program = new Program(script, { ...good, ...bad });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    for (const [name, reason] of Object.entries(saidOf)) {
      const [line] = program.output.split('\n').filter((text) => text.trimStart().startsWith(`${name} `));
      expect(line).toMatch(reason);
    }
    for (const value of Object.values(bad)) expect(program.output).not.toContain(value);
    expect(program.output).not.toContain('hidden-word');
    expect(program.output).not.toMatch(/^ +at /m);
  });
});

it('says that a database of its own needs its key, and starts no embedded Postgres', async () => {
  const program = new Program('tools/start.js', { DATABASE_URL: database.url, DATA_DIR: dataDir });
  expect(await program.ended).toEqual({ code: 1, signal: null });
  expect(program.output).toMatch(/SECRETS_KEY must be set/);
  expect(readdirSync(dataDir)).toEqual([]);
});

describe.each([
  ['apps/sandbox/src/main.js', ['--nxo', '5'], /--nxo/, 2],
  ['apps/sandbox/src/main.js', ['--nox', 'many'], /--nox must be a whole number/, 2],
  ['tools/demo.js', ['--nxo', '5'], /There is no option --nxo/, 1],
  ['tools/demo.js', ['--nox', 'many'], /--nox takes a whole number/, 1],
  ['tools/start.js', ['--prot', '80'], /There is no option --prot/, 1],
] as const)('%s %j', (script, args, sentence, code) => {
  it('is refused with a sentence that says which option', async () => {
    const program = new Program(script, { DATA_DIR: dataDir }, args);
    expect(await program.ended).toEqual({ code, signal: null });
    expect(program.output).toMatch(sentence);
    expect(program.output).not.toMatch(/^ +at /m);
  });
});
