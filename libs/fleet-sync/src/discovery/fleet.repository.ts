import { iso, recordset, type Database, type Sql } from '@warmshift/db';
import type { DeviceKind, Instant, ZoneKind } from '@warmshift/domain';
import type { ListedDevice, ListedSite, Listing } from '@warmshift/vendors/contract';
import type { Connection } from '../connections/connection';

export interface StoredZone {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly vendorDeviceId: string;
  readonly vendorSiteId?: string | undefined;
  readonly deviceKind: DeviceKind;
  readonly kind: ZoneKind;
}

export interface StoredListing {
  readonly zones: readonly StoredZone[];
  readonly added: number;
  readonly retired: number;
}

/** Sites, devices and zones of one connection, written as whole sets. */
export class FleetRepository {
  constructor(private readonly db: Database) {}

  /**
   * Makes the stored fleet of a connection equal to a listing. Devices that a *complete* listing no longer holds are
   * retired; an incomplete one only adds and updates. What operators and customers set (tags, opt-outs, switches) stays.
   *
   * @returns undefined, with nothing stored, when the connection was removed while its vendor was being asked.
   */
  async store(connection: Connection, listing: Listing, now: Instant): Promise<StoredListing | undefined> {
    return this.db.transaction(async (sql) => {
      const [present] = await sql.rows(
        'SELECT 1 FROM connections WHERE id = $1 AND retired_at IS NULL FOR SHARE',
        [connection.connectionId],
      );
      if (!present) return undefined;
      await upsertSites(sql, connection, listing.sites, now);
      const added = await upsertDevices(sql, connection, listing.devices, now);
      await upsertZones(sql, connection, listing.devices, now);
      const retired = listing.complete ? await retireUnseen(sql, connection, now) : 0;
      return { zones: await zonesOf(sql, connection.connectionId), added, retired };
    });
  }

  zonesOf(connectionId: string): Promise<StoredZone[]> {
    return zonesOf(this.db, connectionId);
  }

  /**
   * Zones of devices that are in an action right now (`active`), or of all others (`idle`). Those of which nothing was heard for
   * longest come first: a pass that is cut short must not leave out the same ones every time.
   */
  async zonesToRead(connectionId: string, scope: 'idle' | 'active'): Promise<StoredZone[]> {
    const zones = await zonesOf(this.db, connectionId, oldestReadingFirst);
    const holding = await this.db.rows<{ deviceId: string }>(
      `SELECT DISTINCT device_id AS "deviceId" FROM actions
       WHERE connection_id = $1 AND state IN ('DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')`,
      [connectionId],
    );
    const active = new Set(holding.map((row) => row.deviceId));
    return zones.filter((zone) => active.has(zone.deviceId) === (scope === 'active'));
  }
}

async function upsertSites(
  sql: Sql,
  connection: Connection,
  sites: readonly ListedSite[],
  now: Instant,
): Promise<void> {
  await sql.run(
    `INSERT INTO sites (id, supplier_id, connection_id, vendor_site_id, name, time_zone, country, warnings, created_at)
     SELECT gen_random_uuid(), $2, $3, site."vendorSiteId", site.name, site."timeZone", site.country,
            coalesce(site.warnings, '{}'), $4
     FROM jsonb_to_recordset($1::jsonb)
       AS site("vendorSiteId" text, name text, "timeZone" text, country text, warnings text[])
     ON CONFLICT (connection_id, vendor_site_id) DO UPDATE SET
       name = excluded.name,
       time_zone = CASE WHEN sites.time_zone_set THEN sites.time_zone
                        ELSE coalesce(excluded.time_zone, sites.time_zone) END,
       country = coalesce(excluded.country, sites.country),
       warnings = excluded.warnings`,
    [recordset(sites), connection.supplierId, connection.connectionId, new Date(now)],
  );
}

const deviceColumns: readonly (readonly [
  column: string,
  field:
    keyof ListedDevice | 'legionellaFrequencyPerWeeks' | 'legionellaCapacityWh' | 'legionellaDurationMinutes',
  type: string,
])[] = [
  ['vendor_site_id', 'vendorSiteId', 'text'],
  ['vendor_gateway_id', 'vendorGatewayId', 'text'],
  ['vendor_user_id', 'vendorUserId', 'text'],
  ['kind', 'kind', 'text'],
  ['name', 'name', 'text'],
  ['brand', 'brand', 'text'],
  ['model', 'model', 'text'],
  ['vendor_type', 'vendorType', 'text'],
  ['country', 'country', 'text'],
  ['online', 'online', 'boolean'],
  ['faulty', 'faulty', 'boolean'],
  ['read_only', 'readOnly', 'boolean'],
  ['role_too_low', 'roleTooLow', 'boolean'],
  ['vendor_control', 'vendorControl', 'boolean'],
  ['steering_enabled', 'steeringEnabled', 'boolean'],
  ['steerable', 'steerable', 'boolean'],
  ['learning_period_ended', 'learningPeriodEnded', 'boolean'],
  ['needs_reauthentication', 'needsReauthentication', 'boolean'],
  ['max_cycles_per_day', 'maxCyclesPerDay', 'integer'],
  ['legionella_frequency_per_weeks', 'legionellaFrequencyPerWeeks', 'double precision'],
  ['legionella_capacity_wh', 'legionellaCapacityWh', 'double precision'],
  ['legionella_duration_minutes', 'legionellaDurationMinutes', 'double precision'],
  ['rated_power_w', 'ratedPowerW', 'double precision'],
  ['battery_fraction', 'batteryFraction', 'double precision'],
];

async function upsertDevices(
  sql: Sql,
  connection: Connection,
  devices: readonly ListedDevice[],
  now: Instant,
): Promise<number> {
  const columns = deviceColumns.map(([column]) => column);
  const rows = devices.map(({ zones: _zones, legionella, ...device }) => ({
    ...device,
    legionellaFrequencyPerWeeks: legionella?.frequencyPerWeeks,
    legionellaCapacityWh: legionella?.capacityWh,
    legionellaDurationMinutes: legionella?.durationMinutes,
  }));
  const written = await sql.rows<{ added: boolean }>(
    `INSERT INTO devices (id, supplier_id, connection_id, site_id, vendor_device_id, first_seen_at, last_seen_at, ${columns.join(', ')})
     SELECT gen_random_uuid(), $2, $3, site.id, device."vendorDeviceId", $4, $4,
            ${deviceColumns.map(([, field]) => `device."${field}"`).join(', ')}
     FROM jsonb_to_recordset($1::jsonb) AS device("vendorDeviceId" text, ${deviceColumns
       .map(([, field, type]) => `"${field}" ${type}`)
       .join(', ')})
     LEFT JOIN sites site ON site.connection_id = $3 AND site.vendor_site_id = device."vendorSiteId"
     ON CONFLICT (connection_id, vendor_device_id) DO UPDATE SET
       site_id = excluded.site_id, last_seen_at = excluded.last_seen_at, retired_at = NULL,
       ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
     RETURNING (xmax = 0) AS added`,
    [recordset(rows), connection.supplierId, connection.connectionId, new Date(now)],
  );
  return written.filter((row) => row.added).length;
}

async function upsertZones(
  sql: Sql,
  connection: Connection,
  devices: readonly ListedDevice[],
  now: Instant,
): Promise<void> {
  const zones = devices.flatMap((device) =>
    device.zones.map((zone) => ({ vendorDeviceId: device.vendorDeviceId, kind: zone.kind })),
  );
  await sql.run(
    `INSERT INTO zones (id, supplier_id, device_id, kind)
     SELECT gen_random_uuid(), device.supplier_id, device.id, zone.kind
     FROM jsonb_to_recordset($1::jsonb) AS zone("vendorDeviceId" text, kind text)
     JOIN devices device ON device.connection_id = $2 AND device.vendor_device_id = zone."vendorDeviceId"
     ON CONFLICT (device_id, kind) DO NOTHING`,
    [recordset(zones), connection.connectionId],
  );
  await sql.run(
    `INSERT INTO legionella_ledger (zone_id, supplier_id, enrolled_at)
     SELECT zone.id, zone.supplier_id, $2 FROM zones zone JOIN devices device ON device.id = zone.device_id
     WHERE device.connection_id = $1 AND zone.kind = 'DHW'
     ON CONFLICT (zone_id) DO NOTHING`,
    [connection.connectionId, new Date(now)],
  );
}

function retireUnseen(sql: Sql, connection: Connection, now: Instant): Promise<number> {
  return sql.run(
    'UPDATE devices SET retired_at = $2 WHERE connection_id = $1 AND retired_at IS NULL AND last_seen_at < $2',
    [connection.connectionId, iso(now)],
  );
}

const byVendorId = 'device.vendor_device_id, zone.kind';
const oldestReadingFirst = `min(zone.measured_at) OVER (PARTITION BY device.id) NULLS FIRST, ${byVendorId}`;

function zonesOf(sql: Sql, connectionId: string, order = byVendorId): Promise<StoredZone[]> {
  return sql.rows<StoredZone>(
    `SELECT zone.id AS "zoneId", device.id AS "deviceId", device.vendor_device_id AS "vendorDeviceId",
            device.vendor_site_id AS "vendorSiteId", device.kind AS "deviceKind", zone.kind
     FROM zones zone JOIN devices device ON device.id = zone.device_id
     WHERE device.connection_id = $1 AND device.retired_at IS NULL
     ORDER BY ${order}`,
    [connectionId],
  );
}
