import {
  VendorAuthExpired,
  VendorForbidden,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { VendorAuthRejected } from '@warmshift/vendors/kit';
import fc from 'fast-check';
import observed from '../fixtures/error-observed.json';
import { readAnswer } from './answer';

const http = { redact: (text: string) => text };
const read = (body: unknown, { status = 200, login = false, documented = true } = {}) =>
  readAnswer(
    { status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) },
    { where: 'rooms.list', http, payload: documented ? 'rooms' : undefined, login },
  );

describe('readAnswer', () => {
  it.each([
    ['number', { error: 300 }],
    ['text', { error: '300' }],
    ['object', { error: { code: 300, description: 'Invalid API key.' } }],
    ['object with a text', { error: { code: '300' } }],
    ['top-level code without the payload', { code: 300, description: 'Invalid API key.' }],
    ['flag with a code', { status: false, code: 300 }],
  ])('I3: takes a code written as %s', (_, body) => {
    expect(() => read(body)).toThrow(VendorAuthRejected);
  });

  it.each([
    [100, VendorUnavailable],
    [203, VendorProtocolError],
    [300, VendorAuthRejected],
    [401, VendorAuthRejected],
    [403, VendorForbidden],
    [404, VendorNotFound],
    [429, VendorRateLimited],
    [503, VendorUnavailable],
    [777, VendorRejected],
  ])('I3: maps code %i in the body', (code, type) => {
    expect(() => read({ error: { code } })).toThrow(type);
  });

  it.each([
    [300, VendorAuthRejected],
    [401, VendorAuthRejected],
    [404, VendorNotFound],
    [500, VendorUnavailable],
    [400, VendorRejected],
  ])('I3: means the same by HTTP status %i', (status, type) => {
    expect(() => read('no', { status })).toThrow(type);
  });

  it.each([300, 401])('I4: a login refused with %i means that the credentials are wrong', (code) => {
    const attempt = () =>
      read({ error: { code, description: 'Invalid email or password.' } }, { login: true });
    expect(attempt).toThrow(VendorAuthExpired);
    expect(attempt).not.toThrow(VendorAuthRejected);
  });

  it('keeps the vendor’s words, as seen in use', () => {
    expect(() => read(observed, { login: true })).toThrow(
      expect.objectContaining({ words: 'Invalid email or password.' }),
    );
  });

  it('takes a refusal without a code as a refusal', () => {
    for (const body of [{ error: 'Nope' }, { status: false }, { success: 0 }, { error: {} }])
      expect(() => read(body)).toThrow(VendorRejected);
  });

  it('takes empty error fields for no error', () => {
    for (const error of [null, false, '', [], 0])
      expect(read({ error, rooms: [] })).toMatchObject({ rooms: [] });
  });

  it('takes a page of HTML with status 200 for an outage', () => {
    expect(() => read('<html>Maintenance</html>')).toThrow(VendorUnavailable);
    expect(() => read('<html>Maintenance</html>', { documented: false })).toThrow(VendorUnavailable);
  });

  it('says which payload is missing', () => {
    expect(() => read({ timestamp: 1 })).toThrow(/"rooms" is missing/);
    for (const body of [null, [], 'true', { rooms: undefined }])
      expect(() => read(body)).toThrow(VendorProtocolError);
  });

  it('accepts any answer of a method whose answer is not documented', () => {
    for (const body of ['', {}, { set_temperature: { room_id: 1 } }, [], true])
      expect(() => read(body, { documented: false })).not.toThrow();
  });

  it('never throws anything but vendor errors', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(200, 204, 301, 400, 500), (error, status) => {
        try {
          read({ error, rooms: [] }, { status });
        } catch (thrown) {
          expect(thrown).toHaveProperty('retry');
        }
      }),
    );
  });
});
