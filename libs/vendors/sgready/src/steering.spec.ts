import fc from 'fast-check';
import { hourMs, minuteMs } from '@warmshift/domain';
import type { SteeringIntent } from '@warmshift/vendors/contract';
import { maxSpanMs } from './manifest';
import { commandFor, compare, restoreFor, type SgReadyState } from './steering';

const now = Date.UTC(2026, 0, 15, 16);
const ordinary: SgReadyState = {
  steeringAllowed: true,
  localMode: 2,
  roomC: 20.6,
  raisedSetpointC: 22,
  tankC: 48.5,
  disinfecting: false,
};

function intent(changes: Partial<SteeringIntent> = {}): SteeringIntent {
  const span = changes.span ?? { startsAt: now, endsAt: now + hourMs };
  const { direction = 'decrease', zone = 'room' } = changes;
  const limitC = direction === 'decrease' ? 17.5 : 23;
  return {
    actionId: 'a',
    zone,
    direction,
    span,
    limitC,
    deviceSpans: [{ zone, direction, span }],
    ...changes,
  };
}
const reasonOf = (changes: Partial<SteeringIntent>, state: Partial<SgReadyState>, at = now) => {
  const decision = commandFor(intent(changes), { ...ordinary, ...state }, at);
  return decision.kind === 'refuse' ? decision.reason : undefined;
};

describe('commandFor', () => {
  it.each([
    ['decrease', 1],
    ['increase', 3],
  ] as const)('to %s asks for state %d until the action ends', (direction, mode) => {
    expect(commandFor(intent({ direction }), ordinary, now)).toEqual({
      kind: 'command',
      command: { override: { mode, until: now + hourMs } },
    });
  });

  it('keeps the end of the action when it goes out late', () => {
    const decision = commandFor(intent(), ordinary, now + 20 * minuteMs);
    expect(decision).toMatchObject({ command: { override: { until: now + hourMs } } });
  });

  it.each<[string, Partial<SteeringIntent>, Partial<SgReadyState>, RegExp]>([
    [
      'S8: a span above two hours',
      { span: { startsAt: now, endsAt: now + maxSpanMs + 1 } },
      {},
      /two hours at most/,
    ],
    ['an action that is over', { span: { startsAt: now - hourMs, endsAt: now } }, {}, /over already/],
    ['a device whose owner allows none', {}, { steeringAllowed: false }, /owner .* allows no steering/],
    ['S6: over another override', {}, { override: { mode: 3, until: now + hourMs } }, /Another override/],
    ['S2: while the tank is disinfected', {}, { disinfecting: true }, /being disinfected/],
    ['S5: where the grid operator has locked it', {}, { localMode: 1 }, /itself asks for SG-Ready state 1/],
    ['S5: where the sun feeds it', {}, { localMode: 3 }, /itself asks for SG-Ready state 3/],
    ['a device that does not say its state', {}, { localMode: undefined }, /does not say in which state/],
    ['S3: a lock of a room nobody measures', {}, { roomC: undefined }, /not reported/],
    [
      'S3: a lock of a room that would get too cold',
      {},
      { roomC: 18.4 },
      /needs 18\.5 °C, so as to stay above 17\.5 °C/,
    ],
    [
      'S2: a lock of a tank that would get too cold',
      {},
      { tankC: 41.7 },
      /tank is at 41\.7 °C; so long a lock needs 41\.8 °C/,
    ],
    [
      'S4: an increase beyond the limit',
      { direction: 'increase' },
      { raisedSetpointC: 23.5 },
      /to 23\.5 °C; 23 °C is allowed/,
    ],
    [
      'S4: an increase to nobody knows where',
      { direction: 'increase' },
      { raisedSetpointC: undefined },
      /does not say to what/,
    ],
  ])('refuses %s', (_name, changes, state, reason) => {
    expect(reasonOf(changes, state)).toMatch(reason);
  });

  it('does not ask for a tank where there is none', () => {
    expect(reasonOf({}, { tankC: undefined })).toBeUndefined();
  });

  it('S3: never locks a room that assumed cooling would take below the limit', () => {
    const temperature = fc.double({ min: 5, max: 30, noNaN: true });
    fc.assert(
      fc.property(
        temperature,
        temperature,
        fc.integer({ min: 1, max: maxSpanMs }),
        (roomC, limitC, durationMs) => {
          const span = { startsAt: now, endsAt: now + durationMs };
          const decision = commandFor(intent({ limitC, span }), { ...ordinary, roomC }, now);
          if (decision.kind === 'command')
            expect(roomC - durationMs / hourMs).toBeGreaterThanOrEqual(limitC - 1e-9);
        },
      ),
    );
  });
});

describe('compare and restoreFor', () => {
  const until = now + hourMs;
  const command = { override: { mode: 1 as const, until } };
  const changedAt = now + 10 * minuteMs;

  it.each<[string, Partial<SgReadyState>, ReturnType<typeof compare>, string]>([
    ['our override is in force', { override: { mode: 1, until } }, 'applied', 'write'],
    ['it is kept in whole seconds', { override: { mode: 1, until: until - 999 } }, 'applied', 'write'],
    ['there is no override', {}, 'not_applied', 'restored'],
    [
      'there is one with another end',
      { override: { mode: 1, until: until + minuteMs } },
      'changed',
      'overridden',
    ],
    ['S6: there is another one', { override: { mode: 3, until } }, 'changed', 'overridden'],
    ['S7: somebody changed the device by hand', { userChangedAt: changedAt }, 'changed', 'overridden'],
    [
      'somebody changed it before ours came',
      { userChangedAt: changedAt, override: { mode: 1, until } },
      'applied',
      'write',
    ],
  ])('when %s', (_name, shown, comparison, kind) => {
    const state = { ...ordinary, ...shown };
    expect(compare(command, ordinary, state)).toBe(comparison);
    expect(restoreFor(command, ordinary, state)).toMatchObject({ kind });
  });

  it('takes a change by hand from before the action for what it is', () => {
    const snapshot = { ...ordinary, userChangedAt: now - hourMs };
    expect(compare(command, snapshot, snapshot)).toBe('not_applied');
  });

  it('gives back by ending the override, and sees when that is done', () => {
    const state = { ...ordinary, override: { mode: 1 as const, until } };
    expect(restoreFor(command, ordinary, state)).toEqual({ kind: 'write', command: {} });
    expect(compare({}, state, ordinary)).toBe('applied');
    expect(compare({}, state, state)).toBe('changed');
  });

  it('says what the customer chose', () => {
    const state = { ...ordinary, override: { mode: 3 as const, until } };
    expect(restoreFor(command, ordinary, state)).toEqual({
      kind: 'overridden',
      what: 'another override holds SG-Ready state 3 until 2026-01-15T17:00:00.000Z',
    });
  });
});
