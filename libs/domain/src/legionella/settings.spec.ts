import { dayMs, hourMs } from '../fleet';
import { checkOwnNeedsSettings, effectiveOwnNeeds, ownNeedsReserve } from '../cycles/own-needs';
import { checkLegionellaSettings, effectiveLegionellaLimits } from './settings';

describe('legionella settings', () => {
  it('are the defaults where nobody says anything', () => {
    expect(effectiveLegionellaLimits(undefined, {})).toEqual({
      legionellaFrequencyReading: 'runs-per-week',
      legionellaMarginMs: 2 * hourMs,
    });
  });

  it("lay the device's over the supplier's, and never beyond the bounds", () => {
    const supplier = { legionellaFrequencyReading: 'weeks-between-runs', legionellaMarginMs: 0 } as const;
    expect(effectiveLegionellaLimits(supplier)).toEqual({
      legionellaFrequencyReading: 'weeks-between-runs',
      legionellaMarginMs: hourMs,
    });
    const device = { legionellaFrequencyReading: 'runs-per-week', legionellaMarginMs: 100 * dayMs } as const;
    expect(effectiveLegionellaLimits(supplier, device)).toEqual({
      legionellaFrequencyReading: 'runs-per-week',
      legionellaMarginMs: dayMs,
    });
  });

  it('pass over a stored word that is none', () => {
    const odd = { legionellaFrequencyReading: 'never' } as never;
    expect(effectiveLegionellaLimits(odd).legionellaFrequencyReading).toBe('runs-per-week');
  });

  it.each([
    [{ legionellaFrequencyReading: 'weeks-between-runs', legionellaMarginMs: dayMs }, []],
    [{ legionellaFrequencyReading: 'never' }, ['legionellaFrequencyReading']],
    [{ legionellaMarginMs: hourMs - 1 }, ['legionellaMarginMs']],
    [{ legionellaMarginMs: '2h', legionella: 1 }, ['legionellaMarginMs', 'legionella']],
  ])('%j are wrong in %j', (settings, fields) => {
    expect(checkLegionellaSettings(settings).map(({ field }) => field)).toEqual(fields);
  });
});

describe('starts kept for the device itself, as a supplier sets them', () => {
  it('stay inside bounds that leave a device its own', () => {
    expect(effectiveOwnNeeds({ spareStarts: 0, startsPerDayWithoutHistory: 0 })).toEqual({
      spareStarts: 1,
      startsPerDayWithoutHistory: 8.4,
      unseenStartsPerDay: 13.9,
    });
    expect(checkOwnNeedsSettings({ spareStarts: 0, startsPerDayWithoutHistory: 49 })).toHaveLength(2);
    expect(checkOwnNeedsSettings({ spareStarts: 5, startsPerDayWithoutHistory: 8.4 })).toEqual([]);
  });

  it('may leave the hours before a device was connected uncounted', () => {
    expect(effectiveOwnNeeds({ unseenStartsPerDay: 0 })).toMatchObject({ unseenStartsPerDay: 0 });
    expect(effectiveOwnNeeds({ unseenStartsPerDay: 0 }, { unseenStartsPerDay: 60 })).toMatchObject({
      unseenStartsPerDay: 48,
    });
    expect(checkOwnNeedsSettings({ unseenStartsPerDay: 0 })).toEqual([]);
    expect(checkOwnNeedsSettings({ unseenStartsPerDay: -1 })).toEqual([
      { field: 'unseenStartsPerDay', reason: 'must be at least 0, is -1' },
    ]);
  });

  it('count as the reserve', () => {
    expect(ownNeedsReserve([[600], [600], [600]], 700, { spare: 1 })).toBe(2);
    expect(ownNeedsReserve([], 0, { startsPerDayWithoutHistory: 8.4 })).toBe(9);
  });
});
