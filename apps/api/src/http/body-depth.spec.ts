import { isDeeperThan } from './body-depth';

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce((inner, _nothing, index) => (index % 2 ? [inner] : { a: inner }), 1);

describe('isDeeperThan', () => {
  it.each([
    [0, false],
    [3, false],
    [4, true],
    [100_000, true],
  ])('tells %d levels from three: %p', (levels, isDeeper) => {
    expect(isDeeperThan(nested(levels), 3)).toBe(isDeeper);
  });

  it('looks into every branch', () => {
    expect(isDeeperThan({ flat: [1, 2], deep: { a: { b: [{}] } } }, 3)).toBe(true);
    expect(isDeeperThan({ flat: [1, 2], deep: { a: { b: 'text' } } }, 3)).toBe(false);
    expect(isDeeperThan(undefined, 0)).toBe(false);
  });
});
