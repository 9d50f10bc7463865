import * as fc from 'fast-check';
import { createLogger, eventLog, NestLogger, registerSecret, withCorrelation, withoutSecrets } from './index';

function listeningLogger(level = 'trace', secrets: string[] = []) {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'test',
    level,
    secrets,
    destination: { write: (line) => void lines.push(line) },
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one JSON line with the event as msg, the level in words and an ISO time', () => {
    const { logger, lines, last } = listeningLogger();
    logger.info({ actionId: 'a1', vendor: 'nox' }, 'action.sent');
    expect(last()).toMatchObject({
      level: 'info',
      name: 'test',
      msg: 'action.sent',
      actionId: 'a1',
      vendor: 'nox',
    });
    expect(last()['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
  });

  it('leaves out lines below its level', () => {
    const { logger, lines } = listeningLogger('warn');
    logger.info('quiet');
    logger.warn('loud');
    expect(lines).toHaveLength(1);
  });

  it('puts the correlation id of the work into each of its lines, across awaits', async () => {
    const { logger, last } = listeningLogger();
    await withCorrelation('c-1', async () => {
      await Promise.resolve();
      logger.info('inside');
    });
    expect(last()['correlationId']).toBe('c-1');
    logger.info('outside');
    expect(last()).not.toHaveProperty('correlationId');
  });

  it.each([
    'authorization',
    'Authorization',
    'x-api-key',
    'api_key',
    'apiKey',
    'password',
    'clientSecret',
    'client_secret',
    'token',
    'access_token',
    'secret',
    'cookie',
    'set-cookie',
    'SECRETS_KEY',
  ])('hides what is called %s, at any depth and in child facts', (name) => {
    const { logger, lines } = listeningLogger();
    logger.info({ [name]: 'hide me', deep: [{ request: { headers: { [name]: ['hide me'] } } }] }, 'x');
    logger.child({ [name]: 'hide me' }).info('y');
    expect(lines.join('')).not.toContain('hide me');
    expect(lines.join('')).toContain('[redacted]');
  });

  it('keeps names that only look like secrets', () => {
    const { logger, last } = listeningLogger();
    const facts = { next_token: 'abc', tokenExpiresAt: 5, idempotencyKey: 'i-1', secretVersion: 'v1' };
    logger.info(facts, 'x');
    expect(last()).toMatchObject(facts);
  });

  it('hides assignments in text, as in a URL that somebody put into a message', () => {
    const { logger, last } = listeningLogger();
    logger.info({ url: 'https://v.example/x?api_key=abc123&page=2' }, 'x');
    expect(last()['url']).toBe('https://v.example/x?api_key=[redacted]&page=2');
  });

  it('shows errors with type, facts and causes, but not the objects that hang on them', () => {
    const { logger, last } = listeningLogger();
    const cause = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' });
    const request = { headers: { authorization: 'Bearer x' } };
    logger.warn(
      { err: Object.assign(new Error('no answer', { cause }), { retry: 'later', request }) },
      'vendor.down',
    );
    expect(last()['err']).toMatchObject({
      type: 'Error',
      message: 'no answer',
      retry: 'later',
      cause: { type: 'TypeError', message: 'refused', code: 'ECONNREFUSED' },
    });
    expect(last()['err']).not.toHaveProperty('request');
  });

  it('ends for an error that is its own cause', () => {
    const { logger, last } = listeningLogger();
    const error: Error = new Error('round');
    error.cause = error;
    logger.warn({ err: error }, 'x');
    expect(last()['err']).toMatchObject({ message: 'round' });
  });
});

describe('a registered secret', () => {
  const secret = fc.oneof(
    fc.string({ minLength: 8, maxLength: 40 }),
    fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' }),
    fc.base64String({ minLength: 12, maxLength: 64 }),
  );

  it('never appears in a line: raw, URL-encoded or base64, in values, keys, messages, errors or child facts', () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const { logger, lines } = listeningLogger('trace', [value]);
        const forms = [
          value,
          encodeURIComponent(Buffer.from(value).toString()),
          new URLSearchParams({ v: value }).toString().slice(2),
          Buffer.from(value).toString('base64').replace(/=+$/, ''),
          Buffer.from(value).toString('base64url'),
        ];
        for (const form of forms) {
          const text = `${before} ${form} ${after}`;
          logger.info({ [text]: [text, { text }], text }, text);
          logger.child({ text }).error({ err: new Error(text, { cause: new Error(text) }) }, 'failed');
        }
        const strings = lines.flatMap((line) => stringsIn(JSON.parse(line)));
        for (const form of forms) expect(strings.some((text) => text.includes(form))).toBe(false);
        expect(lines).toHaveLength(forms.length * 2);
      }),
    );
  });

  it('is found inside a Basic header, whatever stands before it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 6 }), (user) => {
        registerSecret('correct horse battery');
        const header = Buffer.from(`${user}:correct horse battery`).toString('base64');
        const left = withoutSecrets(`Basic ${header}`);
        const leftBytes = Buffer.from(left.replace(/^Basic /, '').split('[redacted]')[0] ?? '', 'base64');
        expect(left).toContain('[redacted]');
        expect(leftBytes.toString('latin1').length).toBeLessThanOrEqual(Buffer.from(user).length + 2);
      }),
    );
  });

  it('is hidden as a number too, and the line stays JSON', () => {
    const { logger, last } = listeningLogger('trace', ['8675309000']);
    logger.info({ pin: 8675309000, other: 12 }, 'x');
    expect(last()).toMatchObject({ pin: '[redacted]', other: 12 });
  });

  it('of fewer than four characters does not blank out ordinary text', () => {
    const { logger, last } = listeningLogger('trace', ['', 'a', 'inf']);
    logger.info({ fact: 'a information' }, 'x');
    expect(last()).toMatchObject({ level: 'info', fact: 'a information' });
  });
});

describe('eventLog', () => {
  it('writes event and facts together with the facts of its owner', () => {
    const { logger, last } = listeningLogger();
    eventLog(logger, { connectionId: 'c1' }).warn('vendor.rate-limited', { retryAfterMs: 500 });
    expect(last()).toMatchObject({
      level: 'warn',
      msg: 'vendor.rate-limited',
      connectionId: 'c1',
      retryAfterMs: 500,
    });
  });
});

describe('NestLogger', () => {
  it('turns sentences of Nest into fields', () => {
    const { logger, last } = listeningLogger();
    new NestLogger(logger).log('Nest application successfully started', 'NestApplication');
    expect(last()).toMatchObject({
      level: 'info',
      msg: 'nest.log',
      text: 'Nest application successfully started',
      context: 'NestApplication',
    });
  });

  it('keeps stack and context of errors apart', () => {
    const { logger, last } = listeningLogger();
    const stack = 'Error: x\n    at here (file.ts:1:1)';
    new NestLogger(logger).error('x', stack, 'ExceptionsHandler');
    expect(last()).toMatchObject({ level: 'error', text: 'x', stack, context: 'ExceptionsHandler' });
  });
});

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(stringsIn)];
}
