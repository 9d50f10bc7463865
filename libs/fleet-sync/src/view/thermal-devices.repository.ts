import { at, type Database } from '@warmshift/db';
import { hourMs, NotFound, type Instant, type PowerAt, type ZoneKind } from '@warmshift/domain';
import type { RuleSettings } from '@warmshift/suppliers';
import { withoutNulls, type Nullable } from './fleet-view';

/** What is known of one circuit's heat. Power in W, temperatures in °C, rates in K/h; what is absent was not stated. */
export interface ThermalZone {
  readonly zoneId: string;
  readonly zone: ZoneKind;
  readonly measuredAt?: Instant | undefined;
  readonly temperatureC?: number | undefined;
  readonly setpointC?: number | undefined;
  readonly minC?: number | undefined;
  readonly maxC?: number | undefined;
  readonly heating?: boolean | undefined;
  readonly powerW?: number | undefined;
  readonly maxPowerW?: number | undefined;
  readonly expectedPowerW?: number | undefined;
  readonly activationLimitC?: number | undefined;
  readonly coolingKPerH?: number | undefined;
  readonly gainKPerH?: number | undefined;
}

export interface ThermalDevice {
  readonly deviceId: string;
  readonly vendorUserId?: string | undefined;
  readonly disabledAt?: Instant | undefined;
  /** When an operator last changed something of it, or when it was first seen. */
  readonly settingsChangedAt: Instant;
  readonly supplierRules: RuleSettings;
  readonly ruleSettings: RuleSettings;
  readonly zones: readonly ThermalZone[];
}

type ThermalRow = Nullable<Omit<ThermalDevice, 'zones'>> & {
  readonly zones: readonly Nullable<ThermalZone>[];
};

export interface ThermalFilter {
  readonly deviceId?: string | undefined;
  readonly userId?: string | undefined;
}

/** Devices as models of heat: what they measured, what their vendor expects of them and what they may be steered to. */
export class ThermalDevices {
  constructor(private readonly db: Database) {}

  /** In the order of their ids, without retired ones. */
  async list(
    supplierId: string,
    filter: ThermalFilter,
    page: { readonly limit: number; readonly afterId?: string | undefined },
  ): Promise<ThermalDevice[]> {
    const rows = await this.db.rows<ThermalRow>(
      `SELECT device.id AS "deviceId", device.vendor_user_id AS "vendorUserId", device.disabled_at AS "disabledAt",
         coalesce(device.settings_changed_at, device.first_seen_at) AS "settingsChangedAt",
         supplier.rule_settings AS "supplierRules", device.rule_settings AS "ruleSettings",
         coalesce((SELECT jsonb_agg(jsonb_build_object('zoneId', zone.id, 'zone', zone.kind,
           'measuredAt', (extract(epoch FROM zone.measured_at) * 1000)::bigint, 'temperatureC', zone.temperature_c,
           'setpointC', zone.setpoint_c, 'minC', zone.min_c, 'maxC', zone.max_c, 'heating', zone.heating,
           'powerW', zone.power_w, 'maxPowerW', zone.max_power_w, 'expectedPowerW', zone.expected_power_w,
           'activationLimitC', zone.activation_limit_c, 'coolingKPerH', zone.cooling_k_per_h,
           'gainKPerH', zone.gain_k_per_h))
           FROM zones zone WHERE zone.device_id = device.id AND zone.supplier_id = $1), '[]') AS zones
       FROM devices device JOIN suppliers supplier ON supplier.id = device.supplier_id
       WHERE device.supplier_id = $1 AND device.retired_at IS NULL
         AND ($2::uuid IS NULL OR device.id = $2) AND ($3::text IS NULL OR device.vendor_user_id = $3)
         AND ($4::uuid IS NULL OR device.id > $4)
       ORDER BY device.id LIMIT $5`,
      [supplierId, filter.deviceId ?? null, filter.userId ?? null, page.afterId ?? null, page.limit],
    );
    return rows.map(({ zones, ...row }) => ({
      ...withoutNulls<Omit<ThermalDevice, 'zones'>>(row),
      zones: zones.map((zone) => withoutNulls<ThermalZone>(zone)),
    }));
  }

  /** @throws NotFound also for a device of another supplier. */
  async get(supplierId: string, deviceId: string): Promise<ThermalDevice> {
    const [device] = await this.list(supplierId, { deviceId }, { limit: 1 });
    if (!device) throw new NotFound('device', deviceId);
    return device;
  }

  /** Known powers of the hour before `now`, per zone; zones without any are left out. */
  async recentPowers(
    supplierId: string,
    zoneIds: readonly string[],
    now: Instant,
  ): Promise<ReadonlyMap<string, readonly PowerAt[]>> {
    const rows = await this.db.rows<{ zoneId: string; powers: PowerAt[] }>(
      `SELECT zone_id AS "zoneId", jsonb_agg(jsonb_build_object(
         'at', (extract(epoch FROM measured_at) * 1000)::bigint, 'powerW', power_w) ORDER BY measured_at) AS powers
       FROM readings
       WHERE supplier_id = $1 AND zone_id = ANY($2::uuid[]) AND measured_at > $3 AND measured_at <= $4
         AND power_w IS NOT NULL AND power_quality IN ('reported', 'estimated')
       GROUP BY zone_id`,
      [supplierId, zoneIds, at(now - hourMs), at(now)],
    );
    return new Map(rows.map(({ zoneId, powers }) => [zoneId, powers]));
  }
}
