import type { Database } from '@warmshift/db';
import type { ZoneKind } from '@warmshift/domain';

/** What people call a zone. */
export interface ZoneLabel {
  readonly zoneId: string;
  readonly zone: ZoneKind;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly vendor: string;
}

export class ZoneLabels {
  constructor(private readonly db: Database) {}

  /** Zones of other suppliers are left out. */
  async of(supplierId: string, zoneIds: readonly string[]): Promise<ReadonlyMap<string, ZoneLabel>> {
    if (zoneIds.length === 0) return new Map();
    const rows = await this.db.rows<ZoneLabel>(
      `SELECT zone.id AS "zoneId", zone.kind AS zone, device.id AS "deviceId", device.name AS "deviceName", connection.vendor
       FROM zones zone JOIN devices device ON device.id = zone.device_id
       JOIN connections connection ON connection.id = device.connection_id
       WHERE zone.supplier_id = $1 AND zone.id = ANY($2::uuid[])`,
      [supplierId, zoneIds],
    );
    return new Map(rows.map((row) => [row.zoneId, row]));
  }
}
