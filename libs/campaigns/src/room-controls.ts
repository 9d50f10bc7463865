import {
  sharesByThermostat,
  sharesOfHotWater,
  thermostatPhase,
  UsualBands,
  type HeatedStretch,
  type Instant,
  type Span,
  type ThermostatPhase,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { RecentSeries } from './expected-draws';
import { hotWater } from './hot-water';

/** From this share on a tank's stretch counts as heated: its room may have waited. */
const busyShare = 0.1;

/**
 * For rooms whose vendor states what they lose and gain: the share of every slot of the window in which their own control heats them. Rooms of one vendor
 * are peers for how far a control lets the temperature go, tanks for how much of the time they take the compressor.
 *
 * @returns a function of a context; undefined for zones of which that cannot be said.
 */
export function controlsOf(
  contexts: readonly ZoneContext[],
  stretches: ReadonlyMap<string, readonly HeatedStretch[]>,
  series: ReadonlyMap<string, RecentSeries>,
  window: Span,
  now: Instant,
): (context: ZoneContext) => Float64Array | undefined {
  const tanks = new Map(
    contexts.flatMap(({ deviceId, facts, zoneId }) =>
      facts.zone === 'DHW' ? [[deviceId, stretches.get(zoneId) ?? []] as const] : [],
    ),
  );
  const waterOf = hotWater(contexts, stretches, series, window, now);
  const phases = new Map(
    contexts.flatMap((context) => {
      const phase = phaseOf(context, tanks.get(context.deviceId) ?? [], series.get(context.zoneId), now);
      return phase ? [[context.zoneId, phase] as const] : [];
    }),
  );
  const vendors = new Set(contexts.map(({ vendor }) => vendor));
  const usual = new Map(
    [...vendors].map((vendor) => {
      const own = contexts.filter((context) => context.vendor === vendor);
      return [vendor, new UsualBands(own.flatMap(({ zoneId }) => phases.get(zoneId) ?? []))] as const;
    }),
  );
  return ({ deviceId, facts, vendor, zoneId }) => {
    const water = facts.zone === 'DHW' ? waterOf(deviceId) : undefined;
    if (water) return sharesOfHotWater(now, water, window);
    const phase = phases.get(zoneId);
    const bands = usual.get(vendor);
    if (!phase || !bands) return undefined;
    return sharesByThermostat(phase, bands, waterOf(deviceId), window);
  };
}

function phaseOf(
  { facts }: ZoneContext,
  tank: readonly HeatedStretch[],
  series: RecentSeries | undefined,
  now: Instant,
): ThermostatPhase | undefined {
  const { coolingKPerH, gainKPerH, setpointC, zone } = facts;
  if (zone !== 'room' || coolingKPerH === undefined || gainKPerH === undefined || !series) return undefined;
  const temperatures = series.temperatures.filter(({ at }) => at <= now);
  const busy = tank.filter(({ onShare }) => onShare > busyShare);
  return thermostatPhase(temperatures, { coolingKPerH, gainKPerH }, setpointC, busy);
}
