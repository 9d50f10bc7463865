import fc from 'fast-check';
import { chainedHash, chainStart } from './audit-chain';

const text = fc.string({ unit: 'binary' });
const entry = fc.record({
  supplierId: fc.option(fc.uuid()),
  seq: fc.integer({ min: 1 }),
  at: fc.integer({ min: 0, max: 4e12 }),
  actor: text,
  action: text,
  subject: text,
  detail: fc.json(),
});

describe('chainedHash', () => {
  it('is what the documented form says', () => {
    const known = {
      supplierId: null,
      seq: 1,
      at: 1_760_000_000_000,
      actor: 'system',
      action: 'a.b',
      subject: 'é/1',
      detail: '{}',
    };
    // SHA-256 by another program of the 32 bytes of SHA-256('') and `-1:113:17600000000006:system3:a.b4:é/12:{}`.
    expect(chainedHash(known, chainStart)).toBe(
      'ce0c5494fbbeaf29ed3333f9c1bbb4b1ae215e503146ef8b503bfea0ffeb11c2',
    );
  });

  it('differs whenever anything differs, also where text moves from one field to the next', () => {
    fc.assert(
      fc.property(entry, entry, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(chainedHash(one, chainStart)).not.toBe(chainedHash(other, chainStart));
      }),
    );
    fc.assert(
      fc.property(entry, fc.string({ minLength: 1 }), (one, moved) => {
        const before = { ...one, actor: one.actor + moved };
        const after = { ...one, action: moved + one.action };
        expect(chainedHash(before, chainStart)).not.toBe(chainedHash(after, chainStart));
      }),
    );
  });

  it('differs with what came before', () => {
    fc.assert(
      fc.property(entry, (one) => {
        expect(chainedHash(one, chainStart)).not.toBe(chainedHash(one, chainedHash(one, chainStart)));
      }),
    );
  });
});
