import { plan, type Plan, type PlanRequest, type PlanZone } from '@warmshift/domain';

/** No slot is asked for less than this share of its target. */
const leastAsked = 0.96;
/** Around its target by so much is near enough. */
const nearEnough = 0.002;

/**
 * A plan whose slots lie around their targets instead of all above them. Starts and ends take their time, and zones yield more in one
 * slot than in another, so a plan that reaches its target in the poorest slot is above it in most; what that is on average is taken off what
 * is asked of each. The plan says what was asked in truth, with the shortfall against that. Pure.
 */
export function planEvenly(request: PlanRequest, zones: readonly PlanZone[]): Plan {
  const { targetsW } = request;
  const made = plan(request, zones);
  if (targetsW === undefined || targetsW.length < 3 || request.confidence === 'P90') return made;
  const shares = made.slots.map(({ expectedW }, slot) => reached(expectedW, targetsW[slot]!));
  const tooMuch = shares.reduce((sum, share) => sum + share, 0) / shares.length - 1;
  if (!(tooMuch > nearEnough)) return made;
  const share = Math.max(leastAsked, 1 / (1 + tooMuch));
  const evened = plan({ ...request, targetsW: targetsW.map((watts) => watts * share) }, zones);
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
