import { minuteMs, slotMs } from '../fleet';
import { plan } from './plan';
import { aRequest, aZone, blockedBy, drawn, fiveOClock } from './plan.fixtures';
import type { Plan, PlannedAction, PlanRequest, PlanZone } from './plan-types';
import { verifyPlan } from './verify-plan';

interface Drawing {
  readonly picture: string;
  readonly because: string;
  readonly request: Partial<PlanRequest>;
  readonly zones: readonly Partial<PlanZone>[];
  readonly leftOut?: readonly string[];
}

const standing = (zoneId: string, from: number, to: number): PlannedAction => ({
  zoneId,
  deviceId: `device of ${zoneId}`,
  span: { startsAt: fiveOClock + from * slotMs, endsAt: fiveOClock + to * slotMs },
  expectedYieldW: 1000,
  cycleCost: 1,
});
const viaA = { connectionId: 'a' };
const paceOfA = (startSpacingMs: number, endSpacingMs: number, maxActions?: number) => ({
  connections: [{ connectionId: 'a', startSpacingMs, endSpacingMs, maxActions }],
});

const drawings: readonly Drawing[] = [
  {
    picture: '..## ####',
    because: 'the target grows by a ramp',
    request: { targetsW: [1000, 1000, 2000, 2000] },
    zones: [{ cost: 2 }, {}],
  },
  {
    picture: '.##.',
    because: 'nothing is asked at the ends',
    request: { targetsW: [0, 1000, 1000, 0] },
    zones: [{}],
  },
  {
    picture: '#### ....',
    because: 'half of the time one uncertain zone is enough',
    request: { targetsW: [1000, 1000, 1000, 1000], confidence: 'P50' },
    zones: [{ yieldStdDevW: 300 }, { yieldStdDevW: 300, cost: 2 }],
  },
  {
    picture: '#### ####',
    because: 'nine times of ten it is not',
    request: { targetsW: [1000, 1000, 1000, 1000], confidence: 'P90' },
    zones: [{ yieldStdDevW: 300 }, { yieldStdDevW: 300, cost: 2 }],
  },
  {
    picture: '.... ..##',
    because: 'the first stands already, until it ends',
    request: { targetsW: [1000, 1000, 1000, 1000], running: [standing('zone 0', -2, 2)] },
    zones: [{}, {}],
  },
  {
    picture: '.... ####',
    because: 'what a standing action brings back is made good as well',
    request: { targetsW: [200, 150, 100, 50], running: [standing('zone 0', -2, 0)] },
    zones: [{ reboundShare: 0.5 }, {}],
  },
  {
    picture: '#### ....',
    because: 'the quota is enough for one start and its restore',
    request: paceOfA(0, 0, 1),
    zones: [{ ...viaA }, { ...viaA }],
    leftOut: ['VENDOR_QUOTA'],
  },
  {
    picture: '.... ....',
    because: 'nobody starts whom nobody can restore',
    request: paceOfA(0, 0, 0),
    zones: [{ ...viaA }, { ...viaA }],
    leftOut: ['VENDOR_QUOTA', 'VENDOR_QUOTA'],
  },
  {
    picture: '#### .##.',
    because:
      'a vendor that takes one command a slot is asked to start in one slot, and to end, after the other',
    request: paceOfA(slotMs, slotMs),
    zones: [{ ...viaA }, { ...viaA }],
  },
  {
    picture: '#### ####',
    because: 'another vendor does not wait for it',
    request: paceOfA(slotMs, slotMs),
    zones: [{ ...viaA }, { connectionId: 'b' }],
  },
  {
    picture: '####',
    because: 'a third of 4,000 W × slots × 0.3 comes back at once: 400 W',
    request: { releaseCapW: 400 },
    zones: [{ reboundShare: 0.3 }],
  },
  {
    picture: '###.',
    because: 'one slot less brings back 300 W',
    request: { targetsW: [1000, 1000, 1000, 0], releaseCapW: 300 },
    zones: [{ reboundShare: 0.3 }],
  },
  {
    picture: '.... ####',
    because: 'who brings nothing back may be released at any time',
    request: { releaseCapW: 0 },
    zones: [{ reboundShare: 0.1 }, {}],
    leftOut: ['RELEASE_CAP'],
  },
  {
    picture: '.... ....',
    because: 'a standing action brings back all that is allowed for the next hour',
    request: { releaseCapW: 60, running: [standing('zone 0', -2, 1)] },
    zones: [{ reboundShare: 0.5 }, { reboundShare: 0.5, blocked: blockedBy('..xx') }],
    leftOut: ['RELEASE_CAP'],
  },
];

const zonesOf = ({ zones }: Drawing) => zones.map((facts, i) => aZone(`zone ${i}`, facts));

describe('plan, beside what limits all zones together', () => {
  const names = drawings.map((drawing) => [`${drawing.picture} | ${drawing.because}`, drawing] as const);
  it.each(names)('%s', (_, drawing) => {
    const request = aRequest(4, drawing.request);
    const zones = zonesOf(drawing);
    const result = plan(request, zones);
    const ids = zones.map(({ zoneId }) => zoneId);
    expect(drawn(result, ids)).toBe(drawing.picture);
    if (drawing.leftOut) expect(result.leftOut.map(({ code }) => code)).toEqual(drawing.leftOut);
    expect(verifyPlan(request, zones, result)).toEqual([]);
  });

  const many = (count: number, facts: Partial<PlanZone>) =>
    Array.from({ length: count }, (_, i) => aZone(`zone ${i}`, facts));
  const releasesOf = ({ actions }: Plan) => actions.map(({ span }) => span.endsAt).sort((a, b) => a - b);

  it('sends the last restore at the end of the window and the others before it, in the vendor’s pace', () => {
    const request = aRequest(4, paceOfA(10_000, 20_000));
    const zones = many(40, viaA);
    const result = plan(request, zones);
    const releases = releasesOf(result);
    expect(releases.at(-1)).toBe(request.window.endsAt);
    expect(releases[0]).toBe(request.window.endsAt - 39 * 20_000);
    const starts = result.actions.map(({ span }) => span.startsAt).sort((a, b) => a - b);
    expect(starts[39]! - starts[0]!).toBe(39 * 10_000);
    expect(verifyPlan(request, zones, result)).toEqual([]);
  });

  it('starts in later slots and ends in earlier ones whom a slow vendor cannot take at once', () => {
    const request = aRequest(4, paceOfA(3 * minuteMs, 3 * minuteMs));
    const zones = many(14, viaA);
    const result = plan(request, zones);
    // Five commands fit into a slot, twenty into the window: ten actions with their restores at most.
    const startsPerSlot = [0, 0, 0, 0];
    for (const { span } of result.actions)
      startsPerSlot[Math.floor((span.startsAt - fiveOClock) / slotMs)]! += 1;
    expect(startsPerSlot[0]).toBe(5);
    expect(startsPerSlot[1]).toBeGreaterThan(0);
    expect(result.actions.length).toBeGreaterThanOrEqual(8);
    expect(result.actions.length).toBeLessThanOrEqual(10);
    expect(result.leftOut.every(({ code }) => code === 'VENDOR_QUOTA')).toBe(true);
    expect(verifyPlan(request, zones, result)).toEqual([]);
  });

  it('spreads the releases of many zones so that what comes back stays under the cap', () => {
    const zones = many(100, { reboundShare: 0.5 });
    const free = plan(aRequest(8, { targetW: 30_000 }), zones);
    const capped = plan(aRequest(8, { targetW: 30_000, releaseCapW: 15_000 }), zones);
    const highest = ({ slots, afterSlots }: Plan) =>
      Math.max(...[...slots, ...afterSlots].map(({ reboundW }) => reboundW));
    expect(highest(free)).toBeCloseTo((30_000 * 8 * 0.5) / 3, 6);
    expect(highest(capped)).toBeLessThanOrEqual(15_000 + 1e-6);
    expect(new Set(releasesOf(capped)).size).toBeGreaterThan(1);
    expect(capped.actions.length).toBeGreaterThan(0);
  });

  it('tells what comes back in the two hours after the window', () => {
    const { afterSlots, reboundWh } = plan(aRequest(4), [aZone('late', { reboundShare: 0.5 })]);
    const expected = [10_000, 8_000, 6_000, 4_000, 2_000, 0, 0, 0].map((sum) => sum / 15);
    afterSlots.forEach(({ startsAt, reboundW }, i) => {
      expect(startsAt).toBe(fiveOClock + (4 + i) * slotMs);
      expect(reboundW).toBeCloseTo(expected[i]!, 9);
    });
    expect(afterSlots).toHaveLength(8);
    expect(reboundWh).toBeCloseTo(500, 9);
  });

  it('takes up the plan where it stands: the rest of a plan replanned wants nobody new', () => {
    const zones = many(30, { reboundShare: 0.5, lagMs: minuteMs });
    const first = plan(aRequest(4, { targetW: 10_000 }), zones);
    const window = { startsAt: fiveOClock + slotMs, endsAt: fiveOClock + 4 * slotMs };
    const rest = { ...aRequest(3, { targetW: 10_000 }), window, running: first.actions };
    const again = plan(rest, zones);
    expect(again.actions).toEqual([]);
    expect(again.slots.map(({ expectedW }) => expectedW)).toEqual(
      first.slots.slice(1).map(({ expectedW }) => expect.closeTo(expectedW, 6)),
    );
    expect(again.afterSlots.map(({ reboundW }) => reboundW)).toEqual(
      first.afterSlots.map(({ reboundW }) => expect.closeTo(reboundW, 6)),
    );
  });

  it('is the same plan for the same seed, pace and cap and all', () => {
    const request = aRequest(8, { targetW: 20_000, releaseCapW: 9_000, ...paceOfA(45_000, 45_000) });
    const zones = many(60, { ...viaA, reboundShare: 0.4, yieldStdDevW: 400 });
    expect(plan(request, [...zones].reverse())).toEqual(plan(request, zones));
    expect(plan({ ...request, seed: 2 }, zones)).not.toEqual(plan(request, zones));
  });
});
