import fc from 'fast-check';
import { hourMs, minuteMs } from '../fleet';
import { defaultDuty, expectedDraw, yieldOf } from './expected-draw';
import type { DrawFacts, PowerAt } from './expected-draw';
import { onOffRuns } from './on-off-runs';

const fiveOClock = Date.UTC(2026, 0, 14, 17);
const window = { startsAt: fiveOClock, endsAt: fiveOClock + 2 * hourMs };
const before = (minutes: number, powerW: number): PowerAt => ({
  at: fiveOClock - minutes * minuteMs,
  powerW,
});

const steady = [before(30, 800), before(20, 800), before(10, 800)];

describe('expectedDraw', () => {
  describe('where its own control is foreseen', () => {
    const heatedShares = Float64Array.from([1, 0.5, 0]);
    const facts = { recentPowers: [], maxPowerW: 1000, vendorExpectedPowerW: 400, heatedShares };

    it('is what it draws while it heats, as the forecast of the mean grows, for as long as it heats', () => {
      const draw = expectedDraw({ ...facts, vendorExpectedSlotsW: [400, 440, 480] }, window);
      expect([...draw.slotsW!]).toEqual([1000, 550, 0]);
      expect(draw).toMatchObject({ source: 'vendor_forecast', byControl: true });
    });

    it('is the rating of a tank, whose model leaves out the hot water that is drawn', () => {
      const draw = expectedDraw({ ...facts, modelIsFloor: true }, window);
      expect([...draw.slotsW!]).toEqual([1000, 500, 0]);
      expect(draw.source).toBe('vendor_model');
    });

    it('is not looked at where nobody says what it draws', () => {
      expect(expectedDraw({ ...facts, maxPowerW: undefined }, window).byControl).toBeUndefined();
    });
  });

  it.each<[string, DrawFacts, { meanW: number; source: string }]>([
    [
      'takes the vendor’s model before anything else',
      { recentPowers: steady, sameHourOfRecentDays: [500], vendorExpectedPowerW: 650 },
      { meanW: 650, source: 'vendor_model' },
    ],
    [
      'takes 0 W of the vendor’s model for a number, not for silence',
      { recentPowers: steady, vendorExpectedPowerW: 0 },
      { meanW: 0, source: 'vendor_model' },
    ],
    [
      'takes the vendor’s forecast of the window before its model of now',
      {
        recentPowers: steady,
        vendorExpectedPowerW: 650,
        vendorExpectedSlotsW: [100, 200, 300, 400, 500, 600, 700, 800],
      },
      { meanW: 450, source: 'vendor_forecast' },
    ],
    [
      'then the readings of the hour before the window',
      { recentPowers: steady, sameHourOfRecentDays: [500] },
      { meanW: 800, source: 'recent_readings' },
    ],
    [
      'weighs readings by how long they hold, in any order',
      { recentPowers: [before(10, 100), before(50, 0), before(20, 1200)] },
      { meanW: (30 * 0 + 10 * 1200) / 40, source: 'recent_readings' },
    ],
    [
      'wants three readings',
      { recentPowers: [before(30, 800), before(10, 800)], sameHourOfRecentDays: [500] },
      { meanW: 500, source: 'same_hour' },
    ],
    [
      'wants ten minutes of readings',
      { recentPowers: [before(9, 800), before(5, 800), before(0.5, 800)], sameHourOfRecentDays: [500] },
      { meanW: 500, source: 'same_hour' },
    ],
    [
      'does not learn from readings inside the window, which may be steered',
      { recentPowers: [before(0, 0), before(-10, 0), before(-20, 0)], sameHourOfRecentDays: [500] },
      { meanW: 500, source: 'same_hour' },
    ],
    [
      'takes the same hour of recent days before older readings',
      {
        recentPowers: steady.map(({ at, powerW }) => ({ at: at - 5 * hourMs, powerW })),
        sameHourOfRecentDays: [400, 600],
      },
      { meanW: 500, source: 'same_hour' },
    ],
    [
      'takes the same hour of three days before the one hour before the window',
      { recentPowers: steady, sameHourOfRecentDays: [400, 500, 600] },
      { meanW: 500, source: 'same_hour' },
    ],
    [
      'puts the days right for the weather: 20 degrees to heat instead of 10',
      {
        recentPowers: [],
        sameHourOfRecentDays: [400, 500, 600],
        outdoorOfRecentDaysC: [8, 8, 8],
        outdoorC: -2,
      },
      { meanW: 1000, source: 'same_hour' },
    ],
    [
      'leans towards a zone that heats now by what is left of it: (55 / 120) (1 - e^(-120 / 55)) = 0.4066',
      {
        recentPowers: [],
        sameHourOfRecentDays: [500, 500, 500],
        maxPowerW: 2000,
        heating: true,
        stateAt: fiveOClock,
      },
      { meanW: 500 + 1500 * 0.40661, source: 'same_hour' },
    ],
    [
      'leans towards a zone that is too warm to heat',
      {
        recentPowers: [],
        sameHourOfRecentDays: [500, 500, 500],
        maxPowerW: 2000,
        setpointC: 20,
        temperatureC: 20.6,
        stateAt: fiveOClock,
      },
      { meanW: 500 * (1 - 0.40661), source: 'same_hour' },
    ],
    [
      'leans nowhere inside the hysteresis',
      {
        recentPowers: [],
        sameHourOfRecentDays: [500, 500, 500],
        maxPowerW: 2000,
        setpointC: 20,
        temperatureC: 20,
        stateAt: fiveOClock,
      },
      { meanW: 500, source: 'same_hour' },
    ],
    [
      'has forgotten by the window what it did a day ago',
      {
        recentPowers: [],
        sameHourOfRecentDays: [500, 500, 500],
        maxPowerW: 2000,
        heating: true,
        stateAt: fiveOClock - 24 * hourMs,
      },
      { meanW: 500, source: 'same_hour' },
    ],
    [
      'takes older readings before a guess',
      { recentPowers: steady.map(({ at, powerW }) => ({ at: at - 5 * hourMs, powerW })), maxPowerW: 2000 },
      { meanW: 800, source: 'recent_readings' },
    ],
    [
      'guesses from the rating when nothing else is known',
      { recentPowers: [], maxPowerW: 2000 },
      { meanW: 2000 * defaultDuty, source: 'rating' },
    ],
    [
      'guesses so for a zone that heats',
      { recentPowers: [], maxPowerW: 2000, heating: true },
      { meanW: 600, source: 'rating' },
    ],
    [
      'expects nothing of a zone that stands still',
      { recentPowers: [], maxPowerW: 2000, heating: false },
      { meanW: 0, source: 'rating' },
    ],
    [
      'expects nothing of a room that is warmer than it shall be',
      { recentPowers: [], maxPowerW: 2000, setpointC: 20, temperatureC: 20.5 },
      { meanW: 0, source: 'rating' },
    ],
    [
      'expects nothing of a zone of which nothing is known',
      { recentPowers: [] },
      { meanW: 0, source: 'rating' },
    ],
    [
      'never expects more than the rating',
      { recentPowers: [], vendorExpectedPowerW: 3000, maxPowerW: 2000 },
      { meanW: 2000, source: 'vendor_model' },
    ],
  ])('%s', (_, facts, { meanW, source }) => {
    const draw = expectedDraw(facts, window);
    expect(draw.source).toBe(source);
    expect(draw.meanW).toBeCloseTo(meanW, 1);
  });

  it('is most uncertain of an on/off device at half duty, with 91 % of the variance left in a slot', () => {
    const { stdDevW } = expectedDraw(
      { recentPowers: [], vendorExpectedPowerW: 1000, maxPowerW: 2000 },
      window,
    );
    expect((stdDevW / 1000) ** 2).toBeCloseTo(0.914, 2);
  });

  it.each([0, 2000])('is certain of an on/off device that draws %d W of 2000', (vendorExpectedPowerW) => {
    expect(
      expectedDraw({ recentPowers: [], vendorExpectedPowerW, maxPowerW: 2000 }, window).stdDevW,
    ).toBeCloseTo(0, 9);
  });

  it('is as uncertain as the mean is large where no rating is known', () => {
    expect(expectedDraw({ recentPowers: steady }, window).stdDevW).toBeCloseTo(800, 9);
  });

  it('is at least as uncertain as the days differ', () => {
    const draw = expectedDraw({ recentPowers: [], sameHourOfRecentDays: [0, 2000, 7000] }, window);
    expect(draw.meanW).toBeCloseTo(3000, 9);
    expect(draw.stdDevW).toBeCloseTo(Math.sqrt(13e6), 9);
  });

  it.each([1, 3, 7])('is more uncertain of a mean of %d days than of one that is given', (days) => {
    const sameHourOfRecentDays = Array.from({ length: days }, () => 1000);
    const facts = { recentPowers: [], maxPowerW: 2000 };
    const seen = expectedDraw({ ...facts, sameHourOfRecentDays }, window).stdDevW;
    const given = expectedDraw({ ...facts, vendorExpectedPowerW: 1000 }, window).stdDevW;
    // An hour keeps 0.72 of the variance: (0.914 + 0.72 / n) / (1 - 0.72 / n) instead of 0.914.
    const ofMean = 0.7173 / days;
    expect((seen / given) ** 2).toBeCloseTo((0.9149 + ofMean) / (1 - ofMean) / 0.9149, 2);
  });
});

describe('a vendor’s forecast', () => {
  const courseW = [400, 400, 500, 500, 600, 600, 700, 700];

  it('tells the slots apart', () => {
    const draw = expectedDraw({ recentPowers: [], vendorExpectedSlotsW: courseW, maxPowerW: 2000 }, window);
    expect([...draw.slotsW!]).toEqual(courseW);
    expect(draw.slotStdDevsW).toHaveLength(courseW.length);
  });

  it('is the level around which the present run swings', () => {
    const minutesAgo = (minutes: number) => fiveOClock - minutes * minuteMs;
    const runs = onOffRuns([
      { startsAt: minutesAgo(90), endsAt: minutesAgo(10), onShare: 0 },
      { startsAt: minutesAgo(10), endsAt: fiveOClock, onShare: 1 },
    ]);
    const draw = expectedDraw(
      { recentPowers: [], vendorExpectedSlotsW: courseW, maxPowerW: 1000, runs },
      window,
    );
    expect(draw.slotsW![0]).toBeGreaterThan(courseW[0]! * 1.3);
    expect(draw.slotsW!.at(-1)! / courseW.at(-1)!).toBeCloseTo(1, 0);
  });

  it('is never beyond the rating', () => {
    const draw = expectedDraw({ recentPowers: [], vendorExpectedSlotsW: courseW, maxPowerW: 550 }, window);
    expect(Math.max(...draw.slotsW!)).toBe(550);
    expect(draw.meanW).toBeLessThanOrEqual(550);
  });
});

describe('yieldOf', () => {
  const expected = { meanW: 600, stdDevW: 250 };

  it('saves the mean draw with a decrease', () => {
    expect(yieldOf({ direction: 'decrease', expected, maxPowerW: 2000 })).toEqual({
      expectedYieldW: 600,
      yieldStdDevW: 250,
    });
  });

  it('adds what is missing to the rating with an increase', () => {
    expect(yieldOf({ direction: 'increase', expected, maxPowerW: 2000 })).toEqual({
      expectedYieldW: 1400,
      yieldStdDevW: 250,
    });
  });

  it('adds nothing to an unknown rating', () => {
    expect(yieldOf({ direction: 'increase', expected })).toEqual({ expectedYieldW: 0, yieldStdDevW: 0 });
  });

  it('is never negative, and decrease and increase together make the rating', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 5000 }),
        (drawW, maxPowerW) => {
          const facts = { recentPowers: [], vendorExpectedPowerW: drawW, maxPowerW };
          const draw = expectedDraw(facts, window);
          const less = yieldOf({ direction: 'decrease', expected: draw, maxPowerW }).expectedYieldW;
          const more = yieldOf({ direction: 'increase', expected: draw, maxPowerW }).expectedYieldW;
          expect(Math.min(less, more)).toBeGreaterThanOrEqual(0);
          expect(less + more).toBeCloseTo(maxPowerW, 6);
        },
      ),
    );
  });
});
