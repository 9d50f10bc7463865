import fc from 'fast-check';
import { hourMs, minuteMs, slotMs } from '../fleet';
import { UsualBands } from './control-bands';
import { sharesByThermostat, sharesOfHotWater, type HotWater } from './thermostat-forecast';
import { thermostatPhase, type ThermalRates, type ThermostatPhase } from './thermostat';

interface Home extends ThermalRates {
  readonly onBelowC: number;
  readonly offAboveC: number;
  readonly startC: number;
  readonly startsOn: boolean;
}

const home: Home = {
  coolingKPerH: 0.3,
  gainKPerH: 0.8,
  onBelowC: 20.6,
  offAboveC: 21.4,
  startC: 21,
  startsOn: true,
};

/** Minute by minute: the temperature and whether it heats. */
function lived(home: Home, minutes: number): { readonly temperatureC: number; readonly on: boolean }[] {
  let { startC: temperatureC, startsOn: on } = home;
  return Array.from({ length: minutes }, () => {
    if (temperatureC >= home.offAboveC) on = false;
    if (temperatureC < home.onBelowC) on = true;
    const now = { temperatureC, on };
    temperatureC += ((on ? home.gainKPerH : 0) - home.coolingKPerH) / 60;
    return now;
  });
}

/** As a vendor shows it: every quarter of an hour, with two decimals. */
function readingsOf(days: ReturnType<typeof lived>, minutes: number) {
  const readings = [];
  for (let minute = 0; minute <= minutes; minute += 15) {
    const { temperatureC } = days[minute]!;
    readings.push({ at: minute * minuteMs, temperatureC: Math.round(temperatureC * 100) / 100 });
  }
  return readings;
}

describe('thermostatPhase', () => {
  it('finds both turns of a zone that was seen through a cycle', () => {
    const phase = thermostatPhase(readingsOf(lived(home, 400), 390), home, undefined, []);
    expect(phase?.offAboveC).toBeCloseTo(home.offAboveC, 1);
    expect(phase?.onBelowC).toBeCloseTo(home.onBelowC, 1);
  });

  it('knows no turn where hot water had the compressor, and how far the zone went from its middle', () => {
    const all = { startsAt: 0, endsAt: 10 * hourMs };
    const phase = thermostatPhase(readingsOf(lived(home, 400), 390), home, 21, [all]);
    expect(phase).toMatchObject({ middleC: 21, offAboveC: undefined, onBelowC: undefined });
    expect(phase?.reachedK).toBeGreaterThan(0.3);
    expect(phase?.reachedK).toBeLessThan(0.45);
  });

  it.each([
    ['it gains no more than it loses', readingsOf(lived(home, 400), 390), { ...home, gainKPerH: 0.3 }],
    ['it loses nothing', readingsOf(lived(home, 400), 390), { ...home, coolingKPerH: 0 }],
    ['nothing was read', [], home],
  ])('says nothing when %s', (_name, readings, rates) => {
    expect(thermostatPhase(readings, rates, 21, [])).toBeUndefined();
  });
});

describe('UsualBands', () => {
  const turned = (halfK: number): ThermostatPhase => ({
    ...home,
    asOf: 0,
    on: true,
    temperatureC: 21,
    onBelowC: 21 - halfK,
    offAboveC: 21 + halfK,
    middleC: 21,
    reachedK: halfK,
  });
  const notYet = (reachedK: number): ThermostatPhase => ({
    ...turned(reachedK),
    onBelowC: undefined,
    offAboveC: undefined,
  });

  it('are those that were seen, each as likely as the next', () => {
    const bands = new UsualBands([0.1, 0.2, 0.3, 0.4, 0.5].map(turned));
    expect(bands.beyond(0).map((half) => Math.round(half * 10))).toEqual([1, 2, 3, 4, 5]);
    expect(Math.min(...bands.beyond(0.25))).toBeCloseTo(0.3);
  });

  it('are wider where many have not turned yet', () => {
    const quick = [0.1, 0.2, 0.3].map(turned);
    const mean = (halves: readonly number[]) => halves.reduce((sum, half) => sum + half, 0) / halves.length;
    const patient = [...quick, notYet(0.25), notYet(0.25), notYet(0.25)];
    expect(mean(new UsualBands(patient).beyond(0))).toBeGreaterThan(mean(new UsualBands(quick).beyond(0)));
  });

  it('go on beyond the widest that was seen, and are none where nobody was seen to turn', () => {
    expect(new UsualBands([turned(0.2)]).beyond(0.4)).toEqual(Array<number>(5).fill(0.5));
    expect(new UsualBands([notYet(0.2)]).beyond(0.1)).toEqual([]);
  });
});

describe('sharesByThermostat', () => {
  const none = new UsualBands([]);
  const anyHome = fc
    .record({
      coolingKPerH: fc.double({ min: 0.15, max: 0.6, noNaN: true }),
      more: fc.double({ min: 0.2, max: 1, noNaN: true }),
      bandK: fc.double({ min: 0.4, max: 1.2, noNaN: true }),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      startsOn: fc.boolean(),
    })
    .map(({ at, bandK, coolingKPerH, more, startsOn }): Home => {
      const onBelowC = 20.5;
      const gainKPerH = coolingKPerH + more;
      const startC = onBelowC + at * bandK;
      return { coolingKPerH, gainKPerH, onBelowC, offAboveC: onBelowC + bandK, startC, startsOn };
    });

  it('says of a zone that was seen through a cycle when it heats in the next hour', () => {
    fc.assert(
      fc.property(anyHome, (home) => {
        const { coolingKPerH, gainKPerH, offAboveC, onBelowC } = home;
        const bandK = offAboveC - onBelowC;
        const cycleMinutes = 60 * (bandK / coolingKPerH + bandK / (gainKPerH - coolingKPerH));
        const seen = 15 * Math.ceil((1.5 * cycleMinutes) / 15);
        const days = lived(home, seen + 61);
        const phase = thermostatPhase(readingsOf(days, seen), home, undefined, []);
        if (!phase) throw new Error('A whole cycle was seen.');
        const startsAt = seen * minuteMs;
        const shares = sharesByThermostat(phase, none, undefined, {
          startsAt,
          endsAt: startsAt + 4 * slotMs,
        })!;
        const wrong = shares.reduce((sum, share, slot) => {
          const minutes = days.slice(seen + 15 * slot, seen + 15 * (slot + 1));
          return sum + Math.abs(share - minutes.filter(({ on }) => on).length / 15);
        }, 0);
        expect(wrong / 4).toBeLessThan(0.3);
      }),
    );
  });

  it('heats over a day for the share of the time that the rates make', () => {
    const phase = thermostatPhase(readingsOf(lived(home, 400), 390), home, undefined, [])!;
    const startsAt = phase.asOf;
    const shares = sharesByThermostat(phase, none, undefined, { startsAt, endsAt: startsAt + 96 * slotMs })!;
    expect(shares.reduce((sum, share) => sum + share, 0) / 96).toBeCloseTo(0.3 / 0.8, 1);
  });

  const runMs = 30 * minuteMs;
  const never: HotWater = { seen: [], starts: [0, 0, 0, 0], runMs };

  it('is heated later where hot water has the compressor now, and less where it may come', () => {
    const phase = { ...thermostatPhase(readingsOf(lived(home, 400), 390), home, undefined, [])!, on: true };
    const { asOf } = phase;
    const window = { startsAt: asOf, endsAt: asOf + 2 * slotMs };
    const from = { ...phase, temperatureC: home.onBelowC };
    const sharesWith = (hotWater: HotWater | undefined) => [
      ...sharesByThermostat(from, none, hotWater, window)!,
    ];
    expect(sharesWith(undefined)).toEqual(sharesWith(never));
    const [first, second] = sharesWith(never);
    expect(first).toBeGreaterThan(0.95);
    const began = { startsAt: asOf - slotMs, endsAt: asOf, onShare: 1 };
    const running = sharesWith({ ...never, seen: [began] });
    expect(running[0]).toBeLessThan(0.05);
    expect(running[1]).toBeCloseTo(second!, 1);
    const mayCome = sharesWith({ ...never, starts: [0.2, 0.2] });
    expect(mayCome[0]).toBeLessThan(first!);
    expect(mayCome[0]).toBeGreaterThan(0.8);
  });

  it('was not heated in what was seen of hot water since, as in an action', () => {
    const phase = { ...thermostatPhase(readingsOf(lived(home, 400), 390), home, undefined, [])!, on: true };
    const { asOf } = phase;
    const from = { ...phase, temperatureC: home.onBelowC };
    const seen = [
      { startsAt: asOf, endsAt: asOf + slotMs, onShare: 1 },
      { startsAt: asOf + slotMs, endsAt: asOf + 2 * slotMs, onShare: 0 },
    ];
    const window = { startsAt: asOf, endsAt: asOf + 2 * slotMs };
    const [first, second] = sharesByThermostat(from, none, { ...never, seen }, window)!;
    expect(first).toBeLessThan(0.05);
    expect(second).toBeGreaterThan(0.95);
  });

  it('heats a tank from where its run begins for as long as runs last', () => {
    const window = { startsAt: 0, endsAt: 4 * slotMs };
    expect([...sharesOfHotWater(0, { ...never, starts: [0, 0.4] }, window)]).toEqual([0, 0.2, 0.4, 0.2]);
    const began = { startsAt: -slotMs, endsAt: 0, onShare: 1 };
    expect([...sharesOfHotWater(0, { ...never, seen: [began] }, window)]).toEqual([1, 0, 0, 0]);
  });
});
