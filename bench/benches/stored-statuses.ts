import { ReadingPartitions } from '@warmshift/db';
import { IngestService } from '@warmshift/fleet-sync';
import { StatusRepository, StatusService } from '@warmshift/steerable-status';
import { benchFleet, benchNow, heaterReadings } from '../fleet-database';
import { wallSeconds, type BenchResult } from '../bench';

const devices = 100_000;
const targetSeconds = 10;
/** As the sync hands them over. */
const batch = 500;

/** Readings that change every device, from their arrival to the last stored status. */
export async function storedStatuses(say: (line: string) => void): Promise<BenchResult> {
  say(`a fleet of ${devices.toLocaleString('en')} devices in an embedded Postgres`);
  const fleet = await benchFleet(devices);
  try {
    let now = benchNow;
    const clock = { now: () => now, scale: 1, realMs: (ms: number) => ms, virtualMs: (ms: number) => ms };
    const ingest = new IngestService(fleet.db, new ReadingPartitions(fleet.db), clock);
    const statuses = new StatusService(fleet.db, new StatusRepository(fleet.db), clock);
    const round = async (n: number): Promise<void> => {
      now = benchNow + n * 300_000;
      const readings = heaterReadings(devices, n);
      for (let from = 0; from < devices; from += batch) {
        const zones = fleet.zones.slice(from, from + batch);
        await ingest.ingest(
          zones.map((zone, index) => ({ zone, reading: readings[from + index]! })),
          fleet.connections[0]!,
        );
        await statuses.recompute(zones.map(({ zoneId }) => zoneId));
      }
    };
    say('first readings');
    await round(0);
    say('changed readings');
    const seconds = await wallSeconds(() => round(1));
    return {
      bench: 'status stored',
      measured: { seconds, 'devices/s': devices / seconds },
      floor: {},
      ratio: targetSeconds / seconds,
      target: `100,000 devices ≤ ${targetSeconds} s end to end`,
      met: seconds <= targetSeconds,
    };
  } finally {
    await fleet.close();
  }
}
