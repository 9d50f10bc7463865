import { at, iso, ReadingPartitions } from '@warmshift/db';
import { batchReadings, IngestService, type StoredZone } from '@warmshift/fleet-sync';
import type { ZoneReading } from '@warmshift/vendors/contract';
import { Client } from 'pg';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import { benchFleet, benchNow, heaterReadings, type BenchFleet } from '../fleet-database';
import { best, wallSeconds, type Bench, type BenchResult } from '../bench';

const devices = 100_000;
/** Jobs that read connections which a worker takes at once. */
const connections = 4;
const rounds = 3;
const targetRatio = 0.5;
const maxMiB = 400;

export const syncBench: Bench = {
  name: 'sync',
  work: `${devices.toLocaleString('en')} device states of ${connections} connections into Postgres through the real pipeline, against COPY and merge of the same rows`,
  async run(say) {
    const fleet = await benchFleet(devices, connections);
    try {
      return [await measure(fleet, say)];
    } finally {
      await fleet.close();
    }
  },
};

async function measure(fleet: BenchFleet, say: (line: string) => void): Promise<BenchResult> {
  const clock = {
    now: () => benchNow + 86_400_000,
    scale: 1,
    realMs: (ms: number) => ms,
    virtualMs: (ms: number) => ms,
  };
  const ingest = new IngestService(fleet.db, new ReadingPartitions(fleet.db), clock);
  const ours: number[] = [];
  const floors: number[] = [];
  let mostMiB = 0;
  for (let round = 0; round < rounds; round += 1) {
    const readings = heaterReadings(devices, 2 * round);
    ours.push(await wallSeconds(() => through(ingest, fleet, readings)));
    mostMiB = Math.max(mostMiB, process.memoryUsage().rss / 2 ** 20);
    const same = heaterReadings(devices, 2 * round + 1);
    floors.push(await wallSeconds(() => copyAndMerge(fleet, same)));
    say(
      `round ${round + 1}: pipeline ${ours[round]!.toFixed(1)} s, COPY and merge ${floors[round]!.toFixed(1)} s`,
    );
  }
  const [rate, floorRate] = [devices / best(ours), devices / best(floors)];
  const ratio = rate / floorRate;
  return {
    bench: 'sync',
    measured: { 'rows/s': rate, 'RSS MiB': mostMiB },
    floor: { 'COPY + merge rows/s': floorRate },
    ratio,
    target: `≥ ${targetRatio} of the floor, RSS ≤ ${maxMiB} MiB`,
    met: ratio >= targetRatio && mostMiB <= maxMiB,
  };
}

/** Each connection is read by a job of its own, so many at once as a worker takes. */
async function through(
  ingest: IngestService,
  { connections }: BenchFleet,
  readings: readonly ZoneReading[],
): Promise<void> {
  const perConnection = devices / connections.length;
  await Promise.all(
    connections.map(async (connection, nth) => {
      for (let start = 0; start < connection.zones.length; start += batchReadings) {
        const from = nth * perConnection + start;
        const items = connection.zones.slice(start, start + batchReadings);
        await ingest.ingest(
          items.map((zone, index) => ({ zone, reading: readings[from + index]! })),
          connection,
        );
      }
    }),
  );
}

/** The same two tables by the shortest way there is: one COPY, one INSERT, one UPDATE, one transaction. */
async function copyAndMerge(
  { db, url, supplierId, zones }: BenchFleet,
  readings: readonly ZoneReading[],
): Promise<void> {
  await new ReadingPartitions(db).ensure([readings[0]!.measuredAt]);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `CREATE TEMP TABLE incoming (zone_id uuid, measured_at timestamptz, temperature_c float8, setpoint_c float8, mode text,
         online boolean, heating boolean, power_w float8, power_quality text, max_power_w float8) ON COMMIT DROP`,
    );
    const lines = zones.map((zone, index) => copyLine(zone, readings[index]!));
    await pipeline(Readable.from(lines), client.query(copyFrom('COPY incoming FROM STDIN')));
    await client.query(
      `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, temperature_c, setpoint_c, mode, online, heating, power_w, power_quality)
       SELECT zone_id, measured_at, $1, $2, temperature_c, setpoint_c, mode, online, heating, power_w, power_quality FROM incoming
       ON CONFLICT DO NOTHING`,
      [supplierId, at(benchNow)],
    );
    await client.query(
      `UPDATE zones zone SET measured_at = incoming.measured_at, online = incoming.online, temperature_c = incoming.temperature_c,
         setpoint_c = incoming.setpoint_c, mode = incoming.mode, heating = incoming.heating, power_w = incoming.power_w,
         power_quality = incoming.power_quality, max_power_w = incoming.max_power_w
       FROM incoming WHERE zone.id = incoming.zone_id AND (zone.measured_at IS NULL OR zone.measured_at < incoming.measured_at)`,
    );
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

function copyLine({ zoneId }: StoredZone, reading: ZoneReading): string {
  const { measuredAt, temperatureC, setpointC, mode, online, heating, powerW, powerQuality, maxPowerW } =
    reading;
  return `${[zoneId, iso(measuredAt), temperatureC, setpointC, mode, online, heating, powerW, powerQuality, maxPowerW].join('\t')}\n`;
}
