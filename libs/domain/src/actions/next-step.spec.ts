import fc from 'fast-check';
import { minuteMs } from '../fleet';
import { actionStates } from './action';
import { backOffMs, nextStep, type ActionTiming } from './next-step';

/** The window is from minute 0 to 60; times below are in minutes. */
function action(
  state: ActionTiming['state'],
  more: Partial<Record<'sentAt' | 'cancelRequestedAt' | 'nextTryAt', number>> = {},
): ActionTiming {
  return {
    state,
    startsAt: 0,
    endsAt: 60 * minuteMs,
    leadMs: 5 * minuteMs,
    readBackAfterMs: minuteMs,
    readBackUntilMs: 3 * minuteMs,
    ...Object.fromEntries(Object.entries(more).map(([key, minutes]) => [key, minutes * minuteMs])),
  };
}
const shown = (timing: ActionTiming, atMinute: number): string => {
  const step = nextStep(timing, atMinute * minuteMs);
  if (step.kind === 'wait') return `wait ${step.until / minuteMs}`;
  if (step.kind === 'skip') return `skip ${step.code}`;
  return step.kind === 'verify' && step.last ? 'verify last' : step.kind;
};

describe('nextStep', () => {
  it.each([
    ['early', action('PLANNED'), -30, 'wait -5'],
    ['at the lead', action('PLANNED'), -5, 'dispatch'],
    ['late, inside the window', action('PLANNED'), 59, 'dispatch'],
    ['too late', action('PLANNED'), 60, 'skip WINDOW_PASSED'],
    ['after a try that failed', action('PLANNED', { nextTryAt: 10 }), 5, 'wait 10'],
    ['a next try beyond the window', action('PLANNED', { nextTryAt: 90 }), 5, 'wait 60'],
    ['cancelled before it was sent', action('PLANNED', { cancelRequestedAt: -10 }), -9, 'cancel'],
    ['crashed while sending', action('DISPATCHING'), 1, 'resume'],
    ['crashed while sending, window over', action('DISPATCHING'), 60, 'restore'],
    ['crashed while sending, cancelled', action('DISPATCHING', { cancelRequestedAt: 1 }), 2, 'restore'],
    ['sent early: read back after the start', action('SENT', { sentAt: -5 }), -4, 'wait 1'],
    ['sent late: read back after sending', action('SENT', { sentAt: 10 }), 10, 'wait 11'],
    ['time to read back', action('SENT', { sentAt: 10 }), 11, 'verify'],
    ['next read-back', action('SENT', { sentAt: 10, nextTryAt: 12 }), 11.5, 'wait 12'],
    ['last read-back', action('SENT', { sentAt: 10, nextTryAt: 12 }), 13, 'verify last'],
    [
      'no answer at the last read-back: asked again',
      action('SENT', { sentAt: 10, nextTryAt: 15 }),
      14,
      'wait 15',
    ],
    ['sent and over', action('SENT', { sentAt: 59 }), 60, 'restore'],
    ['sent and cancelled', action('SENT', { sentAt: 1, cancelRequestedAt: 1.5 }), 1.6, 'restore'],
    ['active: watched every five minutes', action('ACTIVE', { sentAt: 1 }), 2, 'wait 6'],
    ['active: time to watch', action('ACTIVE', { sentAt: 1 }), 6, 'verify'],
    ['active: next watch', action('ACTIVE', { sentAt: 1, nextTryAt: 11 }), 6, 'wait 11'],
    ['active: the end comes before the next watch', action('ACTIVE', { nextTryAt: 62 }), 58, 'wait 60'],
    ['active and over, whatever the next watch', action('ACTIVE', { nextTryAt: 62 }), 60, 'restore'],
    ['active and cancelled', action('ACTIVE', { cancelRequestedAt: 20 }), 20, 'restore'],
    ['restoring', action('RESTORING'), 61, 'restore'],
    ['restoring: next try', action('RESTORING', { nextTryAt: 61 }), 60.5, 'wait 61'],
    ['restored', action('RESTORED'), 61, 'done'],
    ['failed', action('FAILED'), 10, 'done'],
  ])('%s', (_name, timing, atMinute, step) => {
    expect(shown(timing, atMinute)).toBe(step);
  });

  const minutes = fc.integer({ min: -120, max: 120 });
  const anyAction = fc.record({
    state: fc.constantFrom(...actionStates),
    startsAt: minutes,
    endsAt: minutes,
    leadMs: fc.nat(30),
    readBackAfterMs: fc.nat(5),
    readBackUntilMs: fc.nat(20),
    sentAt: fc.option(minutes, { nil: undefined }),
    cancelRequestedAt: fc.option(minutes, { nil: undefined }),
    nextTryAt: fc.option(minutes, { nil: undefined }),
  });

  it('never sends outside the window or after a cancellation, and always restores when the window is over', () => {
    fc.assert(
      fc.property(anyAction, minutes, (timing, now) => {
        const step = nextStep(timing, now);
        const over = timing.cancelRequestedAt !== undefined || now >= timing.endsAt;
        if (step.kind === 'dispatch' || step.kind === 'resume') expect(over).toBe(false);
        if (step.kind === 'dispatch') expect(now).toBeGreaterThanOrEqual(timing.startsAt - timing.leadMs);
        if (over && ['DISPATCHING', 'SENT', 'ACTIVE'].includes(timing.state))
          expect(step.kind).toBe('restore');
      }),
      { numRuns: 2_000 },
    );
  });

  it('waits only for the future, and is never late for the end of the window', () => {
    fc.assert(
      fc.property(anyAction, minutes, (timing, now) => {
        const step = nextStep(timing, now);
        if (step.kind !== 'wait') return;
        expect(step.until).toBeGreaterThan(now);
        if (timing.state !== 'RESTORING') expect(step.until).toBeLessThanOrEqual(timing.endsAt);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('backOffMs', () => {
  it.each([
    [0, 5],
    [1, 5],
    [2, 10],
    [3, 20],
    [5, 80],
    [6, 120],
    [1_000, 120],
  ])('after try %d is %d s', (attempts, seconds) => {
    expect(backOffMs(attempts)).toBe(seconds * 1_000);
  });
});
