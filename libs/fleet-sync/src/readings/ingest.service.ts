import type { Clock } from '@warmshift/config';
import type { Database, ReadingPartitions } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import { hastenChecks } from '@warmshift/steerable-status';
import type { ZoneReading } from '@warmshift/vendors/contract';
import type { Connection } from '../connections/connection';
import type { StoredZone } from '../discovery/fleet.repository';
import { observe } from './observe';
import { loadZoneStates, storeReadings, storeStatements, takeTurn } from './readings.sql';

export interface ZoneReadingToStore {
  readonly zone: StoredZone;
  readonly reading: ZoneReading;
}

/** A vendor's clock may be ahead of ours by so much; a reading from further in the future is dated now. */
const maxAheadMs = 2 * 60_000;

/** Takes readings into Postgres: newest state, series, starts of the compressor, heat-ups of the tank. */
export class IngestService {
  constructor(
    private readonly db: Database,
    private readonly partitions: ReadingPartitions,
    private readonly clock: Clock,
  ) {}

  async ingest(
    readings: readonly ZoneReadingToStore[],
    connection: Pick<Connection, 'connectionId' | 'supplierId'>,
  ): Promise<void> {
    if (readings.length === 0) return;
    const now = this.clock.now();
    const statements = readings.filter(({ reading }) => !isMeasurement(reading));
    const measured = readings.filter(({ reading }) => isMeasurement(reading));
    const dated = newestPerZone(measured.map((item) => notFromTheFuture(item, now)));
    await this.partitions.ensure(dated.map(({ reading }) => reading.measuredAt));
    await this.db.transaction(async (sql) => {
      await takeTurn(sql, connection.connectionId);
      await storeStatements(sql, newestPerZone(statements));
      const states = await loadZoneStates(
        sql,
        dated.map(({ zone }) => zone.zoneId),
      );
      const observed = dated.flatMap((item) => {
        const state = states.get(item.zone.zoneId);
        return state ? [observe(item, state)] : [];
      });
      await storeReadings(sql, observed, connection.supplierId, now);
      await hastenChecks(
        sql,
        observed.filter(({ newest }) => newest).map(({ zone }) => zone.zoneId),
        now,
      );
    });
  }
}

/** Only a word of the vendor on the zone's status: it says nothing of heat, so it must not pass for a fresh reading. */
function isMeasurement({
  temperatureC,
  setpointC,
  powerW,
  mode,
  heating,
  expectedPowerW,
}: ZoneReading): boolean {
  return [temperatureC, setpointC, powerW, mode, heating, expectedPowerW].some((fact) => fact !== undefined);
}

function notFromTheFuture(item: ZoneReadingToStore, now: Instant): ZoneReadingToStore {
  return item.reading.measuredAt <= now + maxAheadMs
    ? item
    : { ...item, reading: { ...item.reading, measuredAt: now } };
}

/** One reading per zone and batch, in the order of zones, so that two batches never lock each other out. */
function newestPerZone(readings: readonly ZoneReadingToStore[]): ZoneReadingToStore[] {
  const newest = new Map<string, ZoneReadingToStore>();
  for (const item of readings) {
    const known = newest.get(item.zone.zoneId);
    if (!known || known.reading.measuredAt <= item.reading.measuredAt) newest.set(item.zone.zoneId, item);
  }
  return [...newest.values()].sort((a, b) => (a.zone.zoneId < b.zone.zoneId ? -1 : 1));
}
