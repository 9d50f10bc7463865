import type { Database } from '@warmshift/db';
import type { StatusCode } from '@warmshift/domain';

export interface FleetSummary {
  readonly devices: number;
  readonly zones: number;
  /** Zones in which an action could start now. */
  readonly readyZones: number;
  readonly inActionZones: number;
  readonly byVendor: readonly { readonly vendor: string; readonly devices: number }[];
  readonly byKind: readonly { readonly kind: string; readonly devices: number }[];
  readonly byCode: readonly { readonly code: StatusCode; readonly zones: number; readonly powerW: number }[];
  /** W drawn by the newest reading of every zone that has one, reported or estimated. */
  readonly powerW: number;
  /** W that the vendors' own models expect; where there is none, what is drawn now. */
  readonly expectedPowerW: number;
}

interface ZoneCount {
  readonly code: StatusCode;
  readonly zones: number;
  readonly ready: number;
  readonly inAction: number;
  readonly powerW: number | null;
  readonly expectedW: number | null;
}

/** Zones without a status yet count under this code: nothing is known of them. */
const notAssessed: StatusCode = 'STALE_DATA';

/** The whole fleet of one supplier in numbers. */
export class FleetSummaries {
  constructor(private readonly db: Database) {}

  async of(supplierId: string): Promise<FleetSummary> {
    const [devices, zones] = await Promise.all([this.devices(supplierId), this.zones(supplierId)]);
    const sum = <Row>(rows: readonly Row[], of: (row: Row) => number) =>
      rows.reduce((total, row) => total + of(row), 0);
    return {
      devices: sum(devices, (row) => row.devices),
      zones: sum(zones, (row) => row.zones),
      readyZones: sum(zones, (row) => row.ready),
      inActionZones: sum(zones, (row) => row.inAction),
      byVendor: grouped(devices, (row) => row.vendor).map(([vendor, count]) => ({ vendor, devices: count })),
      byKind: grouped(devices, (row) => row.kind).map(([kind, count]) => ({ kind, devices: count })),
      byCode: zones.map((row) => ({
        code: row.code,
        zones: row.zones,
        powerW: row.powerW ?? 0,
      })),
      powerW: sum(zones, (row) => row.powerW ?? 0),
      expectedPowerW: sum(zones, (row) => row.expectedW ?? 0),
    };
  }

  /** Of all suppliers, for the metrics. */
  async zonesByCode(): Promise<{ code: string; zones: number }[]> {
    return this.db.rows(
      `SELECT coalesce(status.code, '${notAssessed}') AS code, count(*) AS zones
       FROM zones zone JOIN devices device ON device.id = zone.device_id AND device.retired_at IS NULL
       LEFT JOIN zone_statuses status ON status.zone_id = zone.id GROUP BY 1 ORDER BY 1`,
    );
  }

  private devices(supplierId: string): Promise<{ vendor: string; kind: string; devices: number }[]> {
    return this.db.rows(
      `SELECT connection.vendor, device.kind, count(*) AS devices
       FROM devices device JOIN connections connection ON connection.id = device.connection_id
       WHERE device.supplier_id = $1 AND device.retired_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`,
      [supplierId],
    );
  }

  private zones(supplierId: string): Promise<ZoneCount[]> {
    return this.db.rows<ZoneCount>(
      `WITH drawn AS (
         SELECT coalesce(status.code, '${notAssessed}') AS code, status.can_activate, status.in_active,
           CASE WHEN zone.power_quality IN ('reported', 'estimated') THEN zone.power_w END AS power_w,
           zone.expected_power_w
         FROM zones zone JOIN devices device ON device.id = zone.device_id AND device.retired_at IS NULL
         LEFT JOIN zone_statuses status ON status.zone_id = zone.id
         WHERE zone.supplier_id = $1)
       SELECT code, count(*) AS zones, count(*) FILTER (WHERE can_activate) AS ready,
         count(*) FILTER (WHERE in_active) AS "inAction", sum(power_w) AS "powerW",
         sum(coalesce(expected_power_w, power_w)) AS "expectedW"
       FROM drawn GROUP BY code ORDER BY zones DESC, code`,
      [supplierId],
    );
  }
}

function grouped<Row extends { readonly devices: number }>(
  rows: readonly Row[],
  by: (row: Row) => string,
): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(by(row), (counts.get(by(row)) ?? 0) + row.devices);
  return [...counts].sort(([, a], [, b]) => b - a);
}
