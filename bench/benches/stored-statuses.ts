import { ReadingPartitions, type Database } from '@warmshift/db';
import { batchReadings, IngestService } from '@warmshift/fleet-sync';
import { StatusRepository, StatusService } from '@warmshift/steerable-status';
import type { ZoneReading } from '@warmshift/vendors/contract';
import { benchFleet, benchNow, heaterReadings, type BenchConnection } from '../fleet-database';
import { wallSeconds, type BenchResult } from '../bench';

const devices = 100_000;
const targetSeconds = 10;
/** Jobs that read connections which a worker takes at once. */
const connections = 4;
/** Of every so many devices one is away, another one each round: two codes in so many change. */
const oneAwayIn = 20;
const minChanged = devices / oneAwayIn;

/** Readings that change every device, from their arrival to the last stored status. */
export async function storedStatuses(say: (line: string) => void): Promise<BenchResult> {
  say(
    `a fleet of ${devices.toLocaleString('en')} devices, ${connections} connections, in an embedded Postgres`,
  );
  const fleet = await benchFleet(devices, connections);
  try {
    await makeThirdHeatPumps(fleet.db);
    let now = benchNow;
    const clock = { now: () => now, scale: 1, realMs: (ms: number) => ms, virtualMs: (ms: number) => ms };
    const ingest = new IngestService(fleet.db, new ReadingPartitions(fleet.db), clock);
    const statuses = new StatusService(fleet.db, new StatusRepository(fleet.db), clock);
    const readConnection = async (
      connection: BenchConnection,
      readings: readonly ZoneReading[],
    ): Promise<number> => {
      let changed = 0;
      for (let from = 0; from < connection.zones.length; from += batchReadings) {
        const zones = connection.zones.slice(from, from + batchReadings);
        await ingest.ingest(
          zones.map((zone, index) => ({ zone, reading: readings[from + index]! })),
          connection,
        );
        changed += await statuses.recompute(zones.map(({ zoneId }) => zoneId));
      }
      return changed;
    };
    /** @returns how many codes changed. */
    const round = async (n: number, readings: readonly ZoneReading[]): Promise<number> => {
      now = benchNow + n * 300_000;
      const share = devices / connections;
      const changed = await Promise.all(
        fleet.connections.map((connection, nth) =>
          readConnection(connection, readings.slice(nth * share, (nth + 1) * share)),
        ),
      );
      return changed.reduce((sum, count) => sum + count, 0);
    };
    say('first readings');
    await round(0, readingsOf(0));
    const readings = readingsOf(1);
    say('changed readings');
    let changed = 0;
    const seconds = await wallSeconds(async () => {
      changed = await round(1, readings);
    });
    if (changed < minChanged) throw new Error(`Only ${changed} codes changed: the readings are no test.`);
    return {
      bench: 'status stored',
      measured: { seconds, 'devices/s': devices / seconds, 'codes changed': changed },
      floor: {},
      ratio: targetSeconds / seconds,
      target: `100,000 devices ≤ ${targetSeconds} s end to end`,
      met: seconds <= targetSeconds,
    };
  } finally {
    await fleet.close();
  }
}

/** With a cycle budget and observed starts, so that ledgers are read as well. */
async function makeThirdHeatPumps(db: Database): Promise<void> {
  await db.run(
    `UPDATE devices SET kind = 'heat_pump', max_cycles_per_day = 8
     WHERE substr(vendor_device_id, length(vendor_device_id)) IN ('0', '3', '6')`,
  );
}

function readingsOf(round: number): ZoneReading[] {
  return heaterReadings(devices, round).map((reading, index) => ({
    ...reading,
    online: index % oneAwayIn !== round,
  }));
}
