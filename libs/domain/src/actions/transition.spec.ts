import fc from 'fast-check';
import {
  actionEventKinds,
  actionStates,
  finalStates,
  holdingStates,
  type ActionEvent,
  type ActionState,
} from './action';
import { eventAfterRestore, isFinal, transition } from './transition';

function event(kind: ActionEvent['kind']): ActionEvent {
  switch (kind) {
    case 'rejected':
      return { kind, code: 'VENDOR_REJECTED' };
    case 'skipped':
      return { kind, code: 'WINDOW_PASSED' };
    case 'cancelled':
      return { kind, code: 'CAMPAIGN_CANCELLED' };
    default:
      return { kind };
  }
}
const anyState = fc.constantFrom(...actionStates);
const anyEvent = fc.constantFrom(...actionEventKinds).map(event);

/** What follows, `-` for what cannot have happened. Columns in the order of the event kinds. */
const table = `
  state       | dispatch_started command_sent confirmed not_applied rejected  skipped cancelled restore_started restored overridden
  PLANNED     | DISPATCHING      -            -         -           -         SKIPPED CANCELLED -               -        -
  DISPATCHING | -                SENT         ACTIVE    RESTORING   FAILED    SKIPPED RESTORING RESTORING       -        OVERRIDDEN
  SENT        | -                SENT         ACTIVE    RESTORING   RESTORING -       RESTORING RESTORING       -        OVERRIDDEN
  ACTIVE      | -                -            -         -           -         -       RESTORING RESTORING       -        OVERRIDDEN
  RESTORING   | -                -            -         FAILED      -         -       -         RESTORING       RESTORED OVERRIDDEN
`;

describe('transition', () => {
  const rows = table
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.replace('|', ' ').trim().split(/\s+/));
  const cases = rows.flatMap(([state, ...follows]) =>
    follows.map((to, index) => [state as ActionState, actionEventKinds[index] ?? 'restored', to] as const),
  );
  it.each(cases)('%s + %s: %s', (state, kind, to) => {
    const result = transition(state, event(kind));
    expect(result.ok ? result.to : '-').toBe(to);
  });

  it('never leaves an end', () => {
    for (const state of finalStates) {
      for (const kind of actionEventKinds) {
        expect(transition(state, event(kind))).toEqual({
          ok: false,
          reason: `The action has ended (${state}).`,
        });
      }
    }
  });

  it('says why it refuses', () => {
    expect(transition('PLANNED', { kind: 'restored' })).toEqual({
      ok: false,
      reason: 'restored cannot follow PLANNED.',
    });
  });

  it('carries the code of what went wrong', () => {
    expect(transition('SENT', { kind: 'not_applied' })).toEqual({
      ok: true,
      to: 'RESTORING',
      code: 'NOT_APPLIED',
    });
    expect(transition('ACTIVE', { kind: 'cancelled', code: 'EMERGENCY_STOP' })).toEqual({
      ok: true,
      to: 'RESTORING',
      code: 'EMERGENCY_STOP',
    });
    expect(transition('PLANNED', { kind: 'skipped', code: 'OFFLINE' })).toEqual({
      ok: true,
      to: 'SKIPPED',
      code: 'OFFLINE',
    });
    expect(transition('SENT', { kind: 'confirmed' })).toEqual({ ok: true, to: 'ACTIVE' });
  });

  it('ends a restore without success only when the device is gone', () => {
    expect(transition('RESTORING', { kind: 'rejected', code: 'VENDOR_REJECTED' }).ok).toBe(false);
    expect(transition('RESTORING', { kind: 'rejected', code: 'DEVICE_GONE' })).toEqual({
      ok: true,
      to: 'FAILED',
      code: 'DEVICE_GONE',
    });
  });

  it('from ACTIVE leads to an end only by giving back or by the customer', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
        const seen: ActionState[] = ['ACTIVE'];
        for (const happened of events) {
          const result = transition(seen.at(-1) ?? 'ACTIVE', happened);
          if (result.ok) seen.push(result.to);
        }
        const last = seen.at(-1) ?? 'ACTIVE';
        if (isFinal(last)) expect(last === 'OVERRIDDEN' || seen.includes('RESTORING')).toBe(true);
      }),
    );
  });

  it('is total and always answers the same', () => {
    fc.assert(
      fc.property(anyState, anyEvent, (state, happened) => {
        expect(transition(state, happened)).toEqual(transition(state, happened));
      }),
    );
  });

  it('can reach an end from every state that holds a device', () => {
    for (const state of holdingStates) {
      const reachable = new Set<ActionState>([state]);
      for (const from of reachable) {
        for (const kind of actionEventKinds) {
          const result = transition(from, event(kind));
          if (result.ok) reachable.add(result.to);
        }
      }
      expect([...reachable]).toContain('RESTORED');
    }
  });
});

describe('eventAfterRestore', () => {
  it.each([
    ['seen applied, ran its course', { sawOurs: true }, { kind: 'restored' }],
    ['seen applied late', { sawOurs: true, code: 'NOT_APPLIED' }, { kind: 'restored' }],
    [
      'never seen applied',
      { sawOurs: false, code: 'NOT_APPLIED' },
      { kind: 'not_applied', code: 'NOT_APPLIED' },
    ],
    [
      'refused after an unclear first try',
      { sawOurs: false, code: 'VENDOR_REJECTED' },
      { kind: 'not_applied', code: 'VENDOR_REJECTED' },
    ],
    ['cancelled before it was seen', { sawOurs: false, code: 'CAMPAIGN_CANCELLED' }, { kind: 'restored' }],
    ['window over before it was seen', { sawOurs: false }, { kind: 'restored' }],
  ] as const)('%s', (_name, outcome, expected) => {
    expect(eventAfterRestore(outcome)).toEqual(expected);
    expect(transition('RESTORING', eventAfterRestore(outcome)).ok).toBe(true);
  });
});
