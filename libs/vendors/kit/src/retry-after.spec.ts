import { retryAfterMs } from './retry-after';

describe('retryAfterMs', () => {
  const now = Date.parse('2026-01-15T16:00:00Z');
  it.each([
    ['seconds', '30', 30_000],
    ['zero seconds', '0', 0],
    ['an HTTP date ahead', 'Thu, 15 Jan 2026 16:02:00 GMT', 120_000],
    ['an HTTP date that has passed', 'Thu, 15 Jan 2026 15:00:00 GMT', 0],
    ['more than a day', '999999', 86_400_000],
    ['a negative number', '-5', undefined],
    ['words', 'soon', undefined],
    ['nothing', undefined, undefined],
  ])('reads %s', (_name, header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
