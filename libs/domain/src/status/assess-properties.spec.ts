import fc from 'fast-check';
import { minuteMs, slotMs, type Direction } from '../fleet';
import { setpointFor } from '../comfort/headroom';
import { assess, statusRules } from './assess';
import { statusCodes, type StatusCode } from './codes';
import type { ZoneFacts } from './facts';
import { questionOf } from './rule';
import { intent, now, readyRoom as room, readyTank as tank } from './zone-facts.fixtures';

const { compressor } = tank;

describe('assess, for any facts', () => {
  const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(value, { nil: undefined });
  const number = fc.oneof(fc.constantFrom(0, -1, NaN, Infinity, -Infinity), fc.double());
  const near = fc.integer({ min: -300, max: 300 }).map((minutes) => now + minutes * minuteMs);
  const time = fc.oneof({ weight: 5, arbitrary: near }, { weight: 1, arbitrary: number });
  const span = fc.tuple(time, time).map(([startsAt, endsAt]) => ({ startsAt, endsAt }));
  const temperature = fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: 5, max: 70, noNaN: true }) },
    { weight: 1, arbitrary: number },
  );
  const rarely = fc.integer({ min: 0, max: 15 }).map((n) => n === 0);
  const changes: fc.Arbitrary<Partial<ZoneFacts>> = fc.record(
    {
      timeZone: fc.constantFrom('Europe/Brussels', 'America/New_York', 'No/Where', ''),
      held: rarely,
      steeringEnabled: rarely.map((no) => !no),
      online: maybe(rarely.map((no) => !no)),
      measuredAt: maybe(time),
      activeAction: fc.option(
        fc.record({ actionId: fc.string(), direction: fc.constant<Direction>('decrease'), endsAt: time }),
        { nil: undefined, freq: 2 },
      ),
      overrideQuietUntil: maybe(time),
      legionella: maybe(
        fc.record({
          intervalMs: number,
          runDurationMs: number,
          marginMs: number,
          enrolledAt: time,
          lastCompletedAt: maybe(time),
          runningSince: maybe(time),
          planned: maybe(span),
        }),
      ),
      cycles: maybe(
        fc.record({
          maxPerDay: maybe(fc.nat(10)),
          observedToday: fc.nat(10),
          reservedToday: fc.nat(3),
          unseenToday: fc.nat(3),
          ownNeedsReserve: fc.nat(3),
        }),
      ),
      compressor: maybe(
        fc.record({
          limits: fc.constant(compressor.limits),
          running: maybe(fc.boolean()),
          since: maybe(time),
          startsLastHour: fc.nat(5),
        }),
      ),
      temperatureC: maybe(temperature),
      setpointC: maybe(temperature),
      minC: maybe(temperature),
      maxC: maybe(temperature),
      stepC: maybe(number),
      coolingKPerH: maybe(number),
      heating: maybe(fc.boolean()),
      activationLimitC: maybe(temperature),
      lastActionEndedAt: maybe(time),
      actionsToday: fc.nat(5),
      quietHours: fc.array(span, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const anyFacts = fc
    .tuple(fc.constantFrom(room, tank), changes)
    .map(([base, change]): ZoneFacts => ({ ...base, ...change }));
  const anyIntent = maybe(
    fc.record({
      direction: fc.constantFrom<Direction>('decrease', 'increase'),
      span,
      cyclesReserved: maybe(fc.nat(2)),
    }),
  );

  it('never throws and always answers the same', () => {
    fc.assert(
      fc.property(anyFacts, time, anyIntent, (facts, instant, wanted) => {
        const assessment = assess(facts, instant, wanted);
        expect(assess(facts, instant, wanted)).toEqual(assessment);
        expect(statusCodes).toContain(assessment.code);
        expect(assessment.canActivate).toBe(assessment.code === 'READY');
        expect(assessment.reason.length).toBeGreaterThan(10);
      }),
      { numRuns: 3_000 },
    );
  });

  it('says READY only when no rule applies, and else names the first that does', () => {
    const seen = new Set<StatusCode>();
    fc.assert(
      fc.property(anyFacts, anyIntent, (facts, wanted) => {
        const question = questionOf(facts, now, wanted);
        const first = statusRules.find((rule) => rule.applies(question));
        const { code } = assess(facts, now, wanted);
        seen.add(code);
        expect(code).toBe(first?.code ?? 'READY');
      }),
      { numRuns: 3_000 },
    );
    expect(seen).toContain('READY');
  });

  it('says READY only where a dispatch right now is not skipped for a rule', () => {
    let ready = 0;
    // Two changes of a zone that is ready: any more, and hardly one is.
    const nearlyReady = fc
      .tuple(fc.constantFrom(room, tank), changes, fc.array(fc.nat(), { minLength: 2, maxLength: 2 }))
      .map(([base, change, picks]): ZoneFacts => {
        const entries = Object.entries(change);
        return {
          ...base,
          ...Object.fromEntries(picks.flatMap((pick) => entries.slice(pick % 30, (pick % 30) + 1))),
        };
      });
    fc.assert(
      fc.property(nearlyReady, fc.constantFrom(0, 1), (facts, reserved) => {
        if (assess(facts, now).code !== 'READY') return;
        ready += 1;
        // As the dispatcher asks: the planner has taken the action's start from the ledger meanwhile.
        const cycles = facts.cycles && {
          ...facts.cycles,
          reservedToday: facts.cycles.reservedToday + reserved,
        };
        const span = { startsAt: now, endsAt: now + slotMs };
        const wanted = { direction: 'decrease', span, cyclesReserved: reserved } as const;
        const { code, canActivate } = assess({ ...facts, cycles }, now, wanted);
        expect([code, canActivate]).toEqual(['READY', true]);
        const limitC = setpointFor({ direction: 'decrease', facts });
        expect(limitC).toBeDefined();
        if (facts.setpointC !== undefined) expect(limitC).toBeLessThan(facts.setpointC);
      }),
      { numRuns: 5_000 },
    );
    expect(ready).toBeGreaterThan(100);
  });

  it('never lowers a tank against the legionella rule, its floor, or without a reading', () => {
    const minutes = fc.integer({ min: -600, max: 600 }).map((n) => now + n * minuteMs);
    const tanks = fc.record({
      lastCompletedAt: minutes.map((at) => at - tank.legionella.intervalMs),
      planned: maybe(fc.tuple(minutes, fc.integer({ min: 1, max: 180 }))),
      runningSince: fc.option(minutes, { nil: undefined, freq: 2 }),
      temperatureC: maybe(fc.double({ min: 39, max: 50, noNaN: true })),
      slots: fc.integer({ min: 1, max: 8 }),
    });
    let lowered = 0;
    fc.assert(
      fc.property(tanks, ({ lastCompletedAt, planned, runningSince, temperatureC, slots }) => {
        const run = planned && { startsAt: planned[0], endsAt: planned[0] + planned[1] * minuteMs };
        const legionella = { ...tank.legionella, lastCompletedAt, planned: run, runningSince };
        const { startsAt, endsAt } = intent('decrease', slots * slotMs).span;
        if (
          !assess({ ...tank, legionella, temperatureC }, now, intent('decrease', endsAt - startsAt))
            .canActivate
        )
          return;
        lowered += 1;
        const due = lastCompletedAt + legionella.intervalMs;
        const runComesInTime = run !== undefined && run.endsAt > now && run.endsAt <= due;
        expect(now).toBeLessThan(due);
        if (!runComesInTime)
          expect(endsAt).toBeLessThanOrEqual(due - legionella.runDurationMs - legionella.marginMs);
        if (run !== undefined) expect(endsAt <= run.startsAt || run.endsAt <= startsAt).toBe(true);
        if (runningSince !== undefined) expect(runningSince).toBeGreaterThanOrEqual(endsAt);
        expect(temperatureC).toBeGreaterThan(tank.comfort.dhwFloorC + 1);
      }),
      { numRuns: 5_000 },
    );
    expect(lowered).toBeGreaterThan(100);
  });
});
