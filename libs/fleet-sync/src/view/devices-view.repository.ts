import type { Database } from '@warmshift/db';
import { NotFound } from '@warmshift/domain';
import {
  withoutNulls,
  type CycleDayView,
  type DeviceDetail,
  type DeviceView,
  type LegionellaView,
  type Nullable,
  type ZoneStatusView,
  type ZoneView,
} from './fleet-view';

export interface DeviceFilter {
  readonly vendor?: string | undefined;
  readonly kind?: string | undefined;
  /** Devices with a zone of this status code. */
  readonly code?: string | undefined;
  readonly siteId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly tag?: string | undefined;
  /** Part of the name, the vendor's id, the brand, the model or the site's name. */
  readonly search?: string | undefined;
}

/** Epoch ms of a timestamptz inside JSON. */
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

const zones = `(
  SELECT coalesce(json_agg(json_build_object('zoneId', zone.id, 'zone', zone.kind, 'measuredAt', ${ms('zone.measured_at')},
    'temperatureC', zone.temperature_c, 'setpointC', zone.setpoint_c, 'mode', zone.mode, 'heating', zone.heating,
    'powerW', zone.power_w, 'powerQuality', zone.power_quality, 'maxPowerW', zone.max_power_w,
    'status', CASE WHEN status.zone_id IS NOT NULL THEN json_build_object('code', status.code, 'reason', status.reason,
      'canActivate', status.can_activate, 'inActive', status.in_active, 'since', ${ms('status.since')},
      'nextEligibleAt', ${ms('status.next_eligible_at')}, 'assessedAt', ${ms('status.assessed_at')}) END)
    ORDER BY zone.kind), '[]')
  FROM zones zone LEFT JOIN zone_statuses status ON status.zone_id = zone.id WHERE zone.device_id = device.id)`;

const selectDevice = `
  SELECT device.id AS "deviceId", device.connection_id AS "connectionId", connection.vendor,
    device.vendor_device_id AS "vendorDeviceId", device.vendor_user_id AS "vendorUserId", device.site_id AS "siteId",
    site.name AS "siteName", device.kind, device.name, device.brand, device.model,
    coalesce(site.country, device.country) AS country, device.online, device.faulty,
    device.vendor_control AS "vendorControl", device.rated_power_w AS "ratedPowerW",
    device.max_cycles_per_day AS "maxCyclesPerDay", device.tags, device.rule_settings AS "ruleSettings",
    device.disabled_at AS "disabledAt", coalesce(device.opted_out_at, site.opted_out_at) AS "optedOutAt",
    device.held_at AS "heldAt", device.first_seen_at AS "firstSeenAt", device.last_seen_at AS "lastSeenAt", ${zones} AS zones
  FROM devices device
  JOIN connections connection ON connection.id = device.connection_id
  LEFT JOIN sites site ON site.id = device.site_id
  WHERE device.supplier_id = $1 AND device.retired_at IS NULL`;

type ZoneRow = Nullable<Omit<ZoneView, 'status'>> & { readonly status: Nullable<ZoneStatusView> | null };
type DeviceRow = Nullable<Omit<DeviceView, 'zones'>> & { readonly zones: readonly ZoneRow[] };

/** Devices with their zones and statuses, of one supplier. Retired devices are left out. */
export class DevicesView {
  constructor(private readonly db: Database) {}

  /** In the order of their ids. */
  async list(
    supplierId: string,
    filter: DeviceFilter,
    page: { readonly limit: number; readonly afterId?: string | undefined },
  ): Promise<DeviceView[]> {
    const rows = await this.db.rows<DeviceRow>(
      `${selectDevice}
         AND ($2::uuid IS NULL OR device.id > $2)
         AND ($3::text IS NULL OR connection.vendor = $3)
         AND ($4::text IS NULL OR device.kind = $4)
         AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM zones zone JOIN zone_statuses status ON status.zone_id = zone.id
              WHERE zone.device_id = device.id AND status.code = $5))
         AND ($6::uuid IS NULL OR device.site_id = $6)
         AND ($7::uuid IS NULL OR device.connection_id = $7)
         AND ($8::text IS NULL OR device.tags @> ARRAY[$8] OR site.tags @> ARRAY[$8])
         AND ($9::text IS NULL OR concat_ws(' ', device.name, device.vendor_device_id, device.brand, device.model, site.name)
              ILIKE $9)
       ORDER BY device.id LIMIT $10`,
      [
        supplierId,
        page.afterId ?? null,
        filter.vendor ?? null,
        filter.kind ?? null,
        filter.code ?? null,
        filter.siteId ?? null,
        filter.connectionId ?? null,
        filter.tag ?? null,
        filter.search === undefined ? null : `%${literal(filter.search)}%`,
        page.limit,
      ],
    );
    return rows.map(toDevice);
  }

  /** @throws NotFound also for a device of another supplier. */
  async get(supplierId: string, deviceId: string): Promise<DeviceDetail> {
    const [row] = await this.db.rows<DeviceRow>(`${selectDevice} AND device.id = $2`, [supplierId, deviceId]);
    if (!row) throw new NotFound('device', deviceId);
    const [cycles, legionella] = await Promise.all([this.cycles(deviceId), this.legionella(deviceId)]);
    return { ...toDevice(row), cycles, legionella };
  }

  private cycles(deviceId: string): Promise<CycleDayView[]> {
    return this.db.rows<CycleDayView>(
      `SELECT local_day AS "localDay", observed_starts AS "observedStarts", reserved_starts AS "reservedStarts"
       FROM cycle_ledger WHERE device_id = $1 ORDER BY local_day DESC LIMIT 14`,
      [deviceId],
    );
  }

  private async legionella(deviceId: string): Promise<LegionellaView | undefined> {
    const [row] = await this.db.rows<Nullable<LegionellaView>>(
      `SELECT device.legionella_frequency_per_weeks AS "frequencyPerWeeks", device.legionella_capacity_wh AS "capacityWh",
         device.legionella_duration_minutes AS "durationMinutes", ledger.enrolled_at AS "enrolledAt",
         ledger.last_completed_at AS "lastCompletedAt", ledger.running_since AS "runningSince",
         ledger.planned_starts_at AS "plannedStartsAt", ledger.planned_ends_at AS "plannedEndsAt"
       FROM legionella_ledger ledger JOIN zones zone ON zone.id = ledger.zone_id
       JOIN devices device ON device.id = zone.device_id WHERE device.id = $1`,
      [deviceId],
    );
    return row && withoutNulls<LegionellaView>(row);
  }
}

/** A text whose `%` and `_` mean themselves in LIKE. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function toDevice({ zones: zoneRows, ...row }: DeviceRow): DeviceView {
  return { ...withoutNulls<Omit<DeviceView, 'zones'>>(row), zones: zoneRows.map(toZone) };
}

function toZone({ status, ...row }: ZoneRow): ZoneView {
  return {
    ...withoutNulls<Omit<ZoneView, 'status'>>(row),
    status: status === null ? undefined : withoutNulls<ZoneStatusView>(status),
  };
}
