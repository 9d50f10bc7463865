import { dayMs } from '@warmshift/domain';
import { FleetZones } from './fleet';
import { createHeatPumps } from './fleet-nox';
import type { HeatPumpDevice } from './heat-pump-device';
import { LocalTime } from './local-time';
import { comfortFloors } from './records';
import { Weather } from './weather';

const startsAt = Date.UTC(2026, 0, 12);
const settlingDays = 2;
const days = 10;
const dtS = 30;

/** Calibration figures: heatpumpmonitor.org, 312 systems, export of 2026-07-15. */
describe('200 heat pumps left alone for ten days of January', () => {
  const zones = new FleetZones();
  const fleet = createHeatPumps(1, 200, zones, startsAt);
  const tallies = fleet.map(() => ({ starts: 0, runS: 0, runWs: 0, dhwS: 0, dhwWs: 0, coldS: 0 }));

  beforeAll(() => {
    const weather = new Weather(1);
    const localTimes = zones.names.map((name) => new LocalTime(name));
    const countFrom = startsAt + settlingDays * dayMs;
    for (let at = startsAt; at < countFrom + days * dayMs; at += dtS * 1000) {
      const local = localTimes.map((time) => time.at(at));
      const step = { startsAt: at, realAt: 0, dtS, outdoorC: weather.outdoorC(at), local };
      for (const [index, pump] of fleet.entries()) {
        pump.warmUp(step);
        if (at >= countFrom) count(pump, tallies[index]!);
      }
    }
  }, 120_000);

  it('start about 6.4 times a day, a quarter below 4.2 and a quarter above 8.4', () => {
    const starts = tallies.map((tally) => tally.starts / days);
    expect(Math.abs(quantile(starts, 0.5) - 6.4)).toBeLessThan(0.7);
    expect(Math.abs(quantile(starts, 0.25) - 4.2)).toBeLessThan(0.8);
    expect(Math.abs(quantile(starts, 0.75) - 8.4)).toBeLessThan(1);
  });

  it('draw about 1 kW while they run, a tenth more than 1.6 kW', () => {
    const runningW = tallies.map((tally) => tally.runWs / tally.runS);
    expect(Math.abs(quantile(runningW, 0.5) - 967)).toBeLessThan(100);
    expect(Math.abs(quantile(runningW, 0.9) - 1640)).toBeLessThan(250);
  });

  it('make hot water for about 63 minutes a day at about 1.7 kW', () => {
    const minutes = tallies.map((tally) => tally.dhwS / 60 / days);
    const dhwW = tallies.map((tally) => tally.dhwWs / tally.dhwS);
    expect(Math.abs(quantile(minutes, 0.5) - 63)).toBeLessThan(8);
    expect(Math.abs(quantile(dhwW, 0.5) - 1690)).toBeLessThan(150);
  });

  it('keep their homes comfortable by themselves', () => {
    expect(tallies.reduce((sum, tally) => sum + tally.coldS, 0) / 60 / fleet.length / days).toBeLessThan(0.2);
  });

  it('disinfect their tanks every week in most homes', () => {
    const done = fleet.filter((pump) => pump.records.disinfections.steered.length > 0);
    expect(done.length / fleet.length).toBeGreaterThan(0.85);
  });

  it('leave most of them a start or more below their limit', () => {
    const withBudget = fleet.filter(
      (pump, index) => tallies[index]!.starts / days < pump.identity.maxCyclesPerDay! - 1,
    );
    expect(withBudget.length / fleet.length).toBeGreaterThan(0.6);
  });
});

function count(
  pump: HeatPumpDevice,
  tally: Record<'starts' | 'runS' | 'runWs' | 'dhwS' | 'dhwWs' | 'coldS', number>,
) {
  const { circuit, started, disinfection, roomC, tankC } = pump.steered;
  if (started) tally.starts += 1;
  if (roomC < comfortFloors.roomC || tankC < comfortFloors.tankC) tally.coldS += dtS;
  if (circuit === 'off') return;
  tally.runS += dtS;
  tally.runWs += pump.powerW * dtS;
  if (circuit === 'DHW' && disinfection.phase === 'idle') {
    tally.dhwS += dtS;
    tally.dhwWs += pump.powerW * dtS;
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))] ?? Number.NaN;
}
