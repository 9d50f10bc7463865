import { plan } from './plan';
import { aRequest, aZone } from './plan.fixtures';
import type { PlanZone } from './plan-types';
import { verifyPlan } from './verify-plan';

const much = (n: number, facts: Partial<PlanZone> = {}) =>
  aZone(`much between ${n}`, { expectedYieldW: 900, slotYieldsW: [800, 1000, 1000, 800], ...facts });
const little = (n: number, facts: Partial<PlanZone> = {}) =>
  aZone(`little between ${n}`, { expectedYieldW: 900, slotYieldsW: [1000, 800, 800, 1000], ...facts });
const twenty = Array.from({ length: 20 }, (_, n) => n);
const targetW = 9_000;
const request = aRequest(4, { targetW });

describe('a plan of zones that yield more in one slot than in another', () => {
  it('is even where zones that yield more when others yield less cost hardly more', () => {
    const zones = [...twenty.map((n) => much(n)), ...twenty.map((n) => little(n, { cost: 1.2 }))];
    const made = plan(request, zones);
    for (const { expectedW } of made.slots) {
      expect(expectedW).toBeGreaterThanOrEqual(targetW);
      expect(expectedW).toBeLessThan(1.05 * targetW);
    }
    expect(verifyPlan(request, zones, made)).toEqual([]);
  });

  it('is not evened out by zones that are much dearer', () => {
    const zones = [...twenty.map((n) => much(n)), ...twenty.map((n) => little(n, { cost: 2 }))];
    const made = plan(request, zones);
    expect(made.actions.some(({ zoneId }) => zoneId.startsWith('little'))).toBe(false);
    expect(Math.max(...made.slots.map(({ expectedW }) => expectedW))).toBeGreaterThan(1.2 * targetW);
  });

  it('lacks nothing by it, and breaks no limit', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const device = (n: number) => ({ deviceId: `device ${n}`, cyclesLeft: 1 });
      const zones = twenty.flatMap((n) => [
        much(n, { ...device(n), cost: 1 + ((n * seed) % 7) / 10 }),
        little(n, { ...device(n), cost: 1 + ((n * seed) % 5) / 10 }),
      ]);
      const asked = { ...request, seed };
      const made = plan(asked, zones);
      expect(made.slots.every(({ shortfallW }) => shortfallW <= 1e-6)).toBe(true);
      expect(verifyPlan(asked, zones, made)).toEqual([]);
    }
  });
});
