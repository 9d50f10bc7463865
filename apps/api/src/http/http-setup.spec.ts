import { Body, Controller, Get, HttpCode, Module, Param, Post, Query, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { scaledClock } from '@warmshift/config';
import { Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated } from '@warmshift/domain';
import { createLogger, createMetrics, eventLog, registerSecret } from '@warmshift/observability';
import {
  DeviceUnreachable,
  VendorAuthExpired,
  VendorForbidden,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import type { Response } from 'express';
import { createZodDto } from 'nestjs-zod';
import request from 'supertest';
import { z } from 'zod';
import { bodyLimitBytes, httpApplicationOptions, setUpHttp } from './http-setup';
import { problemSchema } from './problem';
import { pageQuery } from './query';

const errors: Record<string, () => unknown> = {
  input: () => InvalidInput.because('targetKw', 'must be above 0'),
  key: () => new Unauthenticated('The key is not known.'),
  role: () => new Forbidden('An operator key is needed.'),
  missing: () => new NotFound('campaign', 'c-1'),
  conflict: () => new Conflict('The campaign is over.'),
  auth: () => new VendorAuthExpired('Login refused.', 'bad password'),
  vendorRole: () => new VendorForbidden('Role too low.'),
  rejected: () => new VendorRejected('No.', 'device is locked'),
  limited: () => new VendorRateLimited('429.', 90_000),
  unavailable: () => new VendorUnavailable('Timed out.', true),
  unreachable: () => new DeviceUnreachable('Gateway is off.', false),
  unknownDevice: () => new VendorNotFound('No such room.'),
  protocol: () => new VendorProtocolError('Not JSON.', '<html>'),
  bug: () => new TypeError('cannot read properties of /srv/secret/path'),
  text: () => 'not even an error',
};

class OrderDto extends createZodDto(
  z.strictObject({
    name: z.string().min(1, 'must not be empty'),
    limits: z.array(z.strictObject({ floorC: z.number() })),
  }),
) {}
class ListDto extends createZodDto(pageQuery({ default: 10, highest: 50 })) {}

@Controller()
class TestController {
  @Get('errors/:name')
  fail(@Param('name') name: string) {
    throw errors[name]?.();
  }

  @Post('orders')
  @HttpCode(201)
  order(@Body() body: OrderDto) {
    return body;
  }

  @Get('list')
  list(@Query() query: ListDto) {
    return query;
  }

  @Get('half')
  half(@Res() response: Response) {
    response.write('{"data": [');
    throw new Error('in the middle');
  }

  @Get('health/live')
  live() {
    return 'ok';
  }
}

@Module({ controllers: [TestController] })
class TestModule {}

describe('setUpHttp', () => {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'api',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const metrics = createMetrics();
  const clock = scaledClock({ virtualStart: 0, realStart: 0, scale: 60 });
  let app: NestExpressApplication;
  const http = () => request(app.getHttpServer());
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const lineOf = (msg: string, reference: unknown) =>
    logged().find((line) => line['msg'] === msg && line['correlationId'] === reference);

  beforeAll(async () => {
    app = await NestFactory.create<NestExpressApplication>(TestModule, {
      ...httpApplicationOptions,
      logger: false,
    });
    setUpHttp(app, { log: eventLog(logger), metrics, clock });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());
  beforeEach(() => void lines.splice(0));

  it.each([
    ['input', 400, 'invalid-input', 'info'],
    ['key', 401, 'unauthenticated', 'info'],
    ['role', 403, 'forbidden', 'info'],
    ['missing', 404, 'not-found', 'info'],
    ['conflict', 409, 'conflict', 'info'],
    ['auth', 424, 'vendor-auth', 'info'],
    ['vendorRole', 424, 'vendor-forbidden', 'info'],
    ['rejected', 409, 'vendor-rejected', 'info'],
    ['limited', 503, 'vendor-rate-limited', 'warn'],
    ['unavailable', 503, 'vendor-unavailable', 'warn'],
    ['unreachable', 503, 'vendor-unavailable', 'warn'],
    ['unknownDevice', 502, 'vendor-not-found', 'warn'],
    ['protocol', 502, 'vendor-protocol', 'error'],
    ['bug', 500, 'internal', 'error'],
    ['text', 500, 'internal', 'error'],
  ])(
    'answers the error "%s" with %i %s and logs it as %s under its reference',
    async (name, status, kind, level) => {
      const { body, headers } = await http().get(`/errors/${name}`).expect(status);
      const problem = problemSchema.parse(body);
      expect(headers['content-type']).toContain('application/problem+json');
      expect(problem).toMatchObject({ status, type: `urn:warmshift:problem:${kind}` });
      expect(problem.instance).toBe(`urn:uuid:${problem.reference}`);
      expect(headers['x-correlation-id']).toBe(problem.reference);
      expect(lineOf('http.problem', problem.reference)).toMatchObject({ level, status, kind });
    },
  );

  it('tells nothing about an error that nobody foresaw, but logs all of it', async () => {
    const { body, text } = await http().get('/errors/bug').expect(500);
    expect(text).not.toMatch(/TypeError|secret|stack/);
    expect(body).not.toHaveProperty('detail');
    expect(lineOf('http.problem', body.reference)?.['err']).toMatchObject({ type: 'TypeError' });
  });

  it('names the fields and passes on what the vendor said', async () => {
    const input = await http().get('/errors/input');
    expect(input.body.errors).toEqual([{ field: 'targetKw', reason: 'must be above 0' }]);
    const rejected = await http().get('/errors/rejected');
    expect(rejected.body.detail).toBe('No. The vendor said: device is locked');
  });

  it('keeps registered secrets out of answers, whoever wrote them into an error', async () => {
    registerSecret('hunter2hunter2');
    errors['leak'] = () => new Conflict('The vendor refused hunter2hunter2.');
    const { body } = await http().get('/errors/leak').expect(409);
    expect(body.detail).toBe('The vendor refused [redacted].');
  });

  it('says when to come back in real seconds, and how to log in', async () => {
    const limited = await http().get('/errors/limited');
    expect(limited.headers['retry-after']).toBe('2');
    const key = await http().get('/errors/key');
    expect(key.headers['www-authenticate']).toContain('ApiKey');
  });

  it('cuts off an answer that has begun', async () => {
    await expect(http().get('/half')).rejects.toThrow(/aborted|hang up/);
    expect(logged().some(({ msg, level }) => msg === 'http.problem' && level === 'error')).toBe(true);
  });

  it('answers an unknown address without repeating it', async () => {
    const { body, text } = await http().get('/nowhere?api_key=abcdef').expect(404);
    expect(body.type).toBe('urn:warmshift:problem:not-found');
    expect(text).not.toContain('nowhere');
  });

  it('says with which methods an address is served', async () => {
    const { body, headers } = await http().delete('/errors/missing').expect(405);
    expect(headers['allow']).toBe('GET, HEAD');
    expect(body).toMatchObject({
      type: 'urn:warmshift:problem:method-not-allowed',
      detail: 'This address is served with GET, HEAD.',
    });
    expect((await http().put('/orders').expect(405)).headers['allow']).toBe('POST');
  });

  it('answers an address that cannot be decoded', async () => {
    const { body } = await http().get('/errors/%FF').expect(400);
    expect(body.type).toBe('urn:warmshift:problem:invalid-request');
  });

  it('takes a body that fits', async () => {
    const order = { name: 'a', limits: [{ floorC: 17 }] };
    await http().post('/orders').send(order).expect(201, order);
  });

  it('names every field of a body at fault', async () => {
    const { body } = await http()
      .post('/orders')
      .send({ name: '', limits: [{ floorC: 'warm', ceilingC: 1 }, {}], extra: true })
      .expect(400);
    expect(body.detail).toBe('5 fields are wrong.');
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'extra',
      'limits[0].ceilingC',
      'limits[0].floorC',
      'limits[1].floorC',
      'name',
    ]);
    expect(body.errors).toContainEqual({ field: 'limits[1].floorC', reason: 'is required' });
    expect(body.errors).toContainEqual({ field: 'extra', reason: 'is not known here' });
  });

  it.each([
    ['a NUL', '{"limits":[{"name":"a\\u0000b"}]}', 'limits[0].name', 'the NUL character'],
    ['half of a pair', '{"limits":[{"name":"a\\ud83d"}]}', 'limits[0].name', 'half of a surrogate pair'],
    ['half of a pair in a key', '{"a\\udc00b":1}', 'a\ufffdb', 'half of a surrogate pair'],
  ])('names texts with %s, which no table keeps', async (_what, sent, field, what) => {
    const { body } = await http()
      .post('/orders')
      .set('content-type', 'application/json')
      .send(sent)
      .expect(400);
    expect(body.errors).toEqual([{ field, reason: `must not contain ${what}` }]);
  });

  it.each(['[', '{"a":'])('refuses at once what is nested deeply: %s', async (open) => {
    const times = 90_000;
    const close = open === '[' ? ']' : '}';
    const sent = `{"limits":${open.repeat(times)}1${close.repeat(times)}}`;
    const startedAt = performance.now();
    const { body } = await http()
      .post('/orders')
      .set('content-type', 'application/json')
      .send(sent)
      .expect(400);
    expect(body.errors).toEqual([{ field: 'body', reason: 'is nested deeper than 32 levels' }]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('names so many fields as somebody reads, and counts the rest', async () => {
    const sent = Object.fromEntries(Array.from({ length: 5_000 }, (_nothing, index) => [`x${index}`, 1]));
    const { body } = await http().post('/orders').send(sent).expect(400);
    expect(body.errors).toHaveLength(1_000);
    expect(body.detail).toMatch(/^50\d\d fields are wrong; the first 1000 are named\.$/);
  });

  it.each(['gzip', 'deflate', 'br'])('refuses a body that is not packed as it says: %s', async (encoding) => {
    const { body } = await http()
      .post('/orders')
      .set({ 'content-type': 'application/json', 'content-encoding': encoding })
      .send('{"name":"a"}')
      .expect(400);
    expect(body.errors).toEqual([{ field: 'body', reason: 'is not what its content-encoding says' }]);
  });

  it('takes whole pairs', async () => {
    const { body } = await http().post('/orders').send({ name: 'Wärme 😀', limits: [] });
    expect(JSON.stringify(body)).not.toContain('surrogate');
  });

  it('names parameters of a query at fault', async () => {
    await http().get('/list').expect(200, { limit: 10 });
    const { body } = await http().get('/list?limit=0').expect(400);
    expect(body.errors).toEqual([{ field: 'limit', reason: 'must be a whole number from 1 to 50' }]);
  });

  it.each([
    ['is missing', '', 'text/plain', 'must be sent'],
    ['is not JSON', '{"name": "Passw0rd', 'application/json', 'is not valid JSON'],
    ['has another type', 'name=a', 'application/x-www-form-urlencoded', 'must be sent, as application/json'],
    ['is no object', '[]', 'application/json', 'expected object'],
  ])('says so when the body %s', async (_what, text, type, reason) => {
    const { body } = await http().post('/orders').set('content-type', type).send(text).expect(400);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].field).toBe('body');
    expect(body.errors[0].reason).toContain(reason);
    expect(lines.join('')).not.toContain('Passw0rd');
  });

  it('refuses bodies over the limit and in encodings it does not know', async () => {
    const large = await http()
      .post('/orders')
      .send({ name: 'x'.repeat(bodyLimitBytes) });
    expect(large.body).toMatchObject({ status: 413, type: 'urn:warmshift:problem:body-too-large' });
    const odd = await http().post('/orders').set('content-encoding', 'zstd').type('json').send('{}');
    expect(odd.body).toMatchObject({ status: 415 });
  });

  it('writes one line per request, with neither query nor headers', async () => {
    const { headers } = await http()
      .get('/list?limit=5&note=classified')
      .set('x-api-key', 'classified')
      .set('x-request-id', 'theirs-1');
    const line = lineOf('http.request', headers['x-correlation-id']);
    expect(line).toMatchObject({ method: 'GET', path: '/list', route: '/list', status: 200 });
    expect(line).toMatchObject({ level: 'info', clientRequestId: 'theirs-1' });
    expect(lines.join('')).not.toContain('classified');
    expect(lines).toHaveLength(1);
  });

  it('is quiet about health checks', async () => {
    const { headers } = await http().get('/health/live');
    expect(lineOf('http.request', headers['x-correlation-id'])).toMatchObject({ level: 'debug' });
  });

  it('counts requests by route pattern, never by id', async () => {
    await http().get('/errors/missing');
    const text = await metrics.scrape();
    expect(text).toMatch(
      /warmshift_http_request_seconds_count\{method="GET",route="\/errors\/:name",status="404"\}/,
    );
    expect(text).not.toContain('errors/missing');
  });

  it('sends security headers, keeps answers out of caches and does not name its framework', async () => {
    const { headers } = await http().get('/list');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});
