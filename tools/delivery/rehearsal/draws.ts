import { expectedDraws, seriesMs } from '@warmshift/campaigns';
import type { ExpectedDraw, Instant, Span } from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { MemoryFleet } from '../../replay/memory-fleet';

/** As the service's repository reads them: not what was read while a zone was steered. */
export function drawsOf(
  fleet: MemoryFleet,
  contexts: readonly ZoneContext[],
  steeredSince: ReadonlyMap<string, Instant>,
  window: Span,
  now: Instant,
): Map<string, ExpectedDraw> {
  const series = new Map(
    contexts.map(({ zoneId }) => {
      const { zone } = fleet.find(zoneId);
      const until = Math.min(now, steeredSince.get(zoneId) ?? now);
      const known = ({ at }: { readonly at: Instant }) => at > now - seriesMs && at <= until;
      const powers = zone.powers
        .filter(({ quality }) => quality === 'reported' || quality === 'estimated')
        .map(({ at, powerW, quality }) => ({ at, powerW, reported: quality === 'reported' }));
      const course = zone.latest.expectedCourse;
      return [
        zoneId,
        { powers: powers.filter(known), temperatures: zone.temperatures.filter(known), course },
      ];
    }),
  );
  return expectedDraws(contexts, series, new Map(), window, now);
}
