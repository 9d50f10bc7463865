import { dayMs, hourMs } from '../fleet';
import { coldFactor } from './evening-cold';

describe('coldFactor', () => {
  it.each([
    ['an evening after an afternoon', 20, 3, 1.06, 1.1],
    ['a morning after a night', 9, 3, 0.9, 0.97],
    ['a moment after itself', 20, 0, 1, 1],
  ])('%s', (_what, hour, hoursAgo, least, most) => {
    const factor = coldFactor(0, -hoursAgo * hourMs, hour * 60);
    expect(factor).toBeGreaterThanOrEqual(least);
    expect(factor).toBeLessThanOrEqual(most);
  });

  it('is nothing after a whole day', () => {
    expect(coldFactor(0, -dayMs, 18 * 60)).toBeCloseTo(1, 9);
  });
});
