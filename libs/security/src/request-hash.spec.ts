import * as fc from 'fast-check';
import { requestHash } from './index';

describe('requestHash', () => {
  const request = { method: 'POST', path: '/admin/v1/campaigns', body: { a: 1, b: { c: [1, 2], d: null } } };

  it('does not depend on the order of keys, on the case of the method, or on undefined', () => {
    const same = {
      method: 'post',
      path: request.path,
      body: { b: { d: null, c: [1, 2], e: undefined }, a: 1 },
    };
    expect(requestHash(same)).toBe(requestHash(request));
  });

  it.each([
    ['method', { ...request, method: 'PUT' }],
    ['path', { ...request, path: '/admin/v1/campaigns?x=1' }],
    ['value', { ...request, body: { a: 2, b: { c: [1, 2], d: null } } }],
    ['order of a list', { ...request, body: { a: 1, b: { c: [2, 1], d: null } } }],
    ['missing key', { ...request, body: { a: 1, b: { c: [1, 2] } } }],
    ['type', { ...request, body: { a: '1', b: { c: [1, 2], d: null } } }],
  ])('changes with the %s', (_what, other) => expect(requestHash(other)).not.toBe(requestHash(request)));

  it('gives equal hashes exactly for equal JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [a, b].map((body) => requestHash({ ...request, body }));
        expect(requestHash({ ...request, body: JSON.parse(JSON.stringify(a)) as unknown })).toBe(left);
        if (JSON.stringify(a).length !== JSON.stringify(b).length) expect(left).not.toBe(right);
      }),
    );
  });
});
