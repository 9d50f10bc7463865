import fc from 'fast-check';
import { dayMs, hourMs, minuteMs, type Span } from '../fleet';
import type { LegionellaFacts } from './facts';
import { observeRun, type RunObservation } from './observe-run';
import { defaultLegionellaProfile, legionellaProfileFor, withDeviceDuration } from './profiles';
import {
  blockedForDecrease,
  blocksDecrease,
  carriesPlannedRun,
  decreaseMustEndBy,
  dueAt,
  intervalMsFor,
  legionellaState,
  runDurationMsFor,
  weekMs,
} from './schedule';

const dutch = legionellaProfileFor('NL');

describe('legionellaProfileFor', () => {
  it.each([
    ['NL', 'nl-2026-11'],
    ['nl', 'nl-2026-11'],
    ['BE', 'default-2026-11'],
    [undefined, 'default-2026-11'],
  ])('of %p is %s', (country, id) => {
    expect(legionellaProfileFor(country).id).toBe(id);
  });
  it('may come from the supplier', () => {
    const own = [{ ...defaultLegionellaProfile, id: 'own' }];
    expect(legionellaProfileFor('NL', own).id).toBe('own');
  });
  it('takes the time from the device where the profile leaves it open, else an hour', () => {
    expect(withDeviceDuration(defaultLegionellaProfile, 45).holds).toEqual([
      { temperatureC: 60, holdMs: 45 * minuteMs },
    ]);
    expect(withDeviceDuration(defaultLegionellaProfile, 0).holds).toEqual([
      { temperatureC: 60, holdMs: 60 * minuteMs },
    ]);
    expect(withDeviceDuration(dutch, 45).holds).toEqual(dutch.holds);
  });
});

describe('intervalMsFor', () => {
  it.each([
    [{ frequencyPerWeeks: 1 }, 7],
    [{ frequencyPerWeeks: 2 }, 3.5],
    [{ frequencyPerWeeks: 2, reading: 'runs-per-week' }, 3.5],
    [{ frequencyPerWeeks: 2, reading: 'weeks-between-runs' }, 14],
    [{ frequencyPerWeeks: 0 }, 7],
    [{ frequencyPerWeeks: -3 }, 7],
    [{ frequencyPerWeeks: Number.NaN }, 7],
    [{}, 7],
    [{ frequencyPerWeeks: 0.001 }, 28],
    [{ frequencyPerWeeks: 100 }, 1],
    [{ frequencyPerWeeks: 52, reading: 'weeks-between-runs' }, 28],
  ] as const)('of %p is %d days', (config, days) => {
    expect(intervalMsFor(config)).toBe(days * dayMs);
  });
});

describe('runDurationMsFor', () => {
  it('is heating up and the longest hold', () => {
    expect(runDurationMsFor(dutch)).toBe(80 * minuteMs);
    expect(runDurationMsFor(withDeviceDuration(defaultLegionellaProfile, 30), 2 * hourMs)).toBe(
      150 * minuteMs,
    );
  });
});

/** Readings every `everyMinutes`; gives what was observed at each. */
function watch(
  temperatures: readonly (number | undefined)[],
  everyMinutes = 5,
  profile = dutch,
): RunObservation[] {
  const seen: RunObservation[] = [];
  temperatures.forEach((temperatureC, index) => {
    seen.push(observeRun(seen.at(-1)?.state, { at: index * everyMinutes * minuteMs, temperatureC }, profile));
  });
  return seen;
}
const completedAtMinutes = (seen: RunObservation[]): number[] =>
  seen.flatMap(({ completed }) => (completed ? [completed.completedAt / minuteMs] : []));

describe('observeRun', () => {
  it.each([
    ['20 min at 60 °C', [50, 60, 60, 60, 60, 60, 50], [25]],
    ['10 min at 65 °C', [50, 65, 65, 65, 50], [15]],
    ['5 min at 70 °C', [50, 70, 70, 50], [10]],
    ['15 min at 60 °C are not enough', [50, 60, 60, 60, 60, 50], []],
    ['59.9 °C are not 60', [59.9, 59.9, 59.9, 59.9, 59.9, 59.9], []],
    ['a colder reading ends the hold', [60, 60, 60, 59, 60, 60, 60, 60, 55], []],
    ['the way up and down counts for the lower temperature', [61, 63, 66, 63, 61, 50], [20]],
    ['readings without temperature change nothing', [60, undefined, undefined, undefined, 60, 50], [20]],
    ['a tank that stays hot stays done', [60, 60, 60, 60, 60, 60, 60], [20, 25, 30]],
  ])('%s', (_name, temperatures, completed) => {
    expect(completedAtMinutes(watch(temperatures))).toEqual(completed);
  });

  it('begins anew after a gap in which nobody knows', () => {
    expect(completedAtMinutes(watch([60, 60], 31))).toEqual([]);
    expect(completedAtMinutes(watch([60, 60], 30))).toEqual([30]);
  });

  it('is running while hot and not done, and names the same start for a run that goes on', () => {
    const seen = watch([50, 60, 60, 60, 60, 60, 60]);
    expect(seen.map(({ runningSince }) => runningSince)).toEqual([
      undefined,
      ...Array<number>(4).fill(5 * minuteMs),
      undefined,
      undefined,
    ]);
    expect(seen.slice(-2).map(({ completed }) => completed?.startedAt)).toEqual([5 * minuteMs, 5 * minuteMs]);
    expect(seen.at(-1)?.completed?.profileId).toBe('nl-2026-11');
  });

  it('ignores readings that are not newer', () => {
    const { state } = observeRun(undefined, { at: 100, temperatureC: 61 }, dutch);
    expect(observeRun(state, { at: 100, temperatureC: 20 }, dutch).state).toBe(state);
    expect(observeRun(state, { at: 99, temperatureC: 20 }, dutch).state).toBe(state);
  });

  it('never completes a run without every reading of its time being hot enough', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 55, max: 72 }), { minLength: 1, maxLength: 40 }),
        (temperatures) => {
          watch(temperatures, 1).forEach(({ completed }, last) => {
            const held = (temperatureC: number, minutes: number): boolean =>
              last >= minutes && temperatures.slice(last - minutes, last + 1).every((t) => t >= temperatureC);
            expect(completed !== undefined).toBe(held(60, 20) || held(65, 10) || held(70, 5));
          });
        },
      ),
    );
  });
});

const enrolledAt = Date.UTC(2026, 10, 1);
const facts: LegionellaFacts = {
  intervalMs: weekMs,
  runDurationMs: 2 * hourMs,
  marginMs: hourMs,
  lastCompletedAt: enrolledAt + dayMs,
  enrolledAt,
};
const due = enrolledAt + dayMs + weekMs;
const hours = (from: number, to: number): Span => ({
  startsAt: due + from * hourMs,
  endsAt: due + to * hourMs,
});

describe('dueAt', () => {
  it('is one interval after the last completed run, else after enrolment', () => {
    expect(dueAt(facts)).toBe(due);
    expect(dueAt({ ...facts, lastCompletedAt: undefined })).toBe(enrolledAt + weekMs);
  });
});

describe('legionellaState', () => {
  it.each([
    ['idle', {}, -3.1],
    ['due', {}, -3],
    ['due', {}, -0.1],
    ['overdue', {}, 0],
    ['planned', { planned: hours(-2.5, -0.5) }, -3],
    ['due', { planned: hours(-2.5, -0.5) }, -0.5],
    ['overdue', { planned: hours(1, 3) }, 0.5],
    ['running', { runningSince: due }, 0.5],
    ['idle', { runningSince: due }, -5],
  ] as const)('is %s for %p at due %d h', (state, more, atHours) => {
    expect(legionellaState({ ...facts, ...more }, due + atHours * hourMs)).toBe(state);
  });
});

describe('blocksDecrease', () => {
  it.each([
    ['well before', {}, hours(-24, -22), false],
    ['up to the last moment', {}, hours(-5, -3), false],
    ['one that ends too late', {}, hours(-5, -2.9), true],
    ['overdue', {}, hours(1, 2), true],
    ['a planned run in the way', { planned: hours(-12, -10) }, hours(-11, -9), true],
    ['before a planned run', { planned: hours(-2.5, -0.5) }, hours(-4, -2.5), false],
    ['after a planned run that ends in time', { planned: hours(-6, -4) }, hours(-4, -2), false],
    ['after a planned run that comes too late', { planned: hours(1, 3) }, hours(3, 4), true],
    ['a run that goes on', { runningSince: due - 24.5 * hourMs }, hours(-24, -23), true],
    ['after a run that goes on will be over', { runningSince: due - 24.5 * hourMs }, hours(-22, -21), false],
    ['a run that takes longer than it should', { runningSince: due - 30 * hourMs }, hours(-24, -23), true],
  ])('%s', (_name, more, span, blocked) => {
    expect(blocksDecrease({ ...facts, ...more }, span, due - 24 * hourMs)).toBe(blocked);
  });

  it('does not trust a planned run that has passed without being done', () => {
    const passed = { ...facts, planned: hours(-8, -6) };
    expect(blocksDecrease(passed, hours(-4, -2), due - 9 * hourMs)).toBe(false);
    expect(blocksDecrease(passed, hours(-4, -2), due - 5 * hourMs)).toBe(true);
  });

  const instants = fc.integer({ min: -200, max: 40 }).map((h) => due + h * hourMs);
  const spans = fc
    .tuple(instants, fc.integer({ min: 1, max: 50 }))
    .map(([startsAt, h]) => ({ startsAt, endsAt: startsAt + h * hourMs }));
  const anyFacts = fc
    .record({
      planned: fc.option(spans, { nil: undefined }),
      runningSince: fc.option(instants, { nil: undefined }),
    })
    .map((more) => ({ ...facts, ...more }));

  it('forbids every span that holds a forbidden one', () => {
    fc.assert(
      fc.property(anyFacts, spans, instants, fc.nat(30), fc.nat(30), (some, span, instant, before, after) => {
        const wider = { startsAt: span.startsAt - before * hourMs, endsAt: span.endsAt + after * hourMs };
        if (blocksDecrease(some, span, instant)) expect(blocksDecrease(some, wider, instant)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('allows nothing that ends later than due − duration − margin unless a run is planned', () => {
    fc.assert(
      fc.property(spans, instants, (span, instant) => {
        expect(blocksDecrease(facts, span, instant)).toBe(span.endsAt > decreaseMustEndBy(facts, instant));
        expect(decreaseMustEndBy(facts, instant)).toBe(due - 3 * hourMs);
      }),
    );
  });

  it('says the same as the blocked stretches for planning', () => {
    fc.assert(
      fc.property(anyFacts, spans, instants, (some, span, instant) => {
        const touches = blockedForDecrease(some, span, instant).length > 0;
        expect(touches).toBe(blocksDecrease(some, span, instant));
      }),
      { numRuns: 500 },
    );
  });
});

describe('carriesPlannedRun', () => {
  it('needs the whole run inside the span', () => {
    const planned = { ...facts, planned: hours(-6, -4) };
    expect(carriesPlannedRun(planned, hours(-6, -4), enrolledAt)).toBe(true);
    expect(carriesPlannedRun(planned, hours(-5.9, -4), enrolledAt)).toBe(false);
    expect(carriesPlannedRun(facts, hours(-6, -4), enrolledAt)).toBe(false);
  });
});
