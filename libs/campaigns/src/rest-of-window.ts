import { standingSums, type PlanRequest, type PlanZone } from '@warmshift/domain';

/** A slot that is expected to lack no more than this share of its target is left as it is. */
export const restTolerance = 0.05;

/**
 * Some slot of the rest of a window is expected to fall short with what stands (`request.running`): planned, running, or ended
 * and bringing something back. Pure.
 *
 * @param request of the rest, with its targets.
 */
export function fallsShort(request: PlanRequest, zones: readonly PlanZone[]): boolean {
  const { targetsW = [] } = request;
  const { meanW } = standingSums(request, zones);
  return targetsW.some((targetW, slot) => meanW[slot]! < targetW * (1 - restTolerance));
}
