import { at, iso, recordset, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import { endReservationsOf, type FreshStart } from './caused-starts';
import type { ZoneReadingToStore } from './ingest.service';
import type { ObservedReading, ZoneState } from './observe';

/**
 * Readings of one connection are taken in one after the other, until the transaction ends: what follows from a reading depends
 * on the one before. One lock instead of one per zone, which would write every row twice.
 */
export async function takeTurn(sql: Sql, connectionId: string): Promise<void> {
  await sql.rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`readings/${connectionId}`]);
}

export async function loadZoneStates(sql: Sql, zoneIds: readonly string[]): Promise<Map<string, ZoneState>> {
  const rows = await sql.rows<ZoneState>(
    `SELECT zone.id AS "zoneId", zone.measured_at AS "measuredAt", zone.heating, zone.heating_since AS "heatingSince",
       zone.max_power_w AS "maxPowerW", zone.temperature_c AS "temperatureC", zone.cooling_k_per_h AS "coolingKPerH",
       site.time_zone AS "siteTimeZone", coalesce(site.country, device.country) AS country,
       device.legionella_duration_minutes AS "legionellaDurationMinutes", ledger.observer AS "runObserver",
       EXISTS (SELECT 1 FROM zones other WHERE other.device_id = zone.device_id AND other.id <> zone.id AND other.heating)
         AS "otherZoneHeating"
     FROM zones zone
     JOIN devices device ON device.id = zone.device_id
     LEFT JOIN sites site ON site.id = device.site_id
     LEFT JOIN legionella_ledger ledger ON ledger.zone_id = zone.id
     WHERE zone.id = ANY($1::uuid[])`,
    [zoneIds],
  );
  return new Map(rows.map((row) => [row.zoneId, row]));
}

export async function storeReadings(
  sql: Sql,
  observed: readonly ObservedReading[],
  supplierId: string,
  now: Instant,
): Promise<void> {
  await storeSeriesAndNewest(sql, recordset(observed.map(toRow)), supplierId, now);
  await storeForecasts(sql, observed, supplierId);
  await recordStarts(sql, observed, supplierId);
  await recordRuns(sql, observed, supplierId);
}

const columns = `"zoneId" uuid, "measuredAt" timestamptz, newest boolean, online boolean, faulty boolean,
  "temperatureC" float8, "setpointC" float8, "minC" float8, "maxC" float8, "stepC" float8, mode text,
  "transientMode" boolean, "powerW" float8, "powerQuality" text, "maxPowerW" float8, heating boolean,
  "heatingSince" timestamptz, "expectedPowerW" float8, "activationLimitC" float8, "chargeFraction" float8,
  "coolingKPerH" float8, "gainKPerH" float8, "vendorCanActivate" boolean, "vendorInAction" boolean, "vendorReason" text`;

/** Field by field: spreading a reading costs more than everything else that is done with it here. */
function toRow({ zone, reading, newest, heating, heatingSince }: ObservedReading) {
  const { vendorStatus } = reading;
  return {
    zoneId: zone.zoneId,
    measuredAt: iso(reading.measuredAt),
    newest,
    online: reading.online,
    faulty: reading.faulty,
    temperatureC: reading.temperatureC,
    setpointC: reading.setpointC,
    minC: reading.minC,
    maxC: reading.maxC,
    stepC: reading.stepC,
    mode: reading.mode,
    transientMode: reading.transientMode,
    powerW: reading.powerW,
    powerQuality: reading.powerQuality,
    maxPowerW: reading.maxPowerW,
    heating,
    heatingSince: iso(heatingSince),
    expectedPowerW: reading.expectedPowerW,
    activationLimitC: reading.activationLimitC,
    chargeFraction: reading.chargeFraction,
    coolingKPerH: reading.coolingKPerH,
    gainKPerH: reading.gainKPerH,
    vendorCanActivate: vendorStatus?.canActivate,
    vendorInAction: vendorStatus?.inActiveAction,
    vendorReason: vendorStatus?.reason,
  };
}

/**
 * A listing says less of a zone than a reading does: what it does not state (setpoint, power, limits) stays as the last
 * reading had it, while `measured_at` tells how old the newest statement is.
 */
async function storeSeriesAndNewest(sql: Sql, rows: string, supplierId: string, now: Instant): Promise<void> {
  await sql.run(
    `WITH reading AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb) AS reading(${columns})),
     series AS (
       INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, temperature_c, setpoint_c, mode, online, heating, power_w, power_quality)
       SELECT "zoneId", "measuredAt", $2, $3, "temperatureC", "setpointC", mode, online, heating, "powerW", "powerQuality"
       FROM reading
       ON CONFLICT (zone_id, measured_at) DO NOTHING)
     UPDATE zones zone SET
       measured_at = reading."measuredAt",
       online = coalesce(reading.online, zone.online),
       faulty = coalesce(reading.faulty, zone.faulty),
       temperature_c = coalesce(reading."temperatureC", zone.temperature_c),
       setpoint_c = coalesce(reading."setpointC", zone.setpoint_c),
       min_c = coalesce(reading."minC", zone.min_c),
       max_c = coalesce(reading."maxC", zone.max_c),
       step_c = coalesce(reading."stepC", zone.step_c),
       mode = coalesce(reading.mode, zone.mode),
       transient_mode = coalesce(reading."transientMode", zone.transient_mode),
       power_w = coalesce(reading."powerW", zone.power_w),
       power_quality = CASE WHEN reading."powerW" IS NULL THEN zone.power_quality ELSE reading."powerQuality" END,
       max_power_w = coalesce(reading."maxPowerW", zone.max_power_w),
       heating = coalesce(reading.heating, zone.heating),
       heating_since = CASE WHEN reading.heating IS NULL THEN zone.heating_since ELSE reading."heatingSince" END,
       expected_power_w = coalesce(reading."expectedPowerW", zone.expected_power_w),
       activation_limit_c = coalesce(reading."activationLimitC", zone.activation_limit_c),
       charge_fraction = coalesce(reading."chargeFraction", zone.charge_fraction),
       cooling_k_per_h = coalesce(reading."coolingKPerH", zone.cooling_k_per_h),
       gain_k_per_h = coalesce(reading."gainKPerH", zone.gain_k_per_h),
       vendor_can_activate = coalesce(reading."vendorCanActivate", zone.vendor_can_activate),
       vendor_in_action = coalesce(reading."vendorInAction", zone.vendor_in_action),
       vendor_reason = CASE WHEN reading."vendorCanActivate" IS NULL THEN zone.vendor_reason ELSE reading."vendorReason" END
     FROM reading
     WHERE zone.id = reading."zoneId" AND reading.newest`,
    [rows, supplierId, at(now)],
  );
}

async function storeForecasts(
  sql: Sql,
  observed: readonly ObservedReading[],
  supplierId: string,
): Promise<void> {
  const forecasts = observed.flatMap(({ newest, reading: { expectedCourse }, zone: { zoneId } }) =>
    newest && expectedCourse
      ? [{ zoneId, startsAt: iso(expectedCourse.startsAt), powersW: expectedCourse.powersW }]
      : [],
  );
  if (forecasts.length === 0) return;
  await sql.run(
    `INSERT INTO zone_forecasts (zone_id, supplier_id, starts_at, powers_w)
     SELECT "zoneId", $2, "startsAt", "powersW"
     FROM jsonb_to_recordset($1::jsonb) AS forecast("zoneId" uuid, "startsAt" timestamptz, "powersW" real[])
     ON CONFLICT (zone_id) DO UPDATE SET starts_at = excluded.starts_at, powers_w = excluded.powers_w`,
    [recordset(forecasts), supplierId],
  );
}

/** The vendor's word on zones, without a measurement. */
export async function storeStatements(sql: Sql, statements: readonly ZoneReadingToStore[]): Promise<void> {
  if (statements.length === 0) return;
  const rows = statements.map(({ zone, reading }) => ({
    zoneId: zone.zoneId,
    online: reading.online,
    faulty: reading.faulty,
    canActivate: reading.vendorStatus?.canActivate,
    inAction: reading.vendorStatus?.inActiveAction,
    reason: reading.vendorStatus?.reason,
  }));
  await sql.run(
    `UPDATE zones zone SET
       online = coalesce(said.online, zone.online), faulty = coalesce(said.faulty, zone.faulty),
       vendor_can_activate = coalesce(said."canActivate", zone.vendor_can_activate),
       vendor_in_action = coalesce(said."inAction", zone.vendor_in_action),
       vendor_reason = CASE WHEN said."canActivate" IS NULL THEN zone.vendor_reason ELSE said.reason END
     FROM jsonb_to_recordset($1::jsonb) AS said("zoneId" uuid, online boolean, faulty boolean, "canActivate" boolean,
       "inAction" boolean, reason text)
     WHERE zone.id = said."zoneId"`,
    [recordset(rows)],
  );
}

async function recordStarts(
  sql: Sql,
  observed: readonly ObservedReading[],
  supplierId: string,
): Promise<void> {
  const starts = observed.flatMap(({ zone, reading, starts }) =>
    starts.map(({ startedAt, localDay }) => ({
      deviceId: zone.deviceId,
      startedAt: iso(startedAt),
      seenAt: iso(reading.measuredAt),
      localDay,
    })),
  );
  if (starts.length === 0) return;
  const fresh = await sql.rows<FreshStart>(
    `WITH start AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS start("deviceId" uuid, "startedAt" timestamptz, "seenAt" timestamptz, "localDay" text)),
     fresh AS (
       INSERT INTO cycle_starts (device_id, started_at, supplier_id)
       SELECT DISTINCT "deviceId", "startedAt", $2::uuid FROM start
       ON CONFLICT (device_id, started_at) DO NOTHING RETURNING device_id, started_at),
     counted AS (
     INSERT INTO cycle_ledger (device_id, local_day, supplier_id, observed_starts)
     SELECT start."deviceId", start."localDay", $2::uuid, count(DISTINCT start."startedAt")
     FROM start JOIN fresh ON fresh.device_id = start."deviceId" AND fresh.started_at = start."startedAt"
     GROUP BY start."deviceId", start."localDay" ORDER BY start."deviceId"
     ON CONFLICT (device_id, local_day) DO UPDATE SET
       observed_starts = cycle_ledger.observed_starts + excluded.observed_starts)
     SELECT fresh.device_id AS "deviceId", fresh.started_at AS "startedAt", min(start."seenAt") AS "seenAt"
     FROM fresh JOIN start ON start."deviceId" = fresh.device_id AND start."startedAt" = fresh.started_at
     GROUP BY fresh.device_id, fresh.started_at`,
    [recordset(starts), supplierId],
  );
  await endReservationsOf(sql, fresh);
}

async function recordRuns(sql: Sql, observed: readonly ObservedReading[], supplierId: string): Promise<void> {
  const tanks = observed.flatMap(({ zone, run, newest }) =>
    run && newest
      ? [
          {
            zoneId: zone.zoneId,
            observer: run.observer,
            runningSince: iso(run.runningSince),
            startedAt: iso(run.completed?.startedAt),
            completedAt: iso(run.completed?.completedAt),
            profile: run.completed?.profileId,
          },
        ]
      : [],
  );
  if (tanks.length === 0) return;
  const rows = recordset(tanks);
  const tank = `jsonb_to_recordset($1::jsonb) AS tank("zoneId" uuid, observer jsonb, "runningSince" timestamptz,
    "startedAt" timestamptz, "completedAt" timestamptz, profile text)`;
  await sql.run(
    `UPDATE legionella_ledger ledger SET
       observer = tank.observer, running_since = tank."runningSince",
       last_completed_at = coalesce(tank."completedAt", ledger.last_completed_at)
     FROM ${tank} WHERE ledger.zone_id = tank."zoneId"`,
    [rows],
  );
  await sql.run(
    `INSERT INTO legionella_runs (zone_id, supplier_id, started_at, completed_at, profile)
     SELECT "zoneId", $2, "startedAt", "completedAt", profile FROM ${tank} WHERE "completedAt" IS NOT NULL
     ON CONFLICT (zone_id, started_at) DO UPDATE SET completed_at = excluded.completed_at`,
    [rows, supplierId],
  );
}
