import { slotMs } from '../fleet';
import { plan } from './plan';
import { aRequest, aZone, blockedBy, fiveOClock } from './plan.fixtures';
import type { Plan, PlannedAction } from './plan-types';
import { verifyPlan } from './verify-plan';

const request = aRequest(4, { targetW: 2000 });
const zones = [
  aZone('a', { cyclesLeft: 1, maxSpanMs: 2 * slotMs, reboundShare: 0.4, yieldStdDevW: 100 }),
  aZone('b', { blocked: blockedBy('...x') }),
  aZone('off', { code: 'OFFLINE' }),
];
const sound = plan(request, zones);

const brokenIn = (spoilt: Plan) => [
  ...new Set(verifyPlan(request, zones, spoilt).map(({ constraint }) => constraint)),
];
const withFirst = (facts: Partial<PlannedAction>): Plan => ({
  ...sound,
  actions: [{ ...sound.actions.find(({ zoneId }) => zoneId === 'a')!, ...facts }, ...rest],
});
const rest = sound.actions.filter(({ zoneId }) => zoneId !== 'a');
const spanOf = (from: number, to: number) => ({
  startsAt: fiveOClock + from * slotMs,
  endsAt: fiveOClock + to * slotMs,
});

describe('verifyPlan', () => {
  it('finds nothing in a sound plan', () => {
    expect(sound.actions).toHaveLength(2);
    expect(verifyPlan(request, zones, sound)).toEqual([]);
  });

  it.each<[string, string, Plan]>([
    ['a span before the window', 'INSIDE_WINDOW', withFirst({ span: spanOf(-1, 1) })],
    ['a span after the window', 'INSIDE_WINDOW', withFirst({ span: spanOf(3, 5) })],
    ['a span that is empty', 'INSIDE_WINDOW', withFirst({ span: spanOf(2, 2) })],
    ['a span longer than the zone allows', 'LONGEST_SPAN', withFirst({ span: spanOf(0, 3) })],
    [
      'a blocked slot',
      'BLOCKED',
      { ...sound, actions: sound.actions.map((a) => ({ ...a, span: spanOf(2, 4) })) },
    ],
    [
      'a zone that is not ready',
      'READY',
      { ...sound, actions: [{ ...sound.actions[0]!, zoneId: 'off', deviceId: 'device of off' }] },
    ],
    ['a zone nobody offered', 'ACCOUNTED_FOR', withFirst({ zoneId: 'stranger' })],
    ['a zone on another device', 'ACCOUNTED_FOR', withFirst({ deviceId: 'stranger' })],
    ['a zone used twice', 'USED_ONCE', { ...sound, actions: [...sound.actions, withFirst({}).actions[0]!] }],
    [
      'two actions of a zone at once',
      'NO_OVERLAP',
      { ...sound, actions: [...sound.actions, withFirst({}).actions[0]!] },
    ],
    [
      'more cycles than are left',
      'CYCLES',
      { ...sound, actions: [...sound.actions, withFirst({}).actions[0]!] },
    ],
    ['an understated cycle cost', 'CYCLES', withFirst({ cycleCost: 0 })],
    ['a zone that is not mentioned', 'ACCOUNTED_FOR', { ...sound, leftOut: [] }],
    ['an overstated yield of an action', 'SLOT_SUMS', withFirst({ expectedYieldW: 5000 })],
    [
      'an overstated sum',
      'SLOT_SUMS',
      { ...sound, slots: sound.slots.map((s) => ({ ...s, expectedW: s.expectedW + 1 })) },
    ],
    [
      'an overstated promise',
      'SLOT_SUMS',
      { ...sound, slots: sound.slots.map((s) => ({ ...s, promisedW: s.promisedW + 1 })) },
    ],
    [
      'a hidden shortfall',
      'SLOT_SUMS',
      { ...sound, slots: sound.slots.map((s) => ({ ...s, shortfallW: 0 })) },
    ],
    ['a missing slot', 'SLOT_SUMS', { ...sound, slots: sound.slots.slice(1) }],
  ])('names %s', (_, constraint, spoilt) => {
    expect(brokenIn(spoilt)).toContain(constraint);
  });
});
