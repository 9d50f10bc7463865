import fc from 'fast-check';
import { dayMs, hourMs, minuteMs, slotMs, type Instant, type Span } from '../fleet';
import { assess } from '../status/assess';
import { now as start, readyTank } from '../status/zone-facts.fixtures';
import type { LegionellaFacts } from './facts';
import { observeRun, type RunObserver } from './observe-run';
import { defaultLegionellaProfile, withDeviceDuration } from './profiles';

const profile = withDeviceDuration(defaultLegionellaProfile, 60);
const intervalMs = 7 * dayMs;
const weeks = 4;
/** Readings begin before the first wish, so that no run is under way that nobody saw begin. */
const watchedFrom = start - 4 * hourMs;

/** A tank whose machine disinfects it once a week; `off` at its time makes it wait, `off` during the run ends the run. */
interface Machine {
  readonly programmeAt: Instant;
  /** Minutes the machine needs to heat up. */
  readonly heatUpMs: number;
}

/** What an operator asks for: a decrease of the tank, some slots long, some time after the last one was asked. */
interface Wish {
  readonly pauseSlots: number;
  readonly slots: number;
}

interface Lived {
  readonly gapsMs: readonly number[];
  readonly cut: number;
  readonly lowered: number;
}

/** Lives through weeks in steps of a slot: readings, runs, and every wish that the rules allow. */
function live(machine: Machine, wishes: readonly Wish[], enrolledRunAt: Instant): Lived {
  const ends = start + weeks * 7 * dayMs;
  let observer: RunObserver | undefined;
  let facts: LegionellaFacts = {
    ...readyTank.legionella,
    intervalMs,
    enrolledAt: start - 60 * dayMs,
    lastCompletedAt: enrolledRunAt,
    recentRuns: [{ startsAt: enrolledRunAt - hourMs, endsAt: enrolledRunAt }],
  };
  let action: Span | undefined;
  let runStartedAt: Instant | undefined;
  let cut = 0;
  let lowered = 0;
  const gapsMs: number[] = [];
  const queue = [...wishes];
  let askAt = start + (queue[0]?.pauseSlots ?? 0) * slotMs;
  for (let at = watchedFrom; at < ends; at += slotMs) {
    const off = action !== undefined && at >= action.startsAt && at < action.endsAt;
    if ((at - machine.programmeAt) % intervalMs === 0 && !off) runStartedAt = at;
    if (runStartedAt !== undefined && off) {
      cut += 1;
      runStartedAt = undefined;
    }
    const hot = runStartedAt !== undefined && at - runStartedAt >= machine.heatUpMs;
    if (runStartedAt !== undefined && at - runStartedAt > machine.heatUpMs + 75 * minuteMs)
      runStartedAt = undefined;
    const seen = observeRun(observer, { at, temperatureC: hot ? 62 : 48 }, profile);
    observer = seen.state;
    if (seen.completed) {
      const before = facts.lastCompletedAt ?? facts.enrolledAt;
      const fresh = seen.completed.startedAt > before;
      if (fresh) gapsMs.push(seen.completed.completedAt - before);
      const run = { startsAt: seen.completed.startedAt, endsAt: seen.completed.completedAt };
      const others = (facts.recentRuns ?? []).filter(({ startsAt }) => startsAt !== run.startsAt);
      facts = { ...facts, lastCompletedAt: run.endsAt, recentRuns: [...others, run] };
    }
    facts = { ...facts, runningSince: seen.runningSince };
    const wish = queue[0];
    if (!wish || at < askAt || (action !== undefined && at < action.endsAt)) continue;
    queue.shift();
    askAt = at + (queue[0]?.pauseSlots ?? 0) * slotMs;
    const span = { startsAt: at + slotMs, endsAt: at + (1 + wish.slots) * slotMs };
    const tank = {
      ...readyTank,
      cycles: undefined,
      compressor: undefined,
      heating: undefined,
      measuredAt: at,
      legionella: facts,
    };
    if (!assess(tank, at, { direction: 'decrease', span }).canActivate) continue;
    lowered += 1;
    action = span;
  }
  gapsMs.push(ends - (facts.lastCompletedAt ?? facts.enrolledAt));
  return { gapsMs, cut, lowered };
}

describe('a tank that is lowered as often as the rules allow', () => {
  const programme = fc.integer({ min: 0, max: intervalMs / slotMs - 1 });
  const machines = programme.chain((slot) =>
    fc.record({
      programmeAt: fc.constant(start - intervalMs + slot * slotMs),
      heatUpMs: fc.integer({ min: 1, max: 4 }).map((slots) => slots * slotMs),
    }),
  );
  const wishes = fc.array(
    fc.record({ pauseSlots: fc.integer({ min: 0, max: 40 }), slots: fc.integer({ min: 1, max: 8 }) }),
    {
      minLength: 20,
      maxLength: 400,
    },
  );

  it('never has a run cut short or a gap longer than the rule, whatever the campaigns', () => {
    let lowered = 0;
    fc.assert(
      fc.property(machines, wishes, (machine, asked) => {
        const lastRun = machine.programmeAt + machine.heatUpMs + 75 * minuteMs;
        const lived = live(
          machine,
          asked,
          machine.programmeAt < watchedFrom ? lastRun : lastRun - intervalMs,
        );
        lowered += lived.lowered;
        expect(lived.cut).toBe(0);
        // Two readings may see the same run one slot earlier or later.
        for (const gapMs of lived.gapsMs) expect(gapMs).toBeLessThanOrEqual(intervalMs + slotMs);
      }),
      { numRuns: 200 },
    );
    expect(lowered).toBeGreaterThan(1_000);
  });

  it('would have runs cut short without the rules: the machine above is no straw man', () => {
    const machine = { programmeAt: start + 2 * hourMs, heatUpMs: slotMs };
    const always = Array.from({ length: 400 }, () => ({ pauseSlots: 0, slots: 8 }));
    const known = live(machine, always, machine.programmeAt - intervalMs + 90 * minuteMs);
    expect(known.cut).toBe(0);
    expect(known.lowered).toBeGreaterThan(100);
    // The history is shifted by half a week: the rules protect the wrong hours.
    const wrong = live(machine, always, start - 2 * dayMs);
    expect(wrong.cut + Number(Math.max(...wrong.gapsMs) > intervalMs)).toBeGreaterThan(0);
  });
});
