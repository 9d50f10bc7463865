import {
  inferHeating,
  legionellaProfileFor,
  localDayOf,
  observeRun,
  observeStarts,
  timeZoneFor,
  withDeviceDuration,
  type CompletedRun,
  type Instant,
  type LocalDay,
  type RunObserver,
  type StartSample,
} from '@warmshift/domain';
import type { ZoneReadingToStore } from './ingest.service';

/** What is stored of a zone before a reading comes in. */
export interface ZoneState {
  readonly zoneId: string;
  readonly measuredAt: Instant | null;
  readonly heating: boolean | null;
  readonly heatingSince: Instant | null;
  readonly maxPowerW: number | null;
  readonly temperatureC: number | null;
  readonly coolingKPerH: number | null;
  readonly siteTimeZone: string | null;
  readonly country: string | null;
  readonly legionellaDurationMinutes: number | null;
  readonly runObserver: RunObserver | null;
  /** Both zones of a heat pump share one compressor: passing from one to the other is no start. */
  readonly otherZoneHeating: boolean;
}

/** A reading with what follows from it. */
export interface ObservedReading extends ZoneReadingToStore {
  /** Newer than what is stored. */
  readonly newest: boolean;
  readonly heating?: boolean | undefined;
  readonly heatingSince?: Instant | undefined;
  readonly starts: readonly { readonly startedAt: Instant; readonly localDay: LocalDay }[];
  readonly run?:
    | {
        readonly observer: RunObserver;
        readonly runningSince?: Instant | undefined;
        readonly completed?: CompletedRun | undefined;
      }
    | undefined;
}

/** Asks the domain what a reading means for the cycle ledger and the legionella calendar. Pure. */
export function observe(item: ZoneReadingToStore, state: ZoneState): ObservedReading {
  const { reading, zone } = item;
  const newest = state.measuredAt === null || reading.measuredAt > state.measuredAt;
  const timeZone = timeZoneFor({
    siteTimeZone: state.siteTimeZone ?? undefined,
    country: state.country ?? undefined,
  });
  const { state: after, starts } = observeStarts(
    {
      lastAt: state.measuredAt ?? undefined,
      running: state.heating ?? undefined,
      since: state.heatingSince ?? undefined,
    },
    [startSample(item, state)],
    { maxPowerW: reading.maxPowerW ?? state.maxPowerW ?? undefined },
  );
  return {
    ...item,
    newest,
    heating: after.running,
    heatingSince: after.since,
    starts: (state.otherZoneHeating ? [] : starts).map((startedAt) => ({
      startedAt,
      localDay: localDayOf(startedAt, timeZone),
    })),
    run: zone.kind === 'DHW' ? observedRun(item, state) : undefined,
  };
}

/** Where nothing is said of power or heating, two temperatures may tell (dated in the middle between them). */
function startSample({ reading, zone }: ZoneReadingToStore, state: ZoneState): StartSample {
  const { measuredAt: at, powerW, heating, temperatureC } = reading;
  if (powerW !== undefined || heating !== undefined) return { at, powerW, heating };
  if (state.measuredAt === null || state.temperatureC === null || temperatureC === undefined) return { at };
  return inferHeating({
    zone: zone.kind,
    previous: { at: state.measuredAt, temperatureC: state.temperatureC },
    next: { at, temperatureC },
    coolingKPerH: reading.coolingKPerH ?? state.coolingKPerH ?? undefined,
    gainKPerH: reading.gainKPerH,
  });
}

function observedRun({ reading }: ZoneReadingToStore, state: ZoneState): ObservedReading['run'] {
  const profile = withDeviceDuration(
    legionellaProfileFor(state.country ?? undefined),
    state.legionellaDurationMinutes ?? undefined,
  );
  const seen = observeRun(
    state.runObserver ?? undefined,
    { at: reading.measuredAt, temperatureC: reading.temperatureC },
    profile,
  );
  return { observer: seen.state, runningSince: seen.runningSince, completed: seen.completed };
}
