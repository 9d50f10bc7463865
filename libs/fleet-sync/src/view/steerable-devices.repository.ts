import type { Database } from '@warmshift/db';
import { readyReason, type StatusCode } from '@warmshift/domain';

/** The parameters of NOX's `GET /v1/devices` (NOX Energy API v1, Get Devices). Absent: not asked for. */
export interface SteerableDevicesFilter {
  readonly deviceId?: string | undefined;
  readonly userId?: string | undefined;
  readonly onlySteeringEnabled?: boolean | undefined;
  readonly onlySteerable?: boolean | undefined;
  readonly onlyNeedsReauthentication?: boolean | undefined;
  readonly learningPeriodEnded?: boolean | undefined;
}

/** One device as JSON text in NOX's shape. */
export interface SteerableDeviceRow {
  readonly deviceId: string;
  readonly json: string;
}

/** Codes that say: it cannot technically be steered now. */
const technicalCodes: readonly StatusCode[] = [
  'NO_VENDOR_CONTROL',
  'ROLE_TOO_LOW',
  'NEEDS_REAUTHENTICATION',
  'OFFLINE',
  'STALE_DATA',
  'FAULTY',
  'READ_ONLY',
  'VENDOR_NOT_STEERABLE',
];
/** Codes that come before the technical ones and hide them: then the listing decides. */
const switchCodes: readonly StatusCode[] = ['HELD', 'STEERING_DISABLED', 'CUSTOMER_OPT_OUT'];

const listOf = (codes: readonly string[]): string => codes.map((code) => `'${code}'`).join(', ');

const needsReauthentication = `(device.needs_reauthentication IS TRUE OR connection.status = 'NEEDS_REAUTHENTICATION')`;

const steeringEnabled = `(device.steering_enabled IS NOT FALSE AND device.vendor_control AND device.disabled_at IS NULL
  AND device.opted_out_at IS NULL AND site.opted_out_at IS NULL)`;

const listedAsSteerable = `(device.vendor_control AND device.steerable IS NOT FALSE AND device.role_too_low IS NOT TRUE
  AND device.read_only IS NOT TRUE AND device.faulty IS NOT TRUE AND device.online IS NOT FALSE
  AND connection.status = 'ACTIVE' AND NOT ${needsReauthentication})`;

const zoneSteerable = (status: string): string => `CASE WHEN ${status}.code IS NULL THEN false
  WHEN ${status}.code IN (${listOf(technicalCodes)}) THEN false
  WHEN ${status}.code IN (${listOf(switchCodes)}) THEN ${listedAsSteerable} ELSE true END`;

const steerable = `(${zoneSteerable('tank_status')} OR ${zoneSteerable('room_status')})`;

const text = (name: string, column: string): string => `'"${name}":' || to_json(${column})::text`;

/** The keys in NOX's order and spelling; a part that is NULL is left out by `concat_ws`. */
const zoneJson = (name: string, zone: string, status: string): string => `
  CASE WHEN ${zone}.id IS NULL THEN NULL WHEN ${status}.zone_id IS NULL THEN
    '"${name}":{"can_activate_action":false,"in_active_action":false,"reason":"Not assessed yet.","reason_code":"STALE_DATA"}'
  WHEN ${status}.code = 'READY' THEN
    '"${name}":{"can_activate_action":true,"in_active_action":false,"reason":"${readyReason}","reason_code":"READY"}'
  ELSE '"${name}":{"can_activate_action":' || ${status}.can_activate::text || ',"in_active_action":' || ${status}.in_active::text
    || ',"reason":' || to_json(${status}.reason)::text || ',"reason_code":"' || ${status}.code || '"}' END`;

/** A device without zones has no place for a reason of its own, so the reason stands beside `steerable`. */
const reasonWithoutZones = `CASE WHEN tank.id IS NULL AND room.id IS NULL THEN
  CASE WHEN device.vendor_control
    THEN '"reason":"The device has no zone that can be steered.","reason_code":"VENDOR_NOT_STEERABLE"'
    ELSE '"reason":"The vendor''s interface cannot steer this device.","reason_code":"NO_VENDOR_CONTROL"' END END`;

const statusJson = `'"steerable_status":{' || concat_ws(',',
  '"steering_enabled":' || ${steeringEnabled}::text, '"steerable":' || ${steerable}::text, ${reasonWithoutZones},
  ${zoneJson('DHW', 'tank', 'tank_status')}, ${zoneJson('room', 'room', 'room_status')}) || '}'`;

const identity = `'"device_id":"' || device.id::text || '"'`;

const fullJson = `'{' || concat_ws(',', ${text('model', 'device.model')}, ${text('brand', 'device.brand')},
  ${text('country', 'coalesce(device.country, site.country)')}, ${identity},
  '"user_id":' || coalesce(to_json(device.vendor_user_id)::text, 'null'), ${text('device_type', 'device.kind')},
  CASE WHEN device.legionella_frequency_per_weeks IS NOT NULL THEN '"legionella_config":{' || concat_ws(',',
    ${text('frequency_per_weeks', 'device.legionella_frequency_per_weeks')},
    ${text('capacity', 'device.legionella_capacity_wh / 1000')},
    ${text('duration_minutes', 'device.legionella_duration_minutes')}) || '}' END,
  CASE WHEN device.max_cycles_per_day IS NOT NULL
    THEN '"cycle_config":{"max_cycles_per_day":' || device.max_cycles_per_day || '}' END,
  ${statusJson}, '"needs_reauthentication":' || ${needsReauthentication}::text) || '}'`;

const statusOnlyJson = `'{' || concat_ws(',', ${identity}, ${statusJson}) || '}'`;

/** Follows from the condition on the device, but Postgres does not see it: it would walk the zones of all pages before. */
const afterPlace = (zone: string): string => `($2::uuid IS NULL OR ${zone}.device_id > $2)`;

const statement = (json: string): string => `
  SELECT device.id AS "deviceId", ${json} AS json
  FROM devices device
  JOIN connections connection ON connection.id = device.connection_id
  LEFT JOIN sites site ON site.id = device.site_id
  LEFT JOIN zones tank ON tank.device_id = device.id AND tank.kind = 'DHW' AND ${afterPlace('tank')}
  LEFT JOIN zone_statuses tank_status ON tank_status.zone_id = tank.id
  LEFT JOIN zones room ON room.device_id = device.id AND room.kind = 'room' AND ${afterPlace('room')}
  LEFT JOIN zone_statuses room_status ON room_status.zone_id = room.id
  WHERE device.supplier_id = $1 AND device.retired_at IS NULL
    AND ($2::uuid IS NULL OR device.id > $2)
    AND ($3::uuid IS NULL OR device.id = $3)
    AND ($4::text IS NULL OR device.vendor_user_id = $4)
    AND ($5::boolean IS NOT TRUE OR ${steeringEnabled})
    AND ($6::boolean IS NOT TRUE OR ${steerable})
    AND ($7::boolean IS NOT TRUE OR ${needsReauthentication})
    AND ($8::boolean IS NULL OR coalesce(device.learning_period_ended, true) = $8)
  ORDER BY device.id LIMIT $9`;

const fullStatement = statement(fullJson);
const statusOnlyStatement = statement(statusOnlyJson);

/**
 * The whole fleet of a supplier in the shape of NOX's `GET /v1/devices`, every vendor alike. Postgres writes the JSON of
 * each device, so that a page of thousands costs neither rows of columns nor objects here.
 *
 * `steerable` says if the device could technically be steered now, whoever switched it off; `steering_enabled` says if the
 * customer and the supplier want it. A vendor without a learning period counts as one whose period has ended.
 */
export class SteerableDevices {
  constructor(private readonly db: Database) {}

  /** In the order of device ids. */
  page(
    supplierId: string,
    filter: SteerableDevicesFilter,
    page: { readonly limit: number; readonly afterId?: string | undefined; readonly statusOnly: boolean },
  ): Promise<SteerableDeviceRow[]> {
    return this.db.rows<SteerableDeviceRow>(page.statusOnly ? statusOnlyStatement : fullStatement, [
      supplierId,
      page.afterId ?? null,
      filter.deviceId ?? null,
      filter.userId ?? null,
      filter.onlySteeringEnabled ?? null,
      filter.onlySteerable ?? null,
      filter.onlyNeedsReauthentication ?? null,
      filter.learningPeriodEnded ?? null,
      page.limit,
    ]);
  }
}
