import * as fc from 'fast-check';
import { allows, newApiKey, parseApiKey, roles, verifyApiKey } from './index';

describe('newApiKey', () => {
  it('makes keys that are found by their prefix and verified by their hash', () => {
    const made = newApiKey();
    expect(made.key).toMatch(new RegExp(`^ws_live_${made.prefix}_[0-9a-f]{64}$`));
    expect(parseApiKey(made.key)).toEqual({ prefix: made.prefix, hash: made.hash });
    expect(verifyApiKey(made.key, made.hash)).toBe(true);
  });

  it('makes a different key each time, and stores nothing of its secret part', () => {
    const [a, b] = [newApiKey(), newApiKey()];
    expect(a.key).not.toBe(b.key);
    expect(verifyApiKey(a.key, b.hash)).toBe(false);
    expect(a.hash).not.toContain(a.key.slice(-64));
  });
});

describe('parseApiKey', () => {
  it('takes a long key that somebody chose, and finds it again by its hash', () => {
    const key = 'my-automation-key-0123456789-abcdef';
    const parsed = parseApiKey(key);
    expect(parsed?.prefix).toMatch(/^own_[0-9a-f]{12}$/);
    expect(parseApiKey(key)).toEqual(parsed);
    expect(verifyApiKey(key, parsed?.hash ?? '')).toBe(true);
  });

  it.each([
    '',
    'short',
    `ws_live_${'0'.repeat(40)}`,
    'x'.repeat(201),
    `${'x'.repeat(40)} y`,
    `${'x'.repeat(40)}\n`,
  ])('takes %j for no key at all', (text) => expect(parseApiKey(text)).toBeUndefined());
});

describe('verifyApiKey', () => {
  it('refuses every other key and every broken stored hash', () => {
    const made = newApiKey();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(verifyApiKey(text, made.hash)).toBe(false);
        expect(verifyApiKey(made.key, text)).toBe(false);
      }),
    );
  });
});

describe('allows', () => {
  it.each([
    ['viewer', [true, false, false]],
    ['operator', [true, true, false]],
    ['admin', [true, true, true]],
  ] as const)('lets a %s do what it may', (role, expected) => {
    expect(roles.map((needed) => allows(role, needed))).toEqual(expected);
  });
});
