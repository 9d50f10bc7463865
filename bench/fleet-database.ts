import { Database, makeTemporaryDataDir, migrate, startEmbeddedPostgres } from '@warmshift/db';
import { FleetRepository, type StoredZone } from '@warmshift/fleet-sync';
import type { ZoneReading } from '@warmshift/vendors/contract';
import { seededRandom } from './seeded-random';

export interface BenchFleet {
  readonly url: string;
  readonly db: Database;
  readonly supplierId: string;
  /** Of all connections, one connection after the other. */
  readonly zones: readonly StoredZone[];
  readonly connections: readonly BenchConnection[];
  close(): Promise<void>;
}

export interface BenchConnection {
  readonly supplierId: string;
  readonly connectionId: string;
  readonly zones: readonly StoredZone[];
}

export const benchNow = Date.parse('2026-01-14T16:00:00Z');
const supplierId = '00000000-0000-4000-8000-000000000001';
const siteCount = 1_000;

/** A fleet of heaters, shared evenly by its connections, in a Postgres of its own, which goes away with it. */
export async function benchFleet(devices: number, connectionCount = 1): Promise<BenchFleet> {
  const postgres = await startEmbeddedPostgres({
    dataDir: makeTemporaryDataDir(),
    durable: false,
    temporary: true,
    log: () => undefined,
  });
  try {
    await migrate(postgres.url);
    const db = new Database({ url: postgres.url, poolSize: 4 });
    await addSupplier(db);
    const connections: BenchConnection[] = [];
    for (let nth = 0; nth < connectionCount; nth += 1) {
      const connectionId = await addConnection(db, nth, devices / connectionCount);
      const zones = await new FleetRepository(db).zonesOf(connectionId);
      connections.push({ supplierId, connectionId, zones });
    }
    await db.run('ANALYZE');
    return {
      url: postgres.url,
      db,
      supplierId,
      connections,
      zones: connections.flatMap(({ zones }) => zones),
      async close() {
        await db.close();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function addSupplier(db: Database): Promise<void> {
  await db.run(`INSERT INTO suppliers (id, name, created_at) VALUES ($1, 'Bench', now())`, [supplierId]);
}

async function addConnection(db: Database, nth: number, devices: number): Promise<string> {
  const connectionId = `00000000-0000-4000-8000-${String(nth + 2).padStart(12, '0')}`;
  await db.run(
    `INSERT INTO connections (id, supplier_id, vendor, name, base_url, credentials, status_since, created_at, next_discover_at,
       next_read_idle_at, next_read_active_at)
     VALUES ($1, $2, 'heatingcontrol', 'bench ' || $3::int, 'http://127.0.0.1', '', now(), now(), now(), now(), now())`,
    [connectionId, supplierId, nth],
  );
  await db.run(
    `INSERT INTO sites (id, supplier_id, connection_id, vendor_site_id, name, time_zone, country, created_at)
     SELECT gen_random_uuid(), $1, $2, 's' || n, 'Site ' || n, 'Europe/Madrid', 'ES', now() FROM generate_series(1, $3::int) n`,
    [supplierId, connectionId, siteCount],
  );
  await db.run(
    `INSERT INTO devices (id, supplier_id, connection_id, site_id, vendor_device_id, kind, name, online, vendor_control,
       first_seen_at, last_seen_at)
     SELECT gen_random_uuid(), $1, $2, site.id, 'd' || n, 'heater', 'Heater ' || n, true, true, now() - interval '2 days', now()
     FROM generate_series(1, $3::int) n
     JOIN sites site ON site.connection_id = $2 AND site.vendor_site_id = 's' || (n % $4::int + 1)`,
    [supplierId, connectionId, devices, siteCount],
  );
  await db.run(
    `INSERT INTO zones (id, supplier_id, device_id, kind)
     SELECT gen_random_uuid(), supplier_id, id, 'room' FROM devices WHERE connection_id = $1`,
    [connectionId],
  );
  return connectionId;
}

/** A heater's state as a vendor like HeatingControl reports it. `round` makes each one newer than the last. */
export function heaterReadings(count: number, round: number): ZoneReading[] {
  const random = seededRandom(round + 1);
  return Array.from({ length: count }, () => {
    const heating = random() < 0.4;
    return {
      measuredAt: benchNow + round * 300_000,
      online: true,
      temperatureC: Math.round((19 + random() * 3) * 10) / 10,
      setpointC: 21,
      minC: 5,
      maxC: 35,
      stepC: 0.5,
      mode: 'auto',
      transientMode: false,
      powerW: heating ? 1_500 : 0,
      powerQuality: 'reported',
      maxPowerW: 1_500,
      heating,
    };
  });
}
