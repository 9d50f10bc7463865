import {
  VendorAuthExpired,
  VendorForbidden,
  VendorNotFound,
  VendorProtocolError,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { z } from 'zod';
import { Redactor } from './redact';
import {
  booleanish,
  failForStatus,
  idish,
  maybe,
  numberish,
  parseEach,
  parseJson,
  parseWith,
  VendorAuthRejected,
} from '.';

const http = new Redactor(['s3cret']);
const at = { where: 'GET /x', http };
const answer = (text: string, status = 200) => ({ status, headers: { 'content-type': 'text/html' }, text });
const thrown = (fn: () => unknown): Error => {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error('should have failed');
};

describe('parseJson', () => {
  it('parses by content, not by content-type', () => {
    expect(parseJson(answer('\uFEFF{"a": 1}'), at)).toEqual({ a: 1 });
  });

  it.each([
    ['<html>s3cret</html>', 'GET /x: the answer is not JSON (HTTP 200)', '<html>[redacted]</html>'],
    ['  ', 'GET /x: the answer is empty (HTTP 200)', '  '],
    ['{"a": ', 'GET /x: the answer is not JSON (HTTP 200)', '{"a": '],
  ])('refuses %p with a redacted sample', (text, message, sample) => {
    const error = thrown(() => parseJson(answer(text), at));
    expect(error).toBeInstanceOf(VendorProtocolError);
    expect(error).toMatchObject({ message, sample });
  });
});

describe('parseWith', () => {
  it('names every path that does not fit', () => {
    const schema = z.object({ a: z.object({ b: z.number() }), c: z.string() });
    const error = thrown(() => parseWith(schema, { a: { b: 's3cret' } }, at));
    expect(error).toBeInstanceOf(VendorProtocolError);
    expect(error.message).toMatch(/^GET \/x: a\.b: .*; c: /);
    expect((error as VendorProtocolError).sample).toBe('{"a":{"b":"[redacted]"}}');
  });
});

describe('parseEach', () => {
  it('keeps what fits and names what does not', () => {
    const schema = z.object({ id: idish, online: z.boolean() });
    const list = [{ id: 'a', online: true }, { id: 7, online: 'maybe' }, 'x', { id: 'd', online: false }];
    const { items, problems } = parseEach(schema, list, at);
    expect(items.map(({ id }) => id)).toEqual(['a', 'd']);
    expect(problems.map(({ vendorDeviceId, where }) => [vendorDeviceId, where])).toEqual([
      ['7', 'GET /x'],
      [undefined, 'GET /x'],
    ]);
    expect(problems[0]?.message).toMatch(/^entry 1: online: /);
  });
});

describe('failForStatus', () => {
  it.each([
    [400, VendorRejected],
    [401, VendorAuthExpired],
    [403, VendorForbidden],
    [404, VendorNotFound],
    [408, VendorUnavailable],
    [410, VendorNotFound],
    [422, VendorRejected],
    [425, VendorUnavailable],
    [500, VendorUnavailable],
    [501, VendorRejected],
    [503, VendorUnavailable],
    [302, VendorProtocolError],
  ])('maps HTTP %p', (status, type) => {
    const error = thrown(() => failForStatus(answer('said s3cret', status), at));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toContain(String(status));
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });

  it('tells a 401 that a renewal may cure from one that a person must', () => {
    const renewable = thrown(() => failForStatus(answer('', 401), { ...at, auth: 'renewable' }));
    expect(renewable).toBeInstanceOf(VendorAuthRejected);
    expect(thrown(() => failForStatus(answer('', 401), at))).not.toBeInstanceOf(VendorAuthRejected);
  });
});

describe('tolerant scalars', () => {
  it.each([
    [21, 21],
    ['21.5', 21.5],
    [' -3 ', -3],
    ['1e2', 100],
  ])('numberish takes %p', (value, expected) => expect(numberish.parse(value)).toBe(expected));
  it.each(['', ' ', '21 C', true, null, NaN, Infinity, [], '0x10', '1e999'])(
    'numberish refuses %p',
    (value) => expect(numberish.safeParse(value).success).toBe(false),
  );
  it.each([
    [true, true],
    [0, false],
    ['1', true],
    ['false', false],
  ])('booleanish takes %p', (value, expected) => expect(booleanish.parse(value)).toBe(expected));
  it.each([2, 'yes', null])('booleanish refuses %p', (value) =>
    expect(booleanish.safeParse(value).success).toBe(false),
  );

  it('maybe makes no statement of a missing, null or misfit field', () => {
    const schema = z.object({ a: maybe(numberish) });
    expect([{}, { a: null }, { a: {} }, { a: '7' }].map((value) => schema.parse(value).a)).toEqual([
      undefined,
      undefined,
      undefined,
      7,
    ]);
  });
});
