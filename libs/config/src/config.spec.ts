import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { ConfigError, loadConfig, secretValues, settingNames, type Environment } from './index';

const hexKey = randomBytes(32).toString('hex');
const base64Key = randomBytes(32).toString('base64');

function problemsOf(env: Environment, require: readonly ('DATABASE_URL' | 'SECRETS_KEY')[] = []) {
  try {
    loadConfig(env, { require });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ setting }) => setting);
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('needs no settings at all for the embedded mode', () => {
    expect(loadConfig({})).toEqual({
      database: { url: undefined },
      queue: { redisUrl: undefined, redisPrefix: 'warmshift' },
      security: { secretsKeys: undefined },
      http: { host: '127.0.0.1', port: 3000, requestsPerMinute: 6000 },
      data: { dir: '.warmshift' },
      vendors: { allowLocalHosts: false },
      bootstrap: { adminKey: undefined, supplier: 'Default supplier' },
      log: { level: 'info' },
      worker: { concurrency: 256 },
      metrics: { host: '127.0.0.1', port: undefined },
      clock: undefined,
    });
  });

  it('gives the required settings as certain ones', () => {
    const env = { DATABASE_URL: 'postgres://u:p@db:5432/w', SECRETS_KEY: hexKey };
    const config = loadConfig(env, { require: ['DATABASE_URL', 'SECRETS_KEY'] });
    const url: string = config.database.url;
    expect(url).toBe(env.DATABASE_URL);
    expect(config.security.secretsKeys[0]).toEqual({ version: 'v1', key: Buffer.from(hexKey, 'hex') });
  });

  it('names every problem at once, in the order of the documentation', () => {
    const env = { PORT: 'abc', ALLOW_LOCAL_VENDOR_HOSTS: 'yes', LOG_LEVEL: 'loud', CLOCK_SCALE: '60' };
    expect(problemsOf(env, ['SECRETS_KEY', 'DATABASE_URL'])).toEqual([
      'DATABASE_URL',
      'SECRETS_KEY',
      'PORT',
      'ALLOW_LOCAL_VENDOR_HOSTS',
      'LOG_LEVEL',
      'CLOCK_VIRTUAL_START',
      'CLOCK_REAL_START',
    ]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://db/x'],
    ['DATABASE_URL', 'postgres:///nohost'],
    ['DATABASE_URL', 'warmshift'],
    ['REDIS_URL', 'http://redis:6379'],
    ['REDIS_PREFIX', 'two words'],
    ['SECRETS_KEY', 'short'],
    ['SECRETS_KEY', 'a'.repeat(64)],
    ['SECRETS_KEY', `v1:${hexKey},v1:${base64Key}`],
    ['SECRETS_KEY', `${hexKey},${base64Key}`],
    ['SECRETS_KEY', `v0:${hexKey}`],
    ['SECRETS_KEY', `${hexKey},`],
    ['HOST', 'http://here'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['PORT', '3000.5'],
    ['ALLOW_LOCAL_VENDOR_HOSTS', 'TRUE'],
    ['BOOTSTRAP_ADMIN_KEY', 'too-short'],
    ['BOOTSTRAP_ADMIN_KEY', `ws_live_0123456789ab_${'0'.repeat(63)}`],
    ['BOOTSTRAP_ADMIN_KEY', `${'k'.repeat(40)} ${'k'.repeat(40)}`],
    ['BOOTSTRAP_SUPPLIER', 'two\nlines'],
    ['LOG_LEVEL', 'INFO'],
    ['WORKER_CONCURRENCY', '0'],
  ])('refuses %s=%s rather than falling back to a default', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([name]);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ])('reads ALLOW_LOCAL_VENDOR_HOSTS=%s as %s', (text, expected) => {
    expect(loadConfig({ ALLOW_LOCAL_VENDOR_HOSTS: text }).vendors.allowLocalHosts).toBe(expected);
  });

  it('takes an empty value for not set, and no white space around a value', () => {
    const config = loadConfig({ PORT: '', DATABASE_URL: '  ', REDIS_URL: ' redis://r:6379\n' });
    expect(config.http.port).toBe(3000);
    expect(config.database.url).toBeUndefined();
    expect(config.queue.redisUrl).toBe('redis://r:6379');
    expect(problemsOf({ DATABASE_URL: '' }, ['DATABASE_URL'])).toEqual(['DATABASE_URL']);
  });

  it('reads a list of key versions with the current one first', () => {
    const { secretsKeys } = loadConfig({ SECRETS_KEY: `v2:${base64Key}, v1:${hexKey}` }).security;
    expect(secretsKeys).toEqual([
      { version: 'v2', key: Buffer.from(base64Key, 'base64') },
      { version: 'v1', key: Buffer.from(hexKey, 'hex') },
    ]);
  });

  it.each([
    ['2026-03-29T01:30:00+01:00', Date.UTC(2026, 2, 29, 0, 30)],
    ['2026-03-29T00:30:00Z', Date.UTC(2026, 2, 29, 0, 30)],
    ['1774744200000', 1774744200000],
  ])('reads the clock start %s', (text, expected) => {
    const env = { CLOCK_VIRTUAL_START: text, CLOCK_REAL_START: '0', CLOCK_SCALE: '0.5' };
    expect(loadConfig(env).clock).toEqual({ virtualStart: expected, realStart: 0, scale: 0.5 });
  });

  it.each(['2026-03-29', '2026-03-29T00:30', 'now', '2026-13-01T00:00:00Z'])(
    'refuses %s as an instant: it has no offset or is no time',
    (text) => {
      const env = { CLOCK_VIRTUAL_START: text, CLOCK_REAL_START: '0', CLOCK_SCALE: '1' };
      expect(problemsOf(env)).toEqual(['CLOCK_VIRTUAL_START']);
    },
  );

  it('never repeats a value in its error', () => {
    const value = fc.stringMatching(/^[A-Z][A-Za-z0-9!%&/=+]{11,40}$/);
    fc.assert(
      fc.property(fc.constantFrom(...settingNames), value, (name, text) => {
        try {
          loadConfig({ [name]: text });
        } catch (error) {
          expect(String(error)).toContain(name);
          expect(String(error)).not.toContain(text);
          expect(JSON.stringify(error)).not.toContain(text);
        }
      }),
    );
  });
});

describe('secretValues', () => {
  it('lists passwords of URLs (as written and decoded), keys and the admin key', () => {
    const env = {
      DATABASE_URL: 'postgres://u:p%40ss-word@db/w',
      REDIS_URL: 'redis://:redispass@r:6379',
      SECRETS_KEY: `v2:${base64Key},v1:${hexKey}`,
      BOOTSTRAP_ADMIN_KEY: 'k'.repeat(32),
    };
    expect(secretValues(loadConfig(env), env)).toEqual([
      'p%40ss-word',
      'redispass',
      'p@ss-word',
      base64Key,
      hexKey,
      'k'.repeat(32),
    ]);
  });

  it('is empty when nothing secret is set', () => {
    expect(secretValues(loadConfig({}), {})).toEqual([]);
  });
});
