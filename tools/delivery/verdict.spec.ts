import { deliveryResult, type MeasuredSlot } from './verdict';

const slots = (...delivered: readonly number[]): MeasuredSlot[] =>
  delivered.map((deliveredKw, nth) => ({ startsAt: nth, twinKw: 100, actualKw: 100 - deliveredKw }));
const order = { askedKw: 40, capKw: 10 };
const held = (window: readonly MeasuredSlot[], after: readonly MeasuredSlot[] = []) =>
  deliveryResult(window, after, order).checks.map(({ holds }) => holds);

describe('deliveryResult', () => {
  it.each([
    ['all on target', slots(40, 40, 40), [true, true, true]],
    ['within 5 % and evened out', slots(38.1, 41.9, 40), [true, true, true]],
    ['one slot 6 % short', slots(37.6, 41, 41), [false, true, true]],
    ['one slot 6 % over', slots(42.4, 39.5, 39.5), [false, true, true]],
    ['every slot 3 % short', slots(38.8, 38.8, 38.8), [true, false, true]],
  ])('%s', (_what, window, verdict) => {
    expect(held(window)).toEqual(verdict);
  });

  it('keeps the power that comes back under the cap', () => {
    expect(held(slots(40), slots(-9, -10))).toEqual([true, true, true]);
    expect(held(slots(40), slots(-9, -10.1))).toEqual([true, true, false]);
  });
});
