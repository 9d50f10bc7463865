import type { Direction, Instant, Quality, ZoneKind } from '@warmshift/domain';

/** One zone with its device, site, connection, supplier, ledgers and live action, as one SQL row. */
export interface FactsRow {
  readonly zoneId: string;
  readonly zone: ZoneKind;
  readonly deviceId: string;
  readonly supplierId: string;
  readonly connectionId: string;
  readonly vendor: string;
  readonly deviceKind: string;
  readonly siteId: string | null;
  readonly siteTimeZone: string | null;
  readonly country: string | null;
  readonly held: boolean;
  readonly disabled: boolean;
  readonly optedOut: boolean;
  readonly vendorControl: boolean;
  readonly steeringEnabled: boolean | null;
  readonly steerable: boolean | null;
  readonly roleTooLow: boolean | null;
  readonly deviceNeedsReauthentication: boolean | null;
  readonly connectionStatus: string;
  readonly deviceOnline: boolean | null;
  readonly zoneOnline: boolean | null;
  readonly deviceFaulty: boolean | null;
  readonly zoneFaulty: boolean | null;
  readonly readOnly: boolean | null;
  readonly learningPeriodEnded: boolean | null;
  readonly maxCyclesPerDay: number | null;
  /** When a listing showed the device for the first time: nobody watched it before. */
  readonly firstSeenAt: Instant;
  readonly legionellaFrequencyPerWeeks: number | null;
  readonly legionellaDurationMinutes: number | null;
  readonly supplierRules: Record<string, unknown>;
  readonly deviceRules: Record<string, unknown>;
  readonly quietHours: unknown;
  readonly measuredAt: Instant | null;
  readonly temperatureC: number | null;
  readonly setpointC: number | null;
  readonly minC: number | null;
  readonly maxC: number | null;
  readonly stepC: number | null;
  readonly mode: string | null;
  readonly transientMode: boolean | null;
  readonly heating: boolean | null;
  readonly heatingSince: Instant | null;
  /** Of the other zone of a heat pump: both share one compressor. */
  readonly otherZoneHeating: boolean | null;
  readonly otherZoneHeatingSince: Instant | null;
  readonly powerW: number | null;
  readonly powerQuality: Quality;
  readonly maxPowerW: number | null;
  readonly ratedPowerW: number | null;
  readonly expectedPowerW: number | null;
  readonly coolingKPerH: number | null;
  readonly gainKPerH: number | null;
  readonly activationLimitC: number | null;
  readonly vendorCanActivate: boolean | null;
  readonly vendorReason: string | null;
  readonly overrideQuietUntil: Instant | null;
  readonly lastActionEndedAt: Instant | null;
  readonly enrolledAt: Instant | null;
  readonly lastCompletedAt: Instant | null;
  readonly runningSince: Instant | null;
  readonly plannedStartsAt: Instant | null;
  readonly plannedEndsAt: Instant | null;
  /** [first, last hot reading] of the tank's completed runs of the last four weeks, epoch ms. */
  readonly recentRuns: readonly (readonly [number, number])[] | null;
  /** {localDay: [observed, reserved]} of the days around the instant of which is asked. */
  readonly cycles: Record<string, [number, number]> | null;
  /** Observed starts of the device in the last seven days, epoch ms. */
  readonly recentStarts: number[] | null;
  readonly liveActions:
    | readonly {
        readonly actionId: string;
        readonly zoneId: string;
        readonly zone: ZoneKind;
        readonly direction: Direction;
        readonly state: string;
        /** It was asked to end before its time. */
        readonly endRequested: boolean;
        readonly startsAt: number;
        readonly endsAt: number;
        readonly cyclesReserved: number;
      }[]
    | null;
  /** Starts of sent actions of this zone in the last two days, epoch ms. */
  readonly recentActions: number[] | null;
}

/**
 * The planned run of a ledger row, or none: a plan counts only while the action behind it is alive or has done its heating. One that was
 * skipped, failed, cancelled or overridden carries nothing out, so it must not be trusted.
 */
export const plannedRunSql = (ledger: string): string =>
  `(SELECT ${ledger}.planned_starts_at AS starts_at, ${ledger}.planned_ends_at AS ends_at FROM actions planned
     WHERE planned.id = ${ledger}.planned_action_id
       AND planned.state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING', 'RESTORED'))`;

/** Epoch ms of a timestamptz inside JSON. */
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

/**
 * `$1` zone ids, `$2` the present instant, `$3` the instant of which is asked, now or later. What lies in ledgers is looked
 * up by primary key and `actions(device_id, state)`, and only for zones to which it applies.
 */
export const factsSql = `
  SELECT zone.id AS "zoneId", zone.kind AS zone, device.id AS "deviceId", device.supplier_id AS "supplierId",
    device.connection_id AS "connectionId", connection.vendor, device.kind AS "deviceKind",
    device.site_id AS "siteId", site.time_zone AS "siteTimeZone", coalesce(site.country, device.country) AS country,
    (supplier.held_at IS NOT NULL OR connection.held_at IS NOT NULL OR device.held_at IS NOT NULL) AS held,
    device.disabled_at IS NOT NULL AS disabled,
    (device.opted_out_at IS NOT NULL OR site.opted_out_at IS NOT NULL) AS "optedOut",
    device.vendor_control AS "vendorControl", device.steering_enabled AS "steeringEnabled", device.steerable,
    device.role_too_low AS "roleTooLow", device.needs_reauthentication AS "deviceNeedsReauthentication",
    connection.status AS "connectionStatus", device.online AS "deviceOnline", zone.online AS "zoneOnline",
    device.faulty AS "deviceFaulty", zone.faulty AS "zoneFaulty", device.read_only AS "readOnly",
    device.learning_period_ended AS "learningPeriodEnded", device.max_cycles_per_day AS "maxCyclesPerDay",
    device.first_seen_at AS "firstSeenAt",
    device.legionella_frequency_per_weeks AS "legionellaFrequencyPerWeeks",
    device.legionella_duration_minutes AS "legionellaDurationMinutes",
    supplier.rule_settings AS "supplierRules", device.rule_settings AS "deviceRules",
    coalesce(site.quiet_hours, '[]'::jsonb) AS "quietHours",
    zone.measured_at AS "measuredAt", zone.temperature_c AS "temperatureC", zone.setpoint_c AS "setpointC",
    zone.min_c AS "minC", zone.max_c AS "maxC", zone.step_c AS "stepC", zone.mode,
    zone.transient_mode AS "transientMode", zone.heating, zone.heating_since AS "heatingSince",
    other.heating AS "otherZoneHeating", other.heating_since AS "otherZoneHeatingSince",
    zone.power_w AS "powerW", zone.power_quality AS "powerQuality", zone.max_power_w AS "maxPowerW",
    device.rated_power_w AS "ratedPowerW", zone.expected_power_w AS "expectedPowerW",
    zone.cooling_k_per_h AS "coolingKPerH", zone.gain_k_per_h AS "gainKPerH", zone.activation_limit_c AS "activationLimitC",
    zone.vendor_can_activate AS "vendorCanActivate", zone.vendor_reason AS "vendorReason",
    zone.override_quiet_until AS "overrideQuietUntil", zone.last_action_ended_at AS "lastActionEndedAt",
    legionella.enrolled_at AS "enrolledAt", legionella.last_completed_at AS "lastCompletedAt",
    legionella.running_since AS "runningSince", run.starts_at AS "plannedStartsAt",
    run.ends_at AS "plannedEndsAt",
    CASE WHEN zone.kind = 'DHW' THEN (
      SELECT jsonb_agg(jsonb_build_array(${ms('run.started_at')}, ${ms('run.completed_at')})) FROM legionella_runs run
      WHERE run.zone_id = zone.id AND run.completed_at > $2::timestamptz - interval '29 days') END AS "recentRuns",
    CASE WHEN device.max_cycles_per_day IS NOT NULL THEN (
      SELECT jsonb_object_agg(ledger.local_day, jsonb_build_array(ledger.observed_starts, ledger.reserved_starts))
      FROM cycle_ledger ledger WHERE ledger.device_id = device.id
        AND ledger.local_day BETWEEN to_char($3::timestamptz - interval '1 day', 'YYYY-MM-DD')
                                 AND to_char($3::timestamptz + interval '1 day', 'YYYY-MM-DD')) END AS cycles,
    CASE WHEN device.max_cycles_per_day IS NOT NULL OR device.kind = 'heat_pump' THEN (
      SELECT array_agg(${ms('start.started_at')} ORDER BY start.started_at) FROM cycle_starts start
      WHERE start.device_id = device.id AND start.started_at > $2::timestamptz - interval '7 days') END AS "recentStarts",
    (SELECT jsonb_agg(jsonb_build_object('actionId', action.id, 'zoneId', action.zone_id, 'zone', action.zone_kind,
         'direction', action.direction, 'state', action.state, 'endRequested', action.end_requested_at IS NOT NULL,
         'startsAt', ${ms('action.starts_at')}, 'endsAt', ${ms('action.ends_at')},
         'cyclesReserved', action.cycles_reserved))
       FROM actions action WHERE action.device_id = device.id
         AND action.state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')) AS "liveActions",
    (SELECT array_agg(${ms('action.sent_at')}) FROM actions action WHERE action.zone_id = zone.id
         AND action.sent_at > $2::timestamptz - interval '2 days') AS "recentActions"
  FROM zones zone
  JOIN devices device ON device.id = zone.device_id
  JOIN connections connection ON connection.id = device.connection_id
  JOIN suppliers supplier ON supplier.id = device.supplier_id
  LEFT JOIN zones other ON device.kind = 'heat_pump' AND other.device_id = zone.device_id AND other.id <> zone.id
  LEFT JOIN sites site ON site.id = device.site_id
  LEFT JOIN legionella_ledger legionella ON legionella.zone_id = zone.id
  LEFT JOIN LATERAL ${plannedRunSql('legionella')} run ON true
  WHERE zone.id = ANY($1::uuid[]) AND device.retired_at IS NULL`;
