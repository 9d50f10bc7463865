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

describe('verifyPlan, of what limits all zones together', () => {
  const paced = [
    aZone('a', { connectionId: 'via', reboundShare: 0.5 }),
    aZone('b', { connectionId: 'via', reboundShare: 0.5 }),
    aZone('stands', { connectionId: 'via' }),
    aZone('left alone', { deviceId: 'device of a', cost: 9, blocked: blockedBy('xxxx') }),
  ];
  const running = [{ ...plan(aRequest(4), [paced[2]!]).actions[0]!, span: spanOf(-1, 1) }];
  const limited = aRequest(4, {
    targetW: 2000,
    running,
    releaseCapW: 1500,
    holdOutShare: 0.001,
    connections: [
      { connectionId: 'via', startSpacingMs: slotMs / 2, endSpacingMs: slotMs / 2, maxActions: 2 },
    ],
  });
  const fine = plan(limited, paced);
  const [one, two] = fine.actions as [PlannedAction, PlannedAction];
  const namedIn = (spoilt: Plan, request = limited) => [
    ...new Set(verifyPlan(request, paced, spoilt).map(({ constraint }) => constraint)),
  ];

  it('finds nothing in a sound plan', () => {
    expect(fine.actions).toHaveLength(2);
    expect(verifyPlan(limited, paced, fine)).toEqual([]);
  });

  it.each<[string, string, Plan]>([
    [
      'two starts at once',
      'VENDOR_PACE',
      { ...fine, actions: [one, { ...two, span: { ...two.span, startsAt: one.span.startsAt } }] },
    ],
    [
      'two ends at once',
      'VENDOR_PACE',
      { ...fine, actions: [one, { ...two, span: { ...two.span, endsAt: one.span.endsAt } }] },
    ],
    [
      'an end on the heels of a standing one',
      'VENDOR_PACE',
      { ...fine, actions: [{ ...one, span: { ...one.span, endsAt: running[0]!.span.endsAt + 1 } }, two] },
    ],
    [
      'a standing zone that is steered anew',
      'STANDING_KEPT',
      { ...fine, actions: [...fine.actions, running[0]!] },
    ],
    [
      'a standing zone that is left out',
      'STANDING_KEPT',
      { ...fine, leftOut: [...fine.leftOut, { zoneId: 'stands', code: 'NOT_NEEDED', reason: '' }] },
    ],
    [
      'a device that is steered and held out',
      'HOLD_OUT',
      { ...fine, leftOut: [{ zoneId: 'left alone', code: 'HOLD_OUT', reason: '' }] },
    ],
    [
      'a rebound that is kept quiet',
      'SLOT_SUMS',
      { ...fine, afterSlots: fine.afterSlots.map((slot) => ({ ...slot, reboundW: 0 })) },
    ],
    ['slots after the window that are missing', 'SLOT_SUMS', { ...fine, afterSlots: [] }],
  ])('names %s', (_, constraint, spoilt) => {
    expect(namedIn(spoilt)).toContain(constraint);
  });

  it.each<[string, string, Partial<typeof limited>]>([
    [
      'more actions than the quota allows',
      'VENDOR_QUOTA',
      { connections: [{ ...limited.connections![0]!, maxActions: 1 }] },
    ],
    ['more than may come back', 'RELEASE_CAP', { releaseCapW: 100 }],
    ['anybody held out where nobody should be', 'HOLD_OUT', { holdOutShare: 0 }],
  ])('names %s', (_, constraint, facts) => {
    const left = { zoneId: 'left alone', code: 'HOLD_OUT' as const, reason: '' };
    expect(namedIn({ ...fine, leftOut: [left] }, { ...limited, ...facts })).toContain(constraint);
  });

  it('names more commands in a slot than it has time for', () => {
    const request = {
      ...limited,
      running: [],
      connections: [{ connectionId: 'via', startSpacingMs: slotMs, endSpacingMs: 1 }],
    };
    const actions = [
      { ...one, span: spanOf(0, 2) },
      { ...two, span: spanOf(1, 4) },
    ];
    expect(namedIn({ ...fine, actions }, request)).toContain('VENDOR_PACE');
  });

  it('does not blame a plan for standing actions that are over the cap or too close by themselves', () => {
    const both = [running[0]!, { ...running[0]!, zoneId: 'a', deviceId: 'device of a' }];
    const zones = paced.map((zone) => ({ ...zone, reboundShare: 1 }));
    const request = { ...limited, running: both, releaseCapW: 10 };
    expect(verifyPlan(request, zones, plan(request, zones))).toEqual([]);
  });

  describe('with yields that differ from slot to slot', () => {
    const changing = [
      aZone('a', { slotYieldsW: [1000, 500, 0, 1500], expectedYieldW: 750, reboundShare: 0.5 }),
    ];
    const made = plan(aRequest(4, { targetW: 1500 }), changing);

    it('counts every slot with its own', () => {
      expect(made.slots.map(({ expectedW }) => expectedW)).toEqual([1000, 500, 0, 1500]);
      expect(made.actions[0]!.expectedYieldW).toBe(750);
      expect(verifyPlan(aRequest(4, { targetW: 1500 }), changing, made)).toEqual([]);
    });

    it('finds a plan that took the mean for all of them', () => {
      const flat = plan(aRequest(4, { targetW: 1500 }), [
        aZone('a', { expectedYieldW: 750, reboundShare: 0.5 }),
      ]);
      const broken = verifyPlan(aRequest(4, { targetW: 1500 }), changing, flat);
      expect(new Set(broken.map(({ constraint }) => constraint))).toEqual(new Set(['SLOT_SUMS']));
    });
  });
});
