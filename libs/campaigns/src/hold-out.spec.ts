import { minuteMs, slotMs } from '@warmshift/domain';
import { compareHoldOut } from './hold-out';

const window = { startsAt: 100 * slotMs, endsAt: 102 * slotMs };
/** A zone that draws so many W before the window, and so many in each of its slots. */
const zone = (beforeW: number, ...slotsW: number[]) => {
  const samples = [];
  for (let at = window.startsAt - 5 * slotMs; at <= window.endsAt; at += minuteMs) {
    const slot = Math.floor((at - window.startsAt) / slotMs);
    samples.push({ at, powerW: slot < 0 ? beforeW : (slotsW[slot] ?? 0), quality: 'reported' as const });
  }
  return samples;
};

describe('compareHoldOut', () => {
  it('scales what the hold-out devices drew to the steered ones', () => {
    const compared = compareHoldOut(
      window,
      'decrease',
      [zone(500, 600, 400)],
      [zone(1_000, 200, 200), zone(1_000, 200, 800)],
    );
    expect(compared).toMatchObject({ heldOutZones: 1, steeredZones: 2, scale: 2 });
    expect(compared!.slots).toEqual([
      { startsAt: window.startsAt, expectedW: 2_400, steeredW: 400, deliveredW: 2_000 },
      { startsAt: window.startsAt + slotMs, expectedW: 1_600, steeredW: 1_000, deliveredW: 600 },
    ]);
  });

  it('turns the sign for an increase', () => {
    const compared = compareHoldOut(window, 'increase', [zone(500, 500, 500)], [zone(500, 900, 500)]);
    expect(compared!.slots.map(({ deliveredW }) => deliveredW)).toEqual([400, -0]);
  });

  it('counts zones as alike where nothing was drawn before', () => {
    const compared = compareHoldOut(window, 'decrease', [zone(0, 100, 100)], [zone(50, 40, 40)]);
    expect(compared).toMatchObject({ scale: undefined, slots: [{ deliveredW: 60 }, { deliveredW: 60 }] });
  });

  it('says nothing of a slot in which one group was not measured', () => {
    const compared = compareHoldOut(window, 'decrease', [[]], [zone(50, 40, 40)]);
    expect(compared!.slots).toEqual([{ startsAt: window.startsAt }, { startsAt: window.startsAt + slotMs }]);
  });

  it('needs both groups', () => {
    expect(compareHoldOut(window, 'decrease', [], [zone(1)])).toBeUndefined();
    expect(compareHoldOut(window, 'decrease', [zone(1)], [])).toBeUndefined();
  });
});
