import fc from 'fast-check';
import { dayMs, minuteMs, slotMs } from '../fleet';
import { plan } from './plan';
import { aRequest, asking, aZone, fiveOClock, totalShortfallW } from './plan.fixtures';
import type { PlanRequest, PlanZone } from './plan-types';
import { verifyPlan } from './verify-plan';

const slotsOfWindow = fc.integer({ min: 1, max: 12 });

const aSpan = fc
  .tuple(fc.integer({ min: -60, max: 200 }), fc.integer({ min: 0, max: 90 }))
  .map(([fromMin, lengthMin]) => ({
    startsAt: fiveOClock + fromMin * minuteMs,
    endsAt: fiveOClock + (fromMin + lengthMin) * minuteMs,
  }));

const someFacts = fc.record({
  deviceId: fc.constantFrom('pump 1', 'pump 2', 'pump 3', 'pump 4', 'pump 5', 'pump 6'),
  code: fc.constantFrom('READY', 'READY', 'READY', 'READY', 'OFFLINE', 'LEGIONELLA_DUE'),
  expectedYieldW: fc.integer({ min: -50, max: 2000 }),
  yieldStdDevW: fc.integer({ min: 0, max: 900 }),
  maxSpanMs: fc.integer({ min: 0, max: 200 }).map((min) => min * minuteMs),
  cycleCost: fc.integer({ min: 0, max: 2 }),
  cyclesLeft: fc.option(fc.integer({ min: -1, max: 4 }), { nil: undefined }),
  blocked: fc.array(aSpan, { maxLength: 2 }),
  reboundShare: fc.constantFrom(0, 0.3, 0.6, 1),
  connectionId: fc.constantFrom('slow', 'fast', 'without quota', 'not paced', undefined),
  cost: fc.integer({ min: 0, max: 20 }).map((tenths) => tenths / 10),
  lagMs: fc.integer({ min: 0, max: 25 }).map((min) => min * minuteMs),
}) satisfies fc.Arbitrary<Partial<PlanZone>>;

const certain = someFacts.map((facts) => ({ ...facts, yieldStdDevW: 0, reboundShare: 0 }));

const fleetOf = (facts: fc.Arbitrary<Partial<PlanZone>>, maxLength = 25): fc.Arbitrary<PlanZone[]> =>
  fc.array(facts, { maxLength }).map((all) => all.map((one, i) => aZone(`zone ${i}`, one)));

const someRequest: fc.Arbitrary<PlanRequest> = fc
  .record({
    slots: slotsOfWindow,
    targetW: fc.option(fc.integer({ min: 0, max: 12_000 }), { nil: undefined }),
    confidence: fc.constantFrom('P50' as const, 'P90' as const),
    seed: fc.integer(),
    staggerMs: fc.integer({ min: 0, max: slotMs - 1 }),
    holdOutShare: fc.constantFrom(0, 0, 0.2),
    direction: fc.constantFrom('decrease' as const, 'increase' as const),
  })
  .map(({ slots, targetW, ...facts }) =>
    aRequest(slots, targetW === undefined ? facts : { ...facts, targetW }),
  );

const someConnections = fc.tuple(
  fc.record({
    connectionId: fc.constant('slow'),
    startSpacingMs: fc.integer({ min: 0, max: slotMs }),
    endSpacingMs: fc.integer({ min: 0, max: slotMs }),
  }),
  fc.record({
    connectionId: fc.constant('fast'),
    startSpacingMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    endSpacingMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    maxActions: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
  }),
  fc.constant({ connectionId: 'without quota', startSpacingMs: 0, endSpacingMs: 0, maxActions: 0 }),
);

/** What zones yield in each slot, where that is not the same. */
const someProfile = fc.option(
  fc.record({
    slotYieldsW: fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 12, maxLength: 12 }),
    slotStdDevsW: fc.option(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 12, maxLength: 12 }), {
      nil: undefined,
    }),
  }),
  { nil: undefined },
);

/** Targets that change from slot to slot, yields that do, a pace, a cap and actions that stand, each of them or none. */
const someOrder = fc
  .record({
    request: someRequest,
    zones: fleetOf(someFacts, 30),
    targets: fc.option(fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 12, maxLength: 12 })),
    releaseCapW: fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }),
    connections: fc.option(someConnections, { nil: undefined }),
    standing: fc.array(fc.tuple(aSpan, fc.integer({ min: 0, max: 2000 }), someProfile), { maxLength: 6 }),
    profiles: fc.array(someProfile, { maxLength: 30 }),
  })
  .map(({ request, zones: flat, targets, profiles, standing, ...facts }) => {
    const slots = (request.window.endsAt - request.window.startsAt) / slotMs;
    const sliced = (values: readonly number[] | undefined) => values?.slice(0, slots);
    const zones = flat.map((zone, i) => ({
      ...zone,
      slotYieldsW: sliced(profiles[i]?.slotYieldsW),
      slotStdDevsW: sliced(profiles[i]?.slotStdDevsW),
    }));
    const running = standing
      .filter(([span], i) => span.endsAt > span.startsAt && i < zones.length)
      .map(([span, expectedYieldW, profile], i) => {
        const { zoneId, deviceId, cycleCost } = zones[i]!;
        return {
          zoneId,
          deviceId,
          cycleCost,
          span,
          expectedYieldW,
          slotYieldsW: sliced(profile?.slotYieldsW),
        };
      });
    const order: PlanRequest = {
      ...request,
      ...facts,
      running,
      ...(targets && { targetsW: targets.slice(0, slots) }),
    };
    return { order, zones };
  });

describe('plan, for any fleet', () => {
  it('breaks no constraint', () => {
    fc.assert(
      fc.property(someOrder, ({ order, zones }) => {
        expect(verifyPlan(order, zones, plan(order, zones))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same whatever order the zones come in', () => {
    const shuffled = fleetOf(someFacts).chain((zones) =>
      fc.tuple(fc.constant(zones), fc.shuffledSubarray(zones, { minLength: zones.length })),
    );
    fc.assert(
      fc.property(someRequest, shuffled, (request, [zones, mixed]) => {
        expect(plan(request, mixed)).toEqual(plan(request, zones));
      }),
      { numRuns: 200 },
    );
  });

  it('starts and ends every action inside the stagger of its first and last slot', () => {
    fc.assert(
      fc.property(someRequest, fleetOf(someFacts), (request, zones) => {
        for (const { span } of plan(request, zones).actions) {
          const startedMs = (span.startsAt - request.window.startsAt) % slotMs;
          const leftMs = (request.window.endsAt - span.endsAt) % slotMs;
          expect(startedMs).toBeLessThan(Math.max(1, request.staggerMs));
          expect(leftMs).toBeLessThan(Math.max(1, request.staggerMs));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never promises more than it expects, nor less than nothing where it expects something', () => {
    fc.assert(
      fc.property(someRequest, fleetOf(someFacts), (request, zones) => {
        for (const { promisedW, expectedW } of plan(request, zones).slots) {
          expect(promisedW).toBeLessThanOrEqual(expectedW);
          expect(promisedW).toBeGreaterThanOrEqual(Math.min(0, expectedW));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('steers nobody for a target of 0', () => {
    fc.assert(
      fc.property(someRequest, fleetOf(someFacts), (request, zones) => {
        expect(plan(asking(request, 0), zones).actions).toEqual([]);
      }),
    );
  });

  it('steers nobody whom the target can do without, where every zone is certain and nothing comes back', () => {
    fc.assert(
      fc.property(
        someRequest,
        fleetOf(certain),
        fc.integer({ min: 1, max: 9000 }),
        (request, zones, targetW) => {
          const { actions, slots } = plan(asking(request, targetW), zones);
          for (const { zoneId, span } of actions) {
            const zone = zones.find((one) => one.zoneId === zoneId)!;
            const isMissed = slots.some(({ startsAt, expectedW }) => {
              const from = Math.max(startsAt, span.startsAt + zone.lagMs);
              const effectMs = Math.max(0, Math.min(startsAt + slotMs, span.endsAt) - from);
              return effectMs > 0 && expectedW - (zone.expectedYieldW * effectMs) / slotMs < targetW;
            });
            expect(isMissed).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  const withOneMore = (facts: fc.Arbitrary<Partial<PlanZone>>) =>
    fc
      .tuple(someRequest, fleetOf(facts), facts, fc.integer({ min: 1, max: 9000 }))
      .map(([request, zones, one, targetW]) => {
        const asked = asking(request, targetW);
        const more = [...zones, aZone('one more', { ...one, deviceId: 'its own' })];
        return {
          more,
          short: totalShortfallW(plan(asked, zones)),
          shortWithMore: totalShortfallW(plan(asked, more)),
        };
      });

  it('lacks no more with one more zone, where zones may act all through', () => {
    const tireless = certain.map((facts) => ({ ...facts, maxSpanMs: dayMs, blocked: [], lagMs: 0 }));
    fc.assert(
      fc.property(withOneMore(tireless), ({ short, shortWithMore }) => {
        expect(shortWithMore).toBeLessThanOrEqual(short + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it('lacks at most one slot of one zone more with one more zone, where zones relieve each other', () => {
    fc.assert(
      fc.property(withOneMore(certain), ({ more, short, shortWithMore }) => {
        const largestW = Math.max(...more.map(({ expectedYieldW }) => expectedYieldW));
        expect(shortWithMore).toBeLessThanOrEqual(short + Math.max(0, largestW));
      }),
      { numRuns: 300 },
    );
  });
});
