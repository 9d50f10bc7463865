import fc from 'fast-check';
import { hourMs, minuteMs } from '../fleet';
import { cycleCost, cyclesLeft } from './budget';
import { checkCompressorSettings, effectiveCompressorLimits } from './defaults';
import { observeStarts, startsInLastHour, startThresholds, type StartSample } from './observe-starts';
import { ownNeedsReserve } from './own-needs';

describe('cycleCost', () => {
  it.each([
    ['decrease', { heating: true }, 1],
    ['decrease', { heating: true, wouldBeHeating: false }, 1],
    ['decrease', { heating: false, wouldBeHeating: true }, 1],
    ['decrease', { heating: false, wouldBeHeating: false }, 0],
    ['decrease', {}, 1],
    ['increase', { heating: true }, 1],
    ['increase', { heating: false }, 1],
    ['increase', {}, 1],
  ] as const)('of a %s on %p is %d', (direction, zone, cost) => {
    expect(cycleCost({ direction }, zone)).toBe(cost);
  });
});

describe('cyclesLeft', () => {
  const ledger = { maxPerDay: 8, observedToday: 4, reservedToday: 2, unseenToday: 0, ownNeedsReserve: 1 };
  it.each([
    ['takes off what was seen, promised and kept', ledger, 0, 1],
    ['gives back what the action itself has reserved', ledger, 2, 3],
    ['takes off what is assumed of the hours that nobody watched', { ...ledger, unseenToday: 1 }, 0, 0],
    ['never goes below 0', { ...ledger, observedToday: 9 }, 0, 0],
    ['knows no limit where none was stated', { ...ledger, maxPerDay: undefined }, 0, undefined],
    ['allows nothing at a limit of 0', { ...ledger, maxPerDay: 0, observedToday: 0 }, 0, 0],
  ])('%s', (_name, facts, own, left) => {
    expect(cyclesLeft(facts, own)).toBe(left);
  });
});

describe('effectiveCompressorLimits', () => {
  it('lets the device win over the supplier, inside the bounds', () => {
    expect(
      effectiveCompressorLimits({ minOnMs: 5 * minuteMs, maxStartsPerHour: 6 }, { minOnMs: 900 * minuteMs }),
    ).toEqual({
      minOnMs: 2 * hourMs,
      minOffMs: 10 * minuteMs,
      maxStartsPerHour: 6,
    });
  });
  it('says what cannot be taken', () => {
    expect(checkCompressorSettings({ minOnMs: -1, starts: 3 }).map((p) => p.field)).toEqual([
      'minOnMs',
      'starts',
    ]);
  });
});

describe('startThresholds', () => {
  it.each([
    [undefined, 150, 75],
    [2_000, 300, 150],
    [9_000, 300, 150],
    [500, 75, 37.5],
    [0, 150, 75],
  ])('for a rating of %p W: on from %d W, off at %d W', (maxPowerW, onW, offW) => {
    expect(startThresholds(maxPowerW)).toEqual({ onW, offW });
  });
});

/** One reading every 5 minutes: `#` running (1 kW), `_` still, `~` between the thresholds, `.` no reading. */
function readings(drawing: string): StartSample[] {
  const powerW: Record<string, number> = { '#': 1_000, _: 10, '~': 110 };
  return [...drawing].flatMap((sign, index) =>
    sign === '.' ? [] : [{ at: index * 5 * minuteMs, powerW: powerW[sign] }],
  );
}

describe('observeStarts', () => {
  it.each([
    ['__##__##', [2, 6]],
    ['##__##', [4]], // nobody saw the first one begin
    ['__~~__', []], // not high enough
    ['__##~~##__', [2]], // not low enough to have stopped
    ['~~##__##', [6]], // unknown before
    ['__........##', [10]], // certain: it stood still and runs
    ['##........##', []], // may have stopped, nobody saw
    ['', []],
  ])('%s has its starts at readings %p', (drawing, at) => {
    expect(observeStarts(undefined, readings(drawing)).starts).toEqual(
      at.map((index) => index * 5 * minuteMs),
    );
  });

  it('says how long nobody looked', () => {
    expect(observeStarts(undefined, readings('__........##')).blindMs).toBe(45 * minuteMs);
    expect(observeStarts(undefined, readings('__....##')).blindMs).toBe(0);
  });

  it('remembers since when the device runs or stands still', () => {
    expect(observeStarts(undefined, readings('__###')).state).toEqual({
      lastAt: 20 * minuteMs,
      running: true,
      since: 10 * minuteMs,
    });
  });

  it('takes the word "heating" where there is no power, and passes over a reading without either', () => {
    const samples = [
      { at: 1, heating: false },
      { at: 2 },
      { at: 3, powerW: Number.NaN },
      { at: 4, heating: true },
    ];
    expect(observeStarts(undefined, samples)).toMatchObject({ starts: [4], ignored: 0 });
  });

  it('believes power more than the word', () => {
    expect(observeStarts(undefined, [{ at: 1, powerW: 0, heating: true }]).state.running).toBe(false);
  });

  const drawings = fc
    .array(fc.constantFrom('#', '_', '~', '.'), { maxLength: 60 })
    .map((signs) => signs.join(''));

  it('counts the same in one go, in pieces, and in any order within a piece', () => {
    fc.assert(
      fc.property(drawings, fc.nat(60), (drawing, cut) => {
        const all = readings(drawing);
        const whole = observeStarts(undefined, all);
        const first = observeStarts(undefined, all.slice(0, cut).reverse());
        const second = observeStarts(first.state, all.slice(cut).reverse());
        expect([...first.starts, ...second.starts]).toEqual(whole.starts);
        expect(second.state).toEqual(whole.state);
      }),
    );
  });

  it('counts nothing twice when readings come again or too late', () => {
    fc.assert(
      fc.property(drawings, (drawing) => {
        const all = readings(drawing);
        const once = observeStarts(undefined, all);
        const again = observeStarts(once.state, all);
        expect(again).toEqual({ state: once.state, starts: [], ignored: all.length, blindMs: 0 });
      }),
    );
  });

  it('counts exactly the rising edges of a clear signal', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 80 }), (signal) => {
        const samples = signal.map((on, index) => ({ at: index * minuteMs, powerW: on ? 900 : 0 }));
        const edges = signal.filter((on, index) => on && signal[index - 1] === false).length;
        expect(observeStarts(undefined, samples).starts).toHaveLength(edges);
      }),
    );
  });
});

describe('startsInLastHour', () => {
  it('counts the hour up to now, not its first instant and not the future', () => {
    expect(startsInLastHour([0, 1, 2 * minuteMs, hourMs, hourMs + 1], hourMs)).toBe(3);
  });
});

describe('ownNeedsReserve', () => {
  const days = [[60, 400, 1_100, 1_300], [100, 1_200], [300, 1_150, 1_250, 1_350], [200]];
  it.each([
    ['is the most starts later in the day, and three to spare', days, 1_020, 6, 6],
    ['shrinks as the day goes on', days, 1_300, 6, 4],
    ['is the three to spare at the end of the day', days, 1_439, 6, 3],
    ['keeps what the busiest whole day needed, less what was seen', days, 1_020, 0, 7],
    ['counts days without starts as days', [[], [], [1_000]], 1_100, 1, 3],
    ['is the share of a busy device with too little history', [[1_000], [1_000]], 1_080, 0, 4],
    ['is a whole busy day without history at midnight', [], 0, 0, 14],
  ])('%s', (_name, recentDays, minute, observedToday, kept) => {
    expect(ownNeedsReserve(recentDays, minute, { observedToday })).toBe(kept);
  });
  it('keeps what is configured', () => {
    expect(ownNeedsReserve([], 0, { startsPerDayWithoutHistory: 0 })).toBe(0);
    expect(ownNeedsReserve([[1], [2]], 0, { minDays: 2, spare: 0 })).toBe(1);
  });
  it('with it, a day never goes over its limit whose rest is like any recent day', () => {
    const day = fc.array(fc.integer({ min: 0, max: 1_439 }), { maxLength: 10 });
    fc.assert(
      fc.property(
        fc.array(day, { minLength: 3, maxLength: 7 }),
        fc.nat(1_439),
        fc.nat(12),
        fc.nat(14),
        (recent, minute, seen, limit) => {
          const facts = {
            maxPerDay: limit,
            observedToday: seen,
            reservedToday: 0,
            unseenToday: 0,
            ownNeedsReserve: ownNeedsReserve(recent, minute, { observedToday: seen }),
          };
          if (!(cyclesLeft(facts)! >= 1)) return;
          for (const starts of recent) {
            const rest = starts.filter((at) => at > minute).length;
            expect(seen + rest + 1).toBeLessThanOrEqual(limit);
          }
        },
      ),
    );
  });
});
