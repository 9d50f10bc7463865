import { dayMs, hourMs, minuteMs } from '../fleet';
import { evidenceCsv, legionellaEvidence, type RecordedRun } from './evidence';

const day = (n: number) => Date.UTC(2026, 0, 1) + n * dayMs;
const run = (n: number, heldMs = hourMs): RecordedRun => ({
  startedAt: day(n) - heldMs,
  completedAt: day(n),
  profileId: 'nl-2026-11',
});
const report = (runs: RecordedRun[], changes: { enrolledAt?: number; from?: number; to?: number } = {}) =>
  legionellaEvidence({
    runs,
    intervalMs: 7 * dayMs,
    enrolledAt: day(0),
    from: day(-300),
    to: day(30),
    ...changes,
  });

describe('legionellaEvidence', () => {
  it('keeps the rule with a run in every interval, from enrolment to the end', () => {
    const evidence = report([run(6), run(13), run(20), run(27)]);
    expect(evidence).toMatchObject({ from: day(0), kept: true, gaps: [] });
    expect(evidence.runs).toHaveLength(4);
    expect(evidence.runs[0]).toMatchObject({
      heldMs: hourMs,
      holds: [{ temperatureC: 60, holdMs: 20 * minuteMs }, {}, {}],
    });
  });

  it.each([
    ['before the first run', [run(9), run(16), run(23)], [[day(0), day(9) - hourMs, false]]],
    ['between two runs', [run(5), run(15), run(22), run(29)], [[day(5), day(15) - hourMs, false]]],
    ['at the end, still open', [run(6), run(13), run(20)], [[day(20), day(30), true]]],
    ['all the time', [], [[day(0), day(30), true]]],
  ])('names a gap %s', (_name, runs, gaps) => {
    const evidence = report(runs as RecordedRun[]);
    expect(evidence.kept).toBe(false);
    expect(evidence.gaps.map(({ from, to, open }) => [from, to, open])).toEqual(gaps);
    expect(evidence.gaps[0]!.overMs).toBe((gaps[0]![1] as number) - (gaps[0]![0] as number) - 7 * dayMs);
  });

  it('ends a gap where the heat of a tank begins that then stays hot for weeks', () => {
    expect(report([run(6), { ...run(27), startedAt: day(12) }])).toMatchObject({ kept: true });
  });

  it('counts from a run before the report', () => {
    expect(report([run(2), run(8)], { from: day(7), to: day(12) })).toMatchObject({
      kept: true,
      runs: [{ completedAt: day(8) }],
    });
  });
});

describe('evidenceCsv', () => {
  it('has one line per run and gap, in order, and cannot be a formula', () => {
    const csv = evidenceCsv('=HP,"1"', report([run(9)], { to: day(12) }));
    expect(csv).toBe(
      'device_id,record,started_at,completed_at,held_minutes,profile,required,interval_hours,over_hours,open\r\n' +
        `"'=HP,""1""",gap,2026-01-01T00:00:00.000Z,2026-01-09T23:00:00.000Z,,,,168,47,false\r\n` +
        `"'=HP,""1""",run,2026-01-09T23:00:00.000Z,2026-01-10T00:00:00.000Z,60,nl-2026-11,60 °C for 20 min or 65 °C for 10 min or 70 °C for 5 min,168,,\r\n`,
    );
  });
});
