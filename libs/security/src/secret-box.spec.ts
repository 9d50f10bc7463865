import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { SecretBox, SecretBoxError } from './index';

const v1 = { version: 'v1', key: randomBytes(32) };
const v2 = { version: 'v2', key: randomBytes(32) };

describe('SecretBox', () => {
  it('opens what it sealed, and shows nothing of it', () => {
    const box = new SecretBox(v1);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        const sealed = box.seal(text, context);
        expect(box.open(sealed, context)).toBe(text);
        expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('never gives the same sealed text twice', () => {
    const box = new SecretBox(v1);
    expect(box.seal('same', 'c')).not.toBe(box.seal('same', 'c'));
  });

  it('does not open in another place than it was sealed for', () => {
    const sealed = new SecretBox(v1).seal('secret', 'connection/a');
    expect(() => new SecretBox(v1).open(sealed, 'connection/b')).toThrow(SecretBoxError);
  });

  it('does not open when any byte was changed', () => {
    const box = new SecretBox(v1);
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (text, at, flip) => {
          const bytes = Buffer.from(box.seal(text, 'c').slice(3), 'base64url');
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ flip;
          expect(() => box.open(`v1.${bytes.toString('base64url')}`, 'c')).toThrow(
            'wrong key, wrong place or changed',
          );
        },
      ),
    );
  });

  it('opens older texts after a rotation, and seals with the new key', () => {
    const old = new SecretBox(v1).seal('secret', 'c');
    const rotated = new SecretBox(v2, v1);
    expect(rotated.open(old, 'c')).toBe('secret');
    expect(rotated.isOutdated(old)).toBe(true);
    expect(rotated.isOutdated(rotated.seal('secret', 'c'))).toBe(false);
    expect(() => new SecretBox(v2).open(old, 'c')).toThrow('unknown key version');
  });

  it('cannot be fooled by a text that claims another version', () => {
    const sealed = new SecretBox(v1).seal('secret', 'c');
    const sameKeyAsV2 = new SecretBox({ version: 'v2', key: v1.key });
    expect(() => sameKeyAsV2.open(sealed.replace('v1.', 'v2.'), 'c')).toThrow(SecretBoxError);
  });

  it.each(['', 'secret', 'v1.', 'v1.AAAA', 'v1:AAAA', 'v1.***'])('says that %j is malformed', (text) => {
    expect(() => new SecretBox(v1).open(text, 'c')).toThrow('malformed');
  });

  it('refuses keys that are too short or share a version', () => {
    expect(() => new SecretBox({ version: 'v1', key: randomBytes(16) })).toThrow('32 bytes');
    expect(() => new SecretBox({ version: '1', key: randomBytes(32) })).toThrow('v1, v2');
    expect(() => new SecretBox(v1, { ...v2, version: 'v1' })).toThrow('version of its own');
  });
});
