import type { Direction, ZoneKind } from '@warmshift/domain';
import { minuteMs, slotMs } from '@warmshift/domain';
import type { SteeringIntent } from '@warmshift/vendors/contract';
import fc from 'fast-check';
import type { NoxState } from './steering';
import { commandFor, commandSchema, compare, restoreFor } from './steering';

const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 15, hour, minute);
const reachMs = 2_000;
const span = (zone: ZoneKind, direction: Direction, startsAt: number, endsAt: number) => ({
  zone,
  direction,
  span: { startsAt, endsAt },
});
type DeviceSpan = ReturnType<typeof span>;

const intentOf = (own: DeviceSpan, others: DeviceSpan[] = []): SteeringIntent => ({
  actionId: 'a1',
  ...own,
  limitC: 40,
  deviceSpans: [...others, own],
});
const ready: NoxState = {
  steeringEnabled: true,
  steerable: true,
  DHW: { canActivate: true, inActiveAction: false },
  room: { canActivate: true, inActiveAction: false },
};
const active = (...zones: ZoneKind[]): NoxState => ({
  ...ready,
  ...Object.fromEntries(zones.map((zone) => [zone, { canActivate: false, inActiveAction: true }])),
});
const evening = span('room', 'decrease', at(17), at(19));

function commanded(intent: SteeringIntent, now: number, state = ready) {
  const decision = commandFor(intent, state, now, reachMs);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  return commandSchema.parse(decision.command);
}
function refusal(intent: SteeringIntent, now: number, state = ready): string {
  const decision = commandFor(intent, state, now, reachMs);
  return decision.kind === 'refuse' ? decision.reason : 'not refused';
}

describe('commandFor', () => {
  it('holds every span of the device, because a schedule is replaced as a whole', () => {
    const tank = span('DHW', 'increase', at(15), at(16));
    expect(commanded(intentOf(evening, [tank]), at(14, 50))).toEqual({
      spans: [
        { zone: 'DHW', word: 'on', startsAt: at(15), endsAt: at(16) },
        { zone: 'room', word: 'off', startsAt: at(17), endsAt: at(19) },
      ],
      own: { zone: 'room', startsAt: at(17), endsAt: at(19) },
    });
  });

  it.each([
    ['from its start, when sent ten minutes before', at(16, 50), at(17)],
    ['from its start, when it still gets there in time', at(17) - reachMs, at(17)],
    ['a quarter later, when it would arrive too late', at(17) - reachMs + 1, at(17, 15)],
    ['shortened to the next quarter, inside the window', at(17, 40), at(17, 45)],
    ['for its last quarter', at(18, 44), at(18, 45)],
  ])('is seen at NOX %s', (_, now, startsAt) => {
    expect(commanded(intentOf(evening), now).own).toEqual({ zone: 'room', startsAt, endsAt: at(19) });
  });

  it('is seen for an hour only, when a tank is to be heated for longer', () => {
    const tank = span('DHW', 'increase', at(12), at(14));
    expect(commanded(intentOf(tank), at(11, 50)).own).toEqual({
      zone: 'DHW',
      startsAt: at(12),
      endsAt: at(13),
    });
    expect(refusal(intentOf(tank), at(13, 10))).toMatch(/No whole quarter/);
  });

  it.each([
    ['when no whole quarter of the window is left', intentOf(evening), at(18, 46), ready, /No whole quarter/],
    [
      'when the window holds none',
      intentOf(span('room', 'decrease', at(17, 5), at(17, 25))),
      at(16, 50),
      ready,
      /No whole quarter/,
    ],
    [
      'more than a day ahead',
      intentOf(span('room', 'decrease', at(48), at(49))),
      at(16),
      ready,
      /a day ahead/,
    ],
    [
      'when steering is off',
      intentOf(evening),
      at(16, 50),
      { ...ready, steeringEnabled: false },
      /not enabled/,
    ],
    [
      'when the device cannot be steered',
      intentOf(evening),
      at(16, 50),
      { ...ready, steerable: false },
      /cannot be steered/,
    ],
    [
      'a zone that NOX does not name',
      intentOf(evening),
      at(16, 50),
      { ...ready, room: undefined },
      /nothing about the room/,
    ],
    [
      'with NOX’s own reason',
      intentOf(evening),
      at(16, 50),
      { ...ready, room: { canActivate: false, inActiveAction: false, reason: 'Cycle limit reached.' } },
      /^Cycle limit reached\.$/,
    ],
    ['to replace an action that is not ours', intentOf(evening), at(16, 50), active('room'), /not ours/],
  ])('refuses %s', (_, intent, now, state, reason) => {
    expect(refusal(intent, now, state)).toMatch(reason);
  });

  it('follows on an action of ours in the same zone', () => {
    const before = span('room', 'decrease', at(16), at(17));
    expect(commanded(intentOf(evening, [before]), at(16, 50), active('room')).own).toEqual({
      zone: 'room',
      startsAt: at(17),
      endsAt: at(19),
    });
  });
});

describe('compare', () => {
  const command = commanded(intentOf(evening), at(16, 50));
  it.each([
    ['pending', 'before its first quarter', ready, at(16, 59)],
    ['pending', 'before its first quarter, whatever the zone shows', active('room'), at(16, 59)],
    ['applied', 'when the zone is in an action', active('room'), at(17)],
    ['not_applied', 'when it is not', ready, at(17, 1)],
    ['not_applied', 'when only the other zone is', active('DHW'), at(17, 1)],
    ['pending', 'in its first minute, when it is not yet', ready, at(17, 1) - 1],
    ['pending', 'after its last quarter', ready, at(19)],
  ] as const)('says %s %s', (expected, _, state, now) => {
    expect(compare(command, state, now)).toBe(expected);
  });

  it('waits for the start of a schedule that was sent for the other zone meanwhile', () => {
    const replaced = { ...ready, scheduleStartsAt: at(17, 30) };
    expect(compare(command, replaced, at(17, 20))).toBe('pending');
    expect(compare(command, replaced, at(17, 31))).toBe('not_applied');
    expect(compare(command, { ...replaced, ...active('room') }, at(17, 20))).toBe('applied');
  });

  it('says of a restore whether anything is active that it does not hold', () => {
    expect(compare({ spans: [] }, ready, at(18))).toBe('applied');
    expect(compare({ spans: [] }, active('room'), at(18))).toBe('pending');
    expect(compare({ spans: command.spans }, active('room'), at(18))).toBe('applied');
  });
});

describe('restoreFor', () => {
  const gone: SteeringIntent = { ...intentOf(evening), deviceSpans: [] };
  const command = commanded(intentOf(evening), at(16, 50));
  const tank = span('DHW', 'decrease', at(18), at(20));
  const neutral = { kind: 'write', command: { spans: [] } };
  const restored = { kind: 'restored' };

  describe.each([
    // What is known of earlier restores, and what follows when the zone shows our action, nothing in a quarter of
    // ours, nothing once our quarters are over.
    { lastRestore: undefined, ours: neutral, nothing: neutral, over: neutral },
    { lastRestore: 'in_doubt', ours: neutral, nothing: restored, over: neutral },
    { lastRestore: 'sent', ours: neutral, nothing: restored, over: restored },
  ] as const)('when the last restore is $lastRestore', ({ lastRestore, ours, nothing, over }) => {
    const intent = { ...gone, lastRestore };
    it.each([
      ['our action', ours, active('room'), at(18, 1)],
      ['our action after its quarters', ours, active('room'), at(19, 1)],
      ['nothing, in a quarter that ours would steer', nothing, ready, at(18, 1)],
      ['nothing, once our quarters are over', over, ready, at(19)],
    ])('and the zone shows %s', (_, decision, state, now) => {
      expect(restoreFor(intent, command, state, now)).toEqual(decision);
    });
  });

  it.each([
    ['in the first minute, when ours may not show yet', ready, at(17, 1) - 1],
    ['before the first quarter', ready, at(16, 59)],
    ['when steering is switched off', { ...ready, steeringEnabled: false }, at(18)],
    ['when the device cannot be steered', { ...ready, steerable: false }, at(18)],
    ['when NOX states nothing about the zone', { ...ready, room: undefined }, at(18)],
  ])('takes nothing for a sign that one in doubt arrived %s', (_, state, now) => {
    expect(restoreFor({ ...gone, lastRestore: 'in_doubt' }, command, state, now)).toEqual(neutral);
  });
  it('keeps the other spans of the device', () => {
    expect(restoreFor({ ...gone, deviceSpans: [tank] }, command, active('room', 'DHW'), at(18, 30))).toEqual({
      kind: 'write',
      command: { spans: [{ zone: 'DHW', word: 'off', startsAt: at(18), endsAt: at(20) }] },
    });
  });
  it('does not take another action of ours in the zone for its own', () => {
    const following = span('room', 'decrease', at(19), at(20));
    const intent: SteeringIntent = { ...gone, deviceSpans: [following], lastRestore: 'sent' };
    expect(restoreFor(intent, command, active('room'), at(19, 1))).toEqual(restored);
  });
});

const anySpan = fc
  .tuple(
    fc.constantFrom<ZoneKind>('DHW', 'room'),
    fc.constantFrom<Direction>('decrease', 'increase'),
    fc.integer({ min: 0, max: 90 }),
    fc.integer({ min: 1, max: 12 }),
  )
  .map(([zone, direction, from, length]) =>
    span(zone, direction, at(0) + from * slotMs, at(0) + (from + length) * slotMs),
  );

describe('a command and its restore, whatever else the device does', () => {
  it('writes back exactly the schedule that the device would have without the action', () => {
    fc.assert(
      fc.property(anySpan, fc.array(anySpan, { maxLength: 3 }), (own, others) => {
        const apart = others.filter(
          (other) =>
            other.zone !== own.zone ||
            other.span.endsAt < own.span.startsAt ||
            other.span.startsAt > own.span.endsAt,
        );
        const intent = intentOf(own, apart);
        const now = own.span.startsAt - 10 * minuteMs;
        const command = commanded(intent, now);
        const restore = restoreFor({ ...intent, deviceSpans: apart }, command, ready, own.span.endsAt);
        if (restore.kind !== 'write') throw new Error(restore.kind);
        const { spans } = commandSchema.parse(restore.command);
        const isOwn = (steered: (typeof spans)[number]) =>
          steered.zone === own.zone && steered.startsAt === own.span.startsAt;
        expect(command.spans.filter((steered) => !isOwn(steered))).toEqual(spans);
        expect(command.spans.filter(isOwn)).toHaveLength(1);
        const sent: SteeringIntent = { ...intent, deviceSpans: apart, lastRestore: 'sent' };
        expect(restoreFor(sent, command, ready, own.span.endsAt + minuteMs)).toEqual({ kind: 'restored' });
      }),
    );
  });
});
