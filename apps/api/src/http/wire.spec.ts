import { InvalidInput } from '@warmshift/domain';
import * as fc from 'fast-check';
import { instantInput, instantOf, instantSchema, isoOf, kwOf, refuseEmptyPatch } from './wire';

describe('kwOf', () => {
  it.each([
    [0, 0],
    [1, 0.001],
    [1234.4, 1.234],
    [1234.5, 1.235],
    [-1500, -1.5],
    [-0.2, 0],
    [10_000_000_000, 10_000_000],
  ])('makes of %d W %d kW', (powerW, powerKw) => expect(Object.is(kwOf(powerW), powerKw)).toBe(true));

  it('keeps "no statement"', () => expect(kwOf(undefined)).toBeUndefined());

  it('is never more than half a watt off', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (powerW) => {
        expect(Math.abs(kwOf(powerW) * 1000 - powerW)).toBeLessThanOrEqual(0.500001);
      }),
    );
  });
});

describe('instants', () => {
  it('go out in UTC and come back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (instant) => {
        const text = isoOf(instant);
        expect(instantSchema.safeParse(text).success).toBe(true);
        expect(instantOf(text)).toBe(instant);
      }),
    );
  });

  it.each(['2026-01-15T17:00:00Z', '2026-01-15T18:00:00+01:00', '2026-01-15T17:00:00.5Z'])(
    'are taken as %s',
    (text) => {
      expect(instantInput.safeParse(text).success).toBe(true);
    },
  );

  it.each(['2026-01-15T17:00:00', '2026-01-15', '1768496400000', '2026-02-30T00:00:00Z', ''])(
    'are not taken as %j',
    (text) => {
      expect(instantInput.safeParse(text).error?.issues[0]?.message).toContain('with its offset');
    },
  );
});

describe('refuseEmptyPatch', () => {
  it('takes any change, also to false or to nothing at all', () => {
    expect(() => refuseEmptyPatch({ optedOut: false })).not.toThrow();
    expect(() => refuseEmptyPatch({ tags: [] })).not.toThrow();
  });

  it.each([{}, { tags: undefined }])('refuses %j', (patch) => {
    expect(() => refuseEmptyPatch(patch)).toThrow(InvalidInput);
  });
});
