import { given as known, type Database } from '@warmshift/db';
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

/** Devices as JSON text in NOX's shape. */
export interface SteerableDevicesPage {
  /** What stands between the brackets of the list. */
  readonly json: string;
  /** Absent when no device comes after this page. */
  readonly lastId?: string | undefined;
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

const steerable = `(${zoneSteerable('tank')} OR ${zoneSteerable('room')})`;

const text = (name: string, column: string): string => `'"${name}":' || to_json(${column})::text`;

/** The keys in NOX's order and spelling; a part that is NULL is left out by `concat_ws`. */
const zoneJson = (name: string, zone: string): string => `
  CASE WHEN ${zone}.id IS NULL THEN NULL WHEN ${zone}.code IS NULL THEN
    '"${name}":{"can_activate_action":false,"in_active_action":false,"reason":"Not assessed yet.","reason_code":"STALE_DATA"}'
  WHEN ${zone}.code = 'READY' THEN
    '"${name}":{"can_activate_action":true,"in_active_action":false,"reason":"${readyReason}","reason_code":"READY"}'
  ELSE '"${name}":{"can_activate_action":' || ${zone}.can_activate::text || ',"in_active_action":' || ${zone}.in_active::text
    || ',"reason":' || to_json(${zone}.reason)::text || ',"reason_code":"' || ${zone}.code || '"}' END`;

/** A device without zones has no place for a reason of its own, so the reason stands beside `steerable`. */
const reasonWithoutZones = `CASE WHEN tank.id IS NULL AND room.id IS NULL THEN
  CASE WHEN device.vendor_control
    THEN '"reason":"The device has no zone that can be steered.","reason_code":"VENDOR_NOT_STEERABLE"'
    ELSE '"reason":"The vendor''s interface cannot steer this device.","reason_code":"NO_VENDOR_CONTROL"' END END`;

const statusJson = `'"steerable_status":{' || concat_ws(',',
  '"steering_enabled":' || ${steeringEnabled}::text, '"steerable":' || ${steerable}::text, ${reasonWithoutZones},
  ${zoneJson('DHW', 'tank')}, ${zoneJson('room', 'room')}) || '}'`;

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

/**
 * Looked up device by device (`zones_device_id_kind_key`, then the key of the statuses): the LIMIT keeps Postgres from joining
 * all zones of the fleet for one page of it.
 */
const zoneOf = (kind: 'DHW' | 'room', name: string): string => `LEFT JOIN LATERAL (
    SELECT zone.id, status.code, status.reason, status.can_activate, status.in_active
    FROM zones zone LEFT JOIN zone_statuses status ON status.zone_id = zone.id
    WHERE zone.device_id = device.id AND zone.kind = '${kind}' LIMIT 1) ${name} ON true`;

interface Asked extends SteerableDevicesFilter {
  readonly afterId?: string | undefined;
  readonly statusOnly: boolean;
}

/**
 * One row: the page's text, and where the next one begins. Only the conditions that are asked for are in the text: with all of
 * them behind "or not asked for", Postgres expects one row and sorts the whole fleet instead of walking
 * `devices_supplier_id_id_idx`. Row `limit + 1` only tells that there is more.
 */
function statementFor(supplierId: string, asked: Asked, limit: number): { text: string; values: unknown[] } {
  const values: unknown[] = [supplierId, limit];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    asked.afterId !== undefined && `device.id > ${given(asked.afterId)}::uuid`,
    asked.deviceId !== undefined && `device.id = ${given(asked.deviceId)}::uuid`,
    asked.userId !== undefined && `device.vendor_user_id = ${given(asked.userId)}`,
    asked.onlySteeringEnabled === true && steeringEnabled,
    asked.onlySteerable === true && steerable,
    asked.onlyNeedsReauthentication === true && needsReauthentication,
    asked.learningPeriodEnded !== undefined &&
      `coalesce(device.learning_period_ended, true) = ${given(asked.learningPeriodEnded)}`,
  ].filter((condition) => condition !== false);
  const text = `
  SELECT coalesce(string_agg(json, ',' ORDER BY place) FILTER (WHERE place <= $2), '') AS json,
    CASE WHEN count(*) > $2 THEN min(id) FILTER (WHERE place = $2) END AS "lastId"
  FROM (SELECT id::text, json, row_number() OVER (ORDER BY id) AS place FROM (
  SELECT device.id, ${asked.statusOnly ? statusOnlyJson : fullJson} AS json
  FROM devices device
  JOIN connections connection ON connection.id = device.connection_id
  LEFT JOIN sites site ON site.id = device.site_id
  ${zoneOf('DHW', 'tank')}
  ${zoneOf('room', 'room')}
  WHERE ${['device.supplier_id = $1', 'device.retired_at IS NULL', ...conditions].join(' AND ')}
  ORDER BY device.id LIMIT $2::int + 1) found) numbered`;
  return { text, values };
}

/**
 * The whole fleet of a supplier in the shape of NOX's `GET /v1/devices`, every vendor alike. Postgres writes the JSON of
 * each device, so that a page of thousands costs neither rows of columns nor objects here.
 *
 * `steerable` says if the device could technically be steered now, whoever switched it off; `steering_enabled` says if the
 * customer and the supplier want it. A vendor without a learning period counts as one whose period has ended.
 */
export class SteerableDevices {
  constructor(private readonly db: Database) {}

  /** At most `limit` devices, in the order of their ids. */
  async page(
    supplierId: string,
    filter: SteerableDevicesFilter,
    page: { readonly limit: number; readonly afterId?: string | undefined; readonly statusOnly: boolean },
  ): Promise<SteerableDevicesPage> {
    const { text, values } = statementFor(supplierId, { ...filter, ...page }, page.limit);
    const [row] = await this.db.rows<{ json: string; lastId: string | null }>(text, values);
    return { json: row?.json ?? '', lastId: known(row?.lastId) };
  }
}
