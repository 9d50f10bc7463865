import fc from 'fast-check';
import { dayMs, hourMs, minuteMs, slotMs, type Direction, type Instant, type Span } from '../fleet';
import { assess } from '../status/assess';
import type { ZoneFacts } from '../status/facts';
import { now as start, readyTank } from '../status/zone-facts.fixtures';
import type { LegionellaFacts } from './facts';
import { observeRun, type RunObserver } from './observe-run';
import { planRun } from './plan-runs';
import { defaultLegionellaProfile, withDeviceDuration } from './profiles';
import { runHeating } from './run-heating';

const profile = withDeviceDuration(defaultLegionellaProfile, 30);
const weeks = 4;

interface Wish {
  readonly pauseSlots: number;
  readonly slots: number;
  readonly direction: Direction;
}

interface Run {
  readonly span: Span;
  readonly heating: Span;
  /** What becomes of it: it heats, or something says no at its start. */
  readonly fails: boolean;
}

interface Lived {
  readonly gapsMs: readonly number[];
  readonly runs: number;
  readonly failed: number;
  readonly steered: number;
}

/**
 * Weeks of a tank that never disinfects itself: only planned runs do. Campaigns ask for whatever the rules let through, and some
 * runs fail at their start, as `failures` says, never more than two in a row.
 */
function live(intervalMs: number, wishes: readonly Wish[], failures: readonly boolean[]): Lived {
  const ends = start + weeks * 7 * dayMs;
  const queue = [...wishes];
  const fates = [...failures];
  let observer: RunObserver | undefined;
  let facts: LegionellaFacts = {
    intervalMs,
    runDurationMs: 90 * minuteMs,
    marginMs: 2 * hourMs,
    holds: profile.holds,
    enrolledAt: start - 60 * dayMs,
    lastCompletedAt: start - hourMs,
  };
  let run: Run | undefined;
  let action: Span | undefined;
  let lastActionEndedAt: Instant | undefined;
  let sentAt: Instant[] = [];
  let failedInARow = 0;
  let askAt = start;
  const seen = { runs: 0, failed: 0, steered: 0 };
  const gapsMs: number[] = [];
  for (let at = start; at < ends; at += slotMs) {
    if (action !== undefined && at >= action.endsAt) {
      lastActionEndedAt = action.endsAt;
      action = undefined;
    }
    const hotUntil = run && !run.fails ? run.span.endsAt + slotMs : -Infinity;
    const hot = run !== undefined && at >= run.heating.endsAt - slotMs && at <= hotUntil;
    const sample = observeRun(observer, { at, temperatureC: hot ? 61 : 47 }, profile);
    observer = sample.state;
    if (sample.completed && sample.completed.startedAt > facts.lastCompletedAt!) {
      gapsMs.push(sample.completed.completedAt - facts.lastCompletedAt!);
      facts = { ...facts, lastCompletedAt: sample.completed.completedAt };
      seen.runs += 1;
      failedInARow = 0;
    } else if (sample.completed) facts = { ...facts, lastCompletedAt: sample.completed.completedAt };
    if (run !== undefined && at > hotUntil && at > run.span.endsAt) run = undefined;
    facts = { ...facts, runningSince: sample.runningSince, planned: run?.span };
    const zone = (startsAt: Instant): ZoneFacts => ({
      ...readyTank,
      cycles: undefined,
      compressor: undefined,
      heating: undefined,
      measuredAt: at,
      temperatureC: 47,
      setpointC: undefined,
      stepC: undefined,
      gainKPerH: 20,
      legionella: facts,
      lastActionEndedAt,
      actionsToday: sentAt.filter((sent) => Math.floor(sent / dayMs) === Math.floor(startsAt / dayMs)).length,
      activeAction: action && { actionId: 'a', direction: 'decrease', endsAt: action.endsAt },
      timeZone: 'UTC',
    });

    // At its start the rules are asked again; what they refuse, or the world does, is a run that failed.
    if (run !== undefined && at === run.heating.startsAt) {
      const asked = assess(zone(at), at, {
        direction: 'increase',
        purpose: 'disinfection',
        span: run.heating,
      });
      if (!asked.canActivate || run.fails) {
        run = undefined;
        facts = { ...facts, planned: undefined };
        failedInARow += 1;
        seen.failed += 1;
      } else {
        expect(runHeating(zone(at), hourMs)).toBeDefined();
        action = run.heating;
        sentAt = [...sentAt.slice(-5), at];
      }
    }
    if (run === undefined) {
      const blocked: Span[] = action ? [{ ...action, endsAt: action.endsAt + 2 * hourMs }] : [];
      if (lastActionEndedAt !== undefined)
        blocked.push({ startsAt: 0, endsAt: lastActionEndedAt + 2 * hourMs });
      const tank = { zoneId: 't', facts, timeZone: 'UTC', blocked, wanted: [], soon: failedInARow > 0 };
      const planned = planRun(tank, at, { leadMs: slotMs });
      if (planned) {
        const { span } = planned;
        const fails = failedInARow < 2 && (fates.shift() ?? false);
        run = { span, heating: { startsAt: span.startsAt, endsAt: span.startsAt + hourMs }, fails };
        facts = { ...facts, planned: span };
      }
    }
    const wish = queue[0];
    if (!wish || at < askAt || action !== undefined) continue;
    queue.shift();
    askAt = at + (queue[0]?.pauseSlots ?? 0) * slotMs;
    const span = { startsAt: at, endsAt: at + wish.slots * slotMs };
    // One action on a zone at a time, as the planner has it.
    if (run !== undefined && span.endsAt > run.heating.startsAt && run.heating.endsAt > at) continue;
    if (!assess(zone(at), at, { direction: wish.direction, span }).canActivate) continue;
    seen.steered += 1;
    action = span;
    sentAt = [...sentAt.slice(-5), at];
  }
  gapsMs.push(ends - facts.lastCompletedAt!);
  return { gapsMs, ...seen };
}

describe('a tank that only our planned runs disinfect', () => {
  const wishes = fc.array(
    fc.record({
      pauseSlots: fc.integer({ min: 0, max: 40 }),
      slots: fc.integer({ min: 1, max: 8 }),
      direction: fc.constantFrom<Direction>('decrease', 'decrease', 'increase'),
    }),
    { minLength: 20, maxLength: 400 },
  );
  const failures = fc.array(fc.boolean(), { maxLength: 20 });

  it('has no gap longer than the rule, whatever the campaigns and however runs fail', () => {
    const total = { runs: 0, failed: 0, steered: 0 };
    fc.assert(
      fc.property(fc.constantFrom(7 * dayMs, 3.5 * dayMs), wishes, failures, (intervalMs, asked, fates) => {
        const lived = live(intervalMs, asked, fates);
        total.runs += lived.runs;
        total.failed += lived.failed;
        total.steered += lived.steered;
        for (const gapMs of lived.gapsMs) expect(gapMs).toBeLessThanOrEqual(intervalMs);
      }),
      { numRuns: 150 },
    );
    expect(total.runs).toBeGreaterThan(300);
    expect(total.failed).toBeGreaterThan(100);
    expect(total.steered).toBeGreaterThan(1_000);
  });

  it('would have one without planned runs: nothing else disinfects it', () => {
    const always = Array.from({ length: 8 }, () => true);
    const planless = live(40 * 7 * dayMs, [], always);
    expect(planless.runs).toBe(0);
    expect(Math.max(...planless.gapsMs)).toBeGreaterThan(weeks * 7 * dayMs);
  });
});
