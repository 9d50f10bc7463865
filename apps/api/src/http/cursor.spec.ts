import { InvalidInput } from '@warmshift/domain';
import * as fc from 'fast-check';
import { z } from 'zod';
import { decodeCursor, encodeCursor, placeInstant } from './cursor';

const place = z.object({ id: z.string(), at: z.number().int() });

describe('decodeCursor', () => {
  it('gives back the place that was encoded, in URL-safe characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.integer(), (id, at) => {
        const text = encodeCursor('devices', { id, at });
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor('devices', place, text)).toEqual({ id, at });
      }),
    );
  });

  it.each([
    ['of another list', encodeCursor('sites', { id: 'a', at: 1 })],
    ['with another shape', encodeCursor('devices', { id: 7 })],
    [
      'of another version',
      Buffer.from('{"v":2,"list":"devices","after":{"id":"a","at":1}}').toString('base64url'),
    ],
    ['that is no JSON', Buffer.from('hello').toString('base64url')],
    ['with other characters', 'ab+c/=='],
    ['that is empty', ''],
    ['that is far too long', 'A'.repeat(10_000)],
  ])('refuses a cursor %s, naming the parameter', (_what, text) => {
    try {
      decodeCursor('devices', place, text, 'next_token');
      throw new Error('was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      expect((error as InvalidInput).problems[0]?.field).toBe('next_token');
    }
  });

  it('never throws anything but InvalidInput', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(() => decodeCursor('devices', place, text)).toThrow(InvalidInput);
      }),
    );
  });

  it.each([-1, 1.5, Number.MAX_SAFE_INTEGER, 1e300])('holds no instant that no table keeps: %d', (at) => {
    const schema = z.object({ at: placeInstant });
    const now = Date.parse('2026-01-15T16:00:00Z');
    expect(decodeCursor('list', schema, encodeCursor('list', { at: now }))).toEqual({ at: now });
    expect(() => decodeCursor('list', schema, encodeCursor('list', { at }))).toThrow('is not a cursor');
  });
});
