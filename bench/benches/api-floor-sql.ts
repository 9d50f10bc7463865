const zoneJson = (zone: string): string => `CASE WHEN ${zone}.code IS NOT NULL THEN json_build_object(
  'can_activate_action', ${zone}.can_activate, 'in_active_action', ${zone}.in_active, 'reason', ${zone}.reason,
  'reason_code', ${zone}.code) END`;

/** With a LIMIT, so that Postgres looks up the zones of the page's devices instead of joining those of the fleet. */
const zoneOf = (kind: string, name: string): string => `LEFT JOIN LATERAL (
      SELECT status.* FROM zones zone JOIN zone_statuses status ON status.zone_id = zone.id
      WHERE zone.device_id = device.id AND zone.kind = '${kind}' LIMIT 1) ${name} ON true`;

/**
 * The page as somebody would write it who wants nothing but the JSON of this fleet: Postgres' own JSON functions, one
 * statement, no rule of what may be left out or is switched off.
 */
export const pageText = `
  SELECT json_build_object('data', coalesce(json_agg(device ORDER BY id), '[]'::json))::text AS page FROM (
    SELECT device.id, json_build_object(
      'model', device.model, 'brand', device.brand, 'country', coalesce(device.country, site.country), 'device_id', device.id,
      'user_id', device.vendor_user_id, 'device_type', device.kind,
      'legionella_config', json_build_object('frequency_per_weeks', device.legionella_frequency_per_weeks,
        'capacity', device.legionella_capacity_wh / 1000, 'duration_minutes', device.legionella_duration_minutes),
      'cycle_config', json_build_object('max_cycles_per_day', device.max_cycles_per_day),
      'steerable_status', json_build_object('steering_enabled', true, 'steerable', true,
        'DHW', ${zoneJson('tank')}, 'room', ${zoneJson('room')}),
      'needs_reauthentication', connection.status = 'NEEDS_REAUTHENTICATION') AS device
    FROM devices device
    JOIN connections connection ON connection.id = device.connection_id
    LEFT JOIN sites site ON site.id = device.site_id
    ${zoneOf('DHW', 'tank')}
    ${zoneOf('room', 'room')}
    WHERE device.supplier_id = $1 AND ($2::uuid IS NULL OR device.id > $2)
    ORDER BY device.id LIMIT $3) page`;
