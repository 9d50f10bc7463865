import { actionStates } from '../actions/action';
import { InvalidInput } from '../errors';
import { delivered } from './delivered';

const decrease = {
  direction: 'decrease' as const,
  state: 'RESTORED' as const,
  baselineSlotsW: [1000, 1000, 1000],
  actualSlotsW: [200, 0, 1300],
};

describe('delivered', () => {
  it('is baseline minus actual for a decrease, rebound included', () => {
    expect(delivered(decrease)).toEqual({ slotsW: [800, 1000, -300], energyWh: 1500 / 4, missingSlots: 0 });
  });

  it('is actual minus baseline for an increase', () => {
    const { slotsW } = delivered({ ...decrease, direction: 'increase' });
    expect(slotsW).toEqual([-800, -1000, 300]);
  });

  it('counts nothing for a slot without a measurement or a baseline', () => {
    const result = delivered({
      ...decrease,
      baselineSlotsW: [1000, undefined, 1000],
      actualSlotsW: [undefined, 0, 400],
    });
    expect(result).toEqual({ slotsW: [undefined, undefined, 600], energyWh: 150, missingSlots: 2 });
  });

  const counted = ['ACTIVE', 'RESTORING', 'RESTORED', 'OVERRIDDEN'];

  it.each(actionStates.filter((state) => counted.includes(state)))(
    'counts what a device did that was seen: %s',
    (state) => {
      expect(delivered({ ...decrease, state }).energyWh).toBe(375);
    },
  );

  it.each(actionStates.filter((state) => !counted.includes(state)))(
    'counts 0 for %s, whatever the power did',
    (state) => {
      expect(delivered({ ...decrease, state })).toEqual({ slotsW: [0, 0, 0], energyWh: 0, missingSlots: 0 });
    },
  );

  it('refuses series of different lengths', () => {
    expect(() => delivered({ ...decrease, actualSlotsW: [1] })).toThrow(InvalidInput);
    expect(() => delivered({ ...decrease, actualSlotsW: [1] })).toThrow(
      'actualSlotsW: has 1 slots and the baseline has 3',
    );
  });
});
