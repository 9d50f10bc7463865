import { deliveryResult, type MeasuredSlot } from './verdict';

const slotMs = 15 * 60_000;
const slots = (...delivered: readonly number[]): MeasuredSlot[] =>
  delivered.map((deliveredKw, nth) => ({
    startsAt: nth * slotMs,
    twinKw: 100,
    actualKw: 100 - deliveredKw,
    savedKw: { nox: deliveredKw },
  }));
const order = { askedKw: 40, capKw: 10, actions: [] };
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

  it('holds the plan of every vendor against what its homes saved, slot by slot', () => {
    const at = (minutes: number) => new Date(minutes * 60_000).toISOString();
    const actions = [
      { vendor: 'nox', startsAt: at(0), endsAt: at(30), expectedYieldKw: 30 },
      { vendor: 'nox', startsAt: at(10), endsAt: at(20), expectedYieldKw: 9 },
    ];
    const [first, second, third] = slots(40, 38, -5) as [MeasuredSlot, MeasuredSlot, MeasuredSlot];
    const { byVendor } = deliveryResult([first, second], [third], { ...order, actions });
    expect(byVendor).toEqual([{ vendor: 'nox', expectedKw: [33, 33, 0], deliveredKw: [40, 38, -5] }]);
  });
});
