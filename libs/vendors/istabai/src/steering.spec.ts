import type { Direction } from '@warmshift/domain';
import type { SteeringIntent } from '@warmshift/vendors/contract';
import fc from 'fast-check';
import type { IstabaiState } from './steering';
import { commandFor, commandSchema, compare, restoreFor } from './steering';

const startsAt = Date.UTC(2026, 0, 15, 17);
const endsAt = Date.UTC(2026, 0, 15, 19);
const now = startsAt;

function intent(direction: Direction, limitC: number): SteeringIntent {
  const span = { startsAt, endsAt };
  return {
    actionId: 'a1',
    zone: 'room',
    direction,
    span,
    limitC,
    deviceSpans: [{ zone: 'room', direction, span }],
  };
}

const day: IstabaiState = {
  mode: 'DAY',
  setpointsC: { DAY: 21.6, NIGHT: 18, ECO: 16.3 },
  minC: 10,
  maxC: 25,
  readOnly: false,
  faulty: false,
  water: false,
};
const next = (mode: string, at: number, enabled = true) => ({ nextMode: { mode, startsAt: at, enabled } });
const write = (mode: string, temperatureC: number) => ({ mode, temperatureC });

function writesOf(direction: Direction, limitC: number, state: IstabaiState) {
  const decision = commandFor(intent(direction, limitC), state, now);
  return decision.kind === 'command' ? commandSchema.parse(decision.command).writes : decision.reason;
}

describe('commandFor', () => {
  it.each([
    ['the limit', 17, day, [write('DAY', 17)]],
    ['the vendor’s minimum above the limit', 7, { ...day, minC: 10 }, [write('DAY', 10)]],
    ['half degrees, never below the limit', 17.3, day, [write('DAY', 17.5)]],
    [
      'I8: each mode that comes up in the window, with its own value',
      17,
      { ...day, ...next('NIGHT', startsAt + 1) },
      [write('DAY', 17), write('NIGHT', 17)],
    ],
    ['no mode that comes up after the window', 17, { ...day, ...next('NIGHT', endsAt) }, [write('DAY', 17)]],
    [
      'no mode whose switch is off',
      17,
      { ...day, ...next('NIGHT', startsAt + 1, false) },
      [write('DAY', 17)],
    ],
    [
      'no mode whose setpoint is lower already',
      17,
      { ...day, ...next('ECO', startsAt + 1) },
      [write('DAY', 17)],
    ],
    [
      'I9: ECO like any other, when it is warmer than DAY',
      17,
      { ...day, mode: 'ECO', setpointsC: { DAY: 18, NIGHT: 10, ECO: 22 } },
      [write('ECO', 17)],
    ],
    [
      'only the coming mode, when the present one is low already',
      17,
      { ...day, mode: 'ECO', ...next('DAY', startsAt + 1) },
      [write('DAY', 17)],
    ],
    ['a mode in small letters', 17, { ...day, mode: 'day' }, [write('DAY', 17)]],
    [
      'the present mode only, when an unknown one comes up inside the window',
      17,
      { ...day, ...next('PARTY', startsAt + 1) },
      [write('DAY', 17)],
    ],
  ] as const)('decreases to %s', (_, limitC, state, expected) => {
    expect(writesOf('decrease', limitC, state)).toEqual(expected);
  });

  it.each([
    ['the limit', 23.4, day, [write('DAY', 23)]],
    ['the vendor’s maximum below the limit', 30, day, [write('DAY', 25)]],
    [
      'every mode that comes up',
      23,
      { ...day, ...next('ECO', startsAt + 1) },
      [write('DAY', 23), write('ECO', 23)],
    ],
  ] as const)('increases to %s', (_, limitC, state, expected) => {
    expect(writesOf('increase', limitC, state)).toEqual(expected);
  });

  it.each([
    ['I7: in a transient mode', { ...day, mode: 'BOOST' }, /mode BOOST/],
    ['I7: in the mode TEMP', { ...day, mode: 'TEMP' }, /mode TEMP/],
    ['I7: in an unknown mode', { ...day, mode: '123' }, /mode 123/],
    ['without a mode', { ...day, mode: undefined }, /mode unknown/],
    ['when an unknown mode rules from the start', { ...day, ...next('PARTY', startsAt) }, /mode DAY/],
    ['a room that is read-only', { ...day, readOnly: true }, /read-only/],
    ['a room with a faulty sensor', { ...day, faulty: true }, /faulty/],
    ['a zone that heats water', { ...day, water: true }, /legionella/],
    [
      'what would have no effect',
      { ...day, setpointsC: { DAY: 17.4, NIGHT: 10, ECO: 10 } },
      /already at or below 17 °C/,
    ],
  ] as const)('refuses %s', (_, state, reason) => {
    expect(writesOf('decrease', 17, state)).toMatch(reason);
  });
});

describe('compare', () => {
  const command = { writes: [write('DAY', 17), write('NIGHT', 16)] as never };
  const shown = (DAY: number, NIGHT: number): IstabaiState => ({
    ...day,
    setpointsC: { DAY, NIGHT, ECO: 16.3 },
  });
  it.each([
    ['applied', 'when all of ours are there', shown(17, 16)],
    ['applied', 'I17: when they are there within 0.1 K', shown(17.1, 15.9)],
    ['applied', 'as long as one of ours is there, because it has to be given back', shown(21.6, 16)],
    ['applied', 'when the customer changed one mode and ours is left in another', shown(23, 16)],
    ['not_applied', 'when nothing changed', shown(21.6, 18)],
    ['changed', 'when the customer replaced all of ours', shown(23, 20)],
    ['changed', 'when the customer changed a mode and none of ours is there', shown(23, 18)],
  ])('says %s %s', (expected, _, state) => {
    expect(compare(command, day, state)).toBe(expected);
  });
});

describe('restoreFor', () => {
  const command = { writes: [write('DAY', 17), write('NIGHT', 16)] as never };
  const shown = (DAY: number, NIGHT: number): IstabaiState => ({
    ...day,
    setpointsC: { DAY, NIGHT, ECO: 16.3 },
  });
  it('I8: gives back each mode that still shows our value, and only that', () => {
    expect(restoreFor(command, day, shown(17, 16))).toEqual({
      kind: 'write',
      command: { writes: [write('DAY', 21.6), write('NIGHT', 18)] },
    });
    expect(restoreFor(command, day, shown(23, 16))).toEqual({
      kind: 'write',
      command: { writes: [write('NIGHT', 18)] },
    });
  });
  it('is restored once none of ours is there and the customer did not choose all of it', () => {
    expect(restoreFor(command, day, shown(21.6, 18))).toEqual({ kind: 'restored' });
    expect(restoreFor(command, day, shown(23, 18))).toEqual({ kind: 'restored' });
  });
  it('is overridden when the customer replaced every value of ours', () => {
    expect(restoreFor(command, day, shown(23, 20))).toMatchObject({
      kind: 'overridden',
      what: expect.stringContaining('DAY is 23 °C, not our 17 °C'),
    });
  });
});

const setpoint = fc.integer({ min: 50, max: 300 }).map((tenths) => tenths / 10);
const anyState: fc.Arbitrary<IstabaiState> = fc.record({
  mode: fc.constantFrom('DAY', 'NIGHT', 'ECO', 'BOOST'),
  nextMode: fc.option(
    fc.record({
      mode: fc.constantFrom('DAY', 'NIGHT', 'ECO', 'TEMP'),
      startsAt: fc.integer({ min: startsAt - 3_600_000, max: endsAt + 3_600_000 }),
      enabled: fc.boolean(),
    }),
    { nil: undefined },
  ),
  setpointsC: fc.record({ DAY: setpoint, NIGHT: setpoint, ECO: setpoint }),
  minC: fc.option(setpoint, { nil: undefined }),
  maxC: fc.option(setpoint, { nil: undefined }),
  readOnly: fc.boolean(),
  faulty: fc.boolean(),
  water: fc.constant(false),
});
const anyIntent = fc
  .tuple(fc.constantFrom<Direction>('decrease', 'increase'), setpoint)
  .map(([direction, limitC]) => intent(direction, limitC));

/** What the vendor holds after the writes. */
function after(
  state: IstabaiState,
  writes: readonly { mode: 'DAY' | 'NIGHT' | 'ECO'; temperatureC: number }[],
): IstabaiState {
  const changed = Object.fromEntries(writes.map(({ mode, temperatureC }) => [mode, temperatureC]));
  return { ...state, setpointsC: { ...state.setpointsC, ...changed } };
}

describe('a command and its restore, whatever the room holds', () => {
  it('gives back exactly the setpoints of the snapshot', () => {
    fc.assert(
      fc.property(anyIntent, anyState, (wanted, snapshot) => {
        const decision = commandFor(wanted, snapshot, now);
        fc.pre(decision.kind === 'command');
        const command = commandSchema.parse(decision.kind === 'command' && decision.command);
        const steered = after(snapshot, command.writes);
        expect(compare(command, snapshot, snapshot)).toBe('not_applied');
        expect(compare(command, snapshot, steered)).toBe('applied');
        const restore = restoreFor(command, snapshot, steered);
        if (restore.kind !== 'write') throw new Error(`expected a write, got ${restore.kind}`);
        const restored = after(steered, commandSchema.parse(restore.command).writes);
        expect(restored.setpointsC).toEqual(snapshot.setpointsC);
        expect(restoreFor(command, snapshot, restored)).toEqual({ kind: 'restored' });
      }),
    );
  });

  it('never passes the limit, the vendor’s bounds or the present setpoint in the wrong direction', () => {
    fc.assert(
      fc.property(anyIntent, anyState, (wanted, state) => {
        const decision = commandFor(wanted, state, now);
        fc.pre(decision.kind === 'command');
        const { writes } = commandSchema.parse(decision.kind === 'command' && decision.command);
        for (const { mode, temperatureC } of writes) {
          const sign = wanted.direction === 'decrease' ? 1 : -1;
          const bound = wanted.direction === 'decrease' ? state.minC : state.maxC;
          expect(sign * (temperatureC - wanted.limitC)).toBeGreaterThanOrEqual(-1e-6);
          if (bound !== undefined) expect(sign * (temperatureC - bound)).toBeGreaterThanOrEqual(-1e-6);
          expect(sign * (state.setpointsC[mode] - temperatureC)).toBeGreaterThanOrEqual(0.5 - 1e-6);
          expect((temperatureC * 2) % 1).toBe(0);
        }
      }),
    );
  });

  it('still gives back what is ours when the customer changed one of the modes', () => {
    fc.assert(
      fc.property(anyIntent, anyState, setpoint, (wanted, snapshot, chosenC) => {
        const decision = commandFor(wanted, snapshot, now);
        fc.pre(decision.kind === 'command');
        const command = commandSchema.parse(decision.kind === 'command' && decision.command);
        const [first, ...rest] = command.writes;
        if (first === undefined) throw new Error('a command without writes');
        fc.pre(
          Math.abs(chosenC - first.temperatureC) > 0.2 &&
            Math.abs(chosenC - snapshot.setpointsC[first.mode]) > 0.2,
        );
        const touched = after(after(snapshot, command.writes), [{ mode: first.mode, temperatureC: chosenC }]);
        const restore = restoreFor(command, snapshot, touched);
        if (rest.length === 0) expect(restore.kind).toBe('overridden');
        else
          expect(restore).toEqual({
            kind: 'write',
            command: { writes: rest.map(({ mode }) => ({ mode, temperatureC: snapshot.setpointsC[mode] })) },
          });
      }),
    );
  });
});
