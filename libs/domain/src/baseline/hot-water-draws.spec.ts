import fc from 'fast-check';
import { HotWaterDraws, hotWaterFactor } from './hot-water-draws';

const sumOf = (starts: Float64Array) => starts.reduce((sum, share) => sum + share, 0);
const even = (slots: number) => Array<number>(slots).fill(1);

describe('HotWaterDraws', () => {
  it('begins when what was lost has used up the margin', () => {
    const draws = new HotWaterDraws([0.5], even(4));
    expect([...draws.startsIn(0.9)]).toEqual([0, 1, 0, 0]);
    expect([...draws.startsIn(1.4)]).toEqual([0, 0, 1, 0]);
    expect([...draws.startsIn(-2)]).toEqual([1, 0, 0, 0]);
  });

  it('waits for the next loss, which is as likely as it was seen to be', () => {
    const starts = new HotWaterDraws([1, 0, 0, 0], even(3)).startsIn(0);
    [0.25, 0.1875, 0.140625].forEach((share, slot) => expect(starts[slot]).toBeCloseTo(share));
  });

  it('loses more often where more hot water is drawn', () => {
    const starts = new HotWaterDraws([1, 0, 0, 0], [2, 2]).startsIn(0);
    [0.5, 0.25].forEach((share, slot) => expect(starts[slot]).toBeCloseTo(share));
  });

  it('says nothing where nothing was seen', () => {
    expect([...new HotWaterDraws([], even(2)).startsIn(0)]).toEqual([0, 0]);
  });

  it('begins once at most, and later the fuller the tank is', () => {
    const losses = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 1, maxLength: 20 });
    const margin = fc.double({ min: 0, max: 8, noNaN: true });
    fc.assert(
      fc.property(losses, margin, margin, (lossesK, aK, bK) => {
        const draws = new HotWaterDraws(lossesK, even(12));
        const [fuller, emptier] = [draws.startsIn(Math.max(aK, bK)), draws.startsIn(Math.min(aK, bK))];
        expect(sumOf(emptier)).toBeLessThanOrEqual(1 + 1e-9);
        for (let slots = 1; slots <= 12; slots++)
          expect(sumOf(fuller.subarray(0, slots))).toBeLessThanOrEqual(
            sumOf(emptier.subarray(0, slots)) + 1e-9,
          );
      }),
    );
  });
});

describe('hotWaterFactor', () => {
  const hour = 60;
  it.each([
    ['the evening against the afternoon', 19 * hour, 16 * hour, 2],
    ['the afternoon against the evening', 16 * hour, 19 * hour, 0.5],
    ['an hour of the evening against the next', 20 * hour, 19 * hour, 1],
    ['a night against a morning', 3 * hour, 8 * hour, 0.5],
  ])('%s', (_name, minute, seenMinute, factor) => {
    expect(hotWaterFactor(minute, seenMinute)).toBeCloseTo(factor, 1);
  });

  it('is 1 against itself, at any minute of a day, also of the one before', () => {
    for (let minute = -120; minute < 1440; minute += 7) expect(hotWaterFactor(minute, minute)).toBe(1);
  });
});
