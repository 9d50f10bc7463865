import fc from 'fast-check';
import { dayMs, hourMs, slotMs } from '../fleet';
import type { LegionellaFacts } from './facts';
import { planRun, planRuns, type TankToPlan } from './plan-runs';
import { dueAt } from './schedule';

/** A Tuesday, 09:00 in Brussels. */
const now = Date.UTC(2026, 10, 24, 8);
const at = (hours: number) => now + hours * hourMs;
const facts = (changes: Partial<LegionellaFacts> = {}): LegionellaFacts => ({
  intervalMs: 7 * dayMs,
  runDurationMs: 2 * hourMs,
  marginMs: 2 * hourMs,
  enrolledAt: now - 90 * dayMs,
  lastCompletedAt: now - 6 * dayMs,
  ...changes,
});
const tank = (changes: Partial<LegionellaFacts> = {}, rest: Partial<TankToPlan> = {}): TankToPlan => ({
  zoneId: 'tank',
  facts: facts(changes),
  timeZone: 'Europe/Brussels',
  blocked: [],
  wanted: [],
  ...rest,
});

describe('planRun', () => {
  it('takes the early afternoon before it is due', () => {
    expect(planRun(tank(), now)).toMatchObject({
      why: 'early_afternoon',
      span: { startsAt: Date.UTC(2026, 10, 24, 13, 45), endsAt: Date.UTC(2026, 10, 24, 15, 45) },
    });
  });

  it('prefers hours in which consumption is wanted', () => {
    const wanted = [{ startsAt: at(13), endsAt: at(16) }];
    expect(planRun(tank({}, { wanted }), now)).toMatchObject({
      why: 'wanted',
      span: { startsAt: at(14), endsAt: at(16) },
    });
  });

  it('takes no wanted hours that are too short for a run', () => {
    const wanted = [{ startsAt: at(13), endsAt: at(14) }];
    expect(planRun(tank({}, { wanted }), now)?.why).toBe('early_afternoon');
  });

  it('goes around quiet hours and other actions', () => {
    const blocked = [{ startsAt: at(1), endsAt: at(9) }];
    expect(planRun(tank({}, { blocked }), now)).toMatchObject({
      why: 'free',
      span: { endsAt: dueAt(facts()) - 2 * hourMs },
    });
  });

  it('takes the first place after a try that came to nothing', () => {
    expect(planRun(tank({}, { soon: true }), now)).toMatchObject({
      why: 'soon',
      span: { startsAt: at(0.5), endsAt: at(2.5) },
    });
    const blocked = [{ startsAt: at(0), endsAt: at(3) }];
    expect(planRun(tank({}, { soon: true, blocked }), now)?.span.startsAt).toBe(at(3));
    const tight = tank({ lastCompletedAt: now - 7 * dayMs + 3 * hourMs }, { soon: true });
    expect(planRun(tight, now)?.why).toBe('late');
  });

  it('is late rather than never when the rule has passed', () => {
    expect(planRun(tank({ lastCompletedAt: now - 8 * dayMs }), now)).toMatchObject({
      why: 'late',
      span: { startsAt: at(0.5) },
    });
  });

  it.each([
    ['is due only later', tank({ lastCompletedAt: now - 2 * dayMs })],
    ['goes on', tank({ runningSince: at(-1) })],
    ['is planned already', tank({ planned: { startsAt: at(3), endsAt: at(5) } })],
    [
      'will come by the machine’s own timetable',
      tank({ recentRuns: [{ startsAt: now - 6 * dayMs - hourMs, endsAt: now - 6 * dayMs }] }),
    ],
    ['has no free place', tank({}, { blocked: [{ startsAt: now, endsAt: at(1_000) }] })],
  ])('plans nothing where a run %s', (_name, given) => {
    expect(planRun(given, now)).toBeUndefined();
  });

  it('lies on the grid, outside what is blocked, and in time unless it says that it is late', () => {
    const spans = fc.array(
      fc.tuple(fc.integer({ min: -10, max: 60 }), fc.integer({ min: 1, max: 20 })).map(([from, lasts]) => ({
        startsAt: at(from),
        endsAt: at(from + lasts),
      })),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * 24 }), spans, spans, (agoH, blocked, wanted) => {
        const given = tank({ lastCompletedAt: at(-agoH) }, { blocked, wanted });
        const [run] = planRuns([given], now);
        if (!run) return;
        expect(run.span.startsAt % slotMs).toBe(0);
        expect(run.span.startsAt).toBeGreaterThan(now);
        expect(run.span.endsAt - run.span.startsAt).toBe(given.facts.runDurationMs);
        for (const { startsAt, endsAt } of blocked)
          expect(run.span.endsAt <= startsAt || endsAt <= run.span.startsAt).toBe(true);
        if (run.why !== 'late')
          expect(run.span.endsAt).toBeLessThanOrEqual(dueAt(given.facts) - given.facts.marginMs);
      }),
    );
  });
});
