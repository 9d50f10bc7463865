import { hourMs, plan, slotMs, type PlanRequest, type PlanZone } from '@warmshift/domain';
import { best, wallSeconds, type Bench, type BenchResult } from '../bench';
import { seededRandom } from '../seeded-random';
import { lpBound } from './plan-lp-bound';

const manyZones = 100_000;
const manySlots = 96;
const maxSeconds = 1;
const maxMiB = 500;
const rounds = 4;
const startsAt = Date.parse('2026-01-14T00:00:00Z');

function zoneOf(index: number, random: () => number, shape: { slots: number; certain: boolean }): PlanZone {
  const expectedYieldW = 200 + random() * 1_800;
  return {
    zoneId: `z${index}`,
    deviceId: `d${index}`,
    kind: 'room',
    vendor: 'bench',
    code: 'READY',
    reason: '',
    expectedYieldW,
    yieldStdDevW: shape.certain ? 0 : expectedYieldW * 0.8,
    maxSpanMs: (1 + Math.floor(random() * shape.slots)) * slotMs,
    cycleCost: 1,
    cyclesLeft: 4,
    blocked: [],
    reboundShare: shape.certain ? 0 : 0.5,
    cost: 0.1 + random(),
    lagMs: shape.certain ? 0 : 60_000,
  };
}

function request(slots: number, targetW: number): PlanRequest {
  const window = { startsAt, endsAt: startsAt + slots * slotMs };
  const targetsW = Array.from({ length: slots }, () => targetW);
  return { direction: 'decrease', window, targetsW, seed: 1, staggerMs: 0, holdOutShare: 0 };
}

/** W that all zones together could hold through the window, on average. */
function capabilityW(zones: readonly PlanZone[], slots: number): number {
  return zones.reduce(
    (sum, zone) => sum + (zone.expectedYieldW * Math.min(slots, zone.maxSpanMs / slotMs)) / slots,
    0,
  );
}

async function speed(): Promise<BenchResult> {
  const random = seededRandom(2);
  const zones = Array.from({ length: manyZones }, (_, index) =>
    zoneOf(index, random, { slots: 8, certain: false }),
  );
  const order = request(manySlots, capabilityW(zones, manySlots) * 0.4);
  const seconds: number[] = [];
  let mostMiB = 0;
  for (let round = 0; round < rounds; round += 1) {
    seconds.push(await wallSeconds(() => void plan(order, zones)));
    mostMiB = Math.max(mostMiB, process.memoryUsage().rss / 2 ** 20);
  }
  const fastest = best(seconds);
  return {
    bench: 'plan speed',
    measured: { seconds: fastest, 'RSS MiB': mostMiB },
    floor: {},
    ratio: maxSeconds / fastest,
    target: `≤ ${maxSeconds} s and ≤ ${maxMiB} MiB`,
    met: fastest <= maxSeconds && mostMiB <= maxMiB,
  };
}

/** Certain yields, no rebound: what a linear programme can state exactly. */
async function quality(say: (line: string) => void): Promise<BenchResult> {
  const slots = (4 * hourMs) / slotMs;
  const random = seededRandom(3);
  const zones = Array.from({ length: 2_000 }, (_, index) => zoneOf(index, random, { slots, certain: true }));
  const order = request(slots, capabilityW(zones, slots) * 0.5);
  const made = plan(order, zones);
  say('solving the linear programme with HiGHS');
  const bound = await lpBound(order, zones);
  const shortfallW = made.slots.reduce((sum, slot) => sum + slot.shortfallW, 0);
  const askedW = order.targetsW!.reduce((sum, targetW) => sum + targetW, 0);
  const costRatio = bound.cost / made.cost;
  const shortfallGap = (shortfallW - bound.shortfallW) / askedW;
  return {
    bench: 'plan quality',
    measured: { cost: made.cost, 'shortfall share': shortfallW / askedW },
    floor: { 'LP cost': bound.cost, 'LP shortfall share': bound.shortfallW / askedW },
    ratio: costRatio,
    target: 'cost and shortfall within 1 % of the LP bound',
    met: costRatio >= 0.99 && shortfallGap <= 0.01,
  };
}

export const planBench: Bench = {
  name: 'plan',
  work: `plan ${manyZones.toLocaleString('en')} zones over ${manySlots} slots; compare with the LP bound (HiGHS) at 2,000 zones`,
  async run(say) {
    return [await speed(), await quality(say)];
  },
};
