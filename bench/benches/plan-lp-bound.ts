import { slotMs, type PlanRequest, type PlanZone } from '@warmshift/domain';
import highsLoader from 'highs';

export interface LpBound {
  /** No plan that meets the target can cost less. */
  readonly cost: number;
  readonly shortfallW: number;
}

/** A W that is lacking costs more than any zone could. */
const lackCost = 1_000;
/** kW in the model, so that its numbers are of similar size. */
const kw = 1_000;

/**
 * The linear relaxation of the plan for certain yields without rebound, lag and stagger: zones may act in parts and in
 * pieces. `min Σ c_z y_zt + lack` with `Σ_z μ_z y_zt + lack_t ≥ D`, `Σ_t y_zt ≤ K_z`, `0 ≤ y ≤ 1`. Its optimum is a lower
 * bound of every plan's cost.
 */
export async function lpBound(request: PlanRequest, zones: readonly PlanZone[]): Promise<LpBound> {
  const slots = (request.window.endsAt - request.window.startsAt) / slotMs;
  const highs = await highsLoader();
  const solution = highs.solve(model(request, zones, slots), { presolve: 'on' });
  if (solution.Status !== 'Optimal') throw new Error(`HiGHS says: ${solution.Status}`);
  let shortfallW = 0;
  for (let slot = 0; slot < slots; slot += 1)
    shortfallW += (solution.Columns[`s${slot}`] as { Primal: number }).Primal * kw;
  return { cost: solution.ObjectiveValue - (shortfallW / kw) * lackCost, shortfallW };
}

function model(request: PlanRequest, zones: readonly PlanZone[], slots: number): string {
  const all = Array.from({ length: slots }, (_, slot) => slot);
  const objective = [
    ...zones.flatMap((zone, z) => all.map((slot) => `${zone.cost.toFixed(6)} y${z}_${slot}`)),
    ...all.map((slot) => `${lackCost} s${slot}`),
  ];
  const demand = all.map(
    (slot) =>
      `d${slot}: ${[...zones.map((zone, z) => `${(zone.expectedYieldW / kw).toFixed(6)} y${z}_${slot}`), `s${slot}`].join('\n + ')} >= ${((request.targetsW?.[slot] ?? 0) / kw).toFixed(6)}`,
  );
  const spans = zones.map(
    (zone, z) => `k${z}: ${all.map((slot) => `y${z}_${slot}`).join(' + ')} <= ${zone.maxSpanMs / slotMs}`,
  );
  const bounds = zones.flatMap((_, z) => all.map((slot) => `0 <= y${z}_${slot} <= 1`));
  return [
    'Minimize',
    ` obj: ${objective.join('\n + ')}`,
    'Subject To',
    ...demand,
    ...spans,
    'Bounds',
    ...bounds,
    'End',
  ].join('\n');
}
