import { slotMs, verifyPlan, type PlanRequest, type PlanZone } from '@warmshift/domain';
import { planEvenly } from './plan-evenly';
import { fallsShort } from './rest-of-window';

const startsAt = Date.UTC(2026, 0, 14, 17);
const slots = 8;

/** Starts and ends are two seconds apart, so the first and the last slot are not full. */
function order(targetW: number, facts: Partial<PlanRequest> = {}): PlanRequest {
  return {
    direction: 'decrease',
    window: { startsAt, endsAt: startsAt + slots * slotMs },
    targetsW: Array.from({ length: slots }, () => targetW),
    connections: [{ connectionId: 'one', startSpacingMs: 2_000, endSpacingMs: 2_000 }],
    seed: 1,
    staggerMs: 0,
    holdOutShare: 0,
    ...facts,
  };
}

const zones: PlanZone[] = Array.from({ length: 150 }, (_, n) => ({
  zoneId: `zone ${n}`,
  deviceId: `device ${n}`,
  kind: 'room',
  vendor: 'heatingcontrol',
  connectionId: 'one',
  code: 'READY',
  reason: '',
  expectedYieldW: 500,
  yieldStdDevW: 200,
  maxSpanMs: slots * slotMs,
  cycleCost: 0,
  blocked: [],
  reboundShare: 0.5,
  cost: 1,
  lagMs: 20_000,
}));

const offOf = (request: PlanRequest) =>
  planEvenly(request, zones).slots.map(({ expectedW, targetW }) => expectedW / targetW! - 1);

describe('planEvenly', () => {
  it('lies around its target instead of above it', () => {
    const off = offOf(order(40_000));
    expect(Math.min(...off)).toBeLessThan(0);
    expect(Math.min(...off)).toBeGreaterThan(-0.05);
    expect(Math.max(...off.slice(1, -1))).toBeLessThan(-4 * Math.min(...off));
  });

  it('says what was asked in truth, and breaks nothing but that', () => {
    const request = order(40_000);
    const made = planEvenly(request, zones);
    expect(verifyPlan(request, zones, made)).toEqual([]);
    expect(made.slots.map(({ targetW }) => targetW)).toEqual(request.targetsW);
    expect(made.slots[0]!.shortfallW).toBeCloseTo(40_000 - made.slots[0]!.expectedW);
  });

  it('leaves a promise of nine in ten as it is', () => {
    const made = planEvenly(order(30_000, { confidence: 'P90' }), zones);
    for (const { promisedW } of made.slots) expect(promisedW).toBeGreaterThanOrEqual(30_000 - 1e-6);
  });
});

describe('fallsShort', () => {
  const running = planEvenly(order(40_000), zones).actions;

  it('is content with a plan that stands', () => {
    expect(fallsShort(order(40_000, { running }), zones)).toBe(false);
  });

  it('misses a tenth of the actions, and what others bring back after their end', () => {
    const few = running.slice(Math.ceil(running.length / 10));
    expect(fallsShort(order(40_000, { running: few }), zones)).toBe(true);
    const ended = zones.slice(-40).map(({ deviceId, zoneId }) => ({
      zoneId,
      deviceId,
      span: { startsAt: startsAt - 4 * slotMs, endsAt: startsAt },
      expectedYieldW: 500,
      cycleCost: 0,
    }));
    const free = running.filter(({ zoneId }) => ended.every((action) => action.zoneId !== zoneId));
    expect(fallsShort(order(20_000, { running: free.slice(0, 43) }), zones)).toBe(false);
    expect(fallsShort(order(20_000, { running: [...free.slice(0, 43), ...ended] }), zones)).toBe(true);
  });
});
