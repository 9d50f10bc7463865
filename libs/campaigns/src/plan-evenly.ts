import { plan, type Plan, type PlanRequest, type PlanZone } from '@warmshift/domain';

/** Nothing is asked less than this share of its target of. */
const leastAsked = 0.96;

/**
 * A plan whose slots lie around their targets instead of all above them. Starts and ends take their time, so a plan that is full in the
 * first and the last slot has too much in all between; half of that is taken off what these two ask. The plan says what was
 * asked in truth, with the shortfall against that. Pure.
 */
export function planEvenly(request: PlanRequest, zones: readonly PlanZone[]): Plan {
  const { targetsW } = request;
  const made = plan(request, zones);
  if (targetsW === undefined || targetsW.length < 3) return made;
  const between = made.slots.slice(1, -1).map(({ expectedW }, i) => reached(expectedW, targetsW[i + 1]!));
  const tooMuch = Math.min(...between) - 1;
  if (!(tooMuch > 0) || request.confidence === 'P90') return made;
  const share = Math.max(leastAsked, 1 - tooMuch / 2);
  const asked = targetsW.map((watts, slot) =>
    slot === 0 || slot === targetsW.length - 1 ? watts * share : watts,
  );
  const evened = plan({ ...request, targetsW: asked }, zones);
  const slots = evened.slots.map((slot, i) => ({
    ...slot,
    targetW: targetsW[i]!,
    shortfallW: Math.max(0, targetsW[i]! - slot.expectedW),
  }));
  return { ...evened, slots };
}

function reached(expectedW: number, targetW: number): number {
  return targetW > 0 ? expectedW / targetW : 1;
}
