import { at, type Database } from '@warmshift/db';
import { NotFound, type Span, type ZoneKind } from '@warmshift/domain';
import { withoutNulls, type Nullable, type ReadingView, type StatusChangeView } from './fleet-view';

interface ZoneOfDevice {
  readonly zoneId: string;
  readonly zone: ZoneKind;
}

/** What zones of a device reported and which statuses they had. */
export class ZoneHistory {
  constructor(private readonly db: Database) {}

  /** Oldest first. `after` is the reading that the page before ended with. */
  async readings(
    supplierId: string,
    deviceId: string,
    wanted: { readonly span: Span; readonly zone?: ZoneKind | undefined },
    page: {
      readonly limit: number;
      readonly after?: Pick<ReadingView, 'measuredAt' | 'zoneId'> | undefined;
    },
  ): Promise<ReadingView[]> {
    const zones = await this.zonesOf(supplierId, deviceId);
    const ids = zones.filter(({ zone }) => wanted.zone === undefined || zone === wanted.zone);
    const { span } = wanted;
    const rows = await this.db.rows<Nullable<Omit<ReadingView, 'zone'>>>(
      `SELECT zone_id AS "zoneId", measured_at AS "measuredAt", received_at AS "receivedAt", temperature_c AS "temperatureC",
         setpoint_c AS "setpointC", mode, online, heating, power_w AS "powerW", power_quality AS "powerQuality"
       FROM readings
       WHERE zone_id = ANY($1::uuid[]) AND measured_at >= $2 AND measured_at < $3
         AND ($4::timestamptz IS NULL OR (measured_at, zone_id) > ($4, $5::uuid))
       ORDER BY measured_at, zone_id LIMIT $6`,
      [
        ids.map(({ zoneId }) => zoneId),
        at(span.startsAt),
        at(span.endsAt),
        at(page.after?.measuredAt),
        page.after?.zoneId ?? null,
        page.limit,
      ],
    );
    return rows.map((row) => withKind(zones, withoutNulls<Omit<ReadingView, 'zone'>>(row)));
  }

  /** Newest first. */
  async statusChanges(
    supplierId: string,
    deviceId: string,
    page: { readonly limit: number; readonly beforeId?: number | undefined },
  ): Promise<StatusChangeView[]> {
    const zones = await this.zonesOf(supplierId, deviceId);
    const rows = await this.db.rows<Omit<StatusChangeView, 'zone'>>(
      `SELECT id, zone_id AS "zoneId", at, code, reason FROM status_history
       WHERE zone_id = ANY($1::uuid[]) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [zones.map(({ zoneId }) => zoneId), page.beforeId ?? null, page.limit],
    );
    return rows.map((row) => withKind(zones, row));
  }

  /** @throws NotFound also for a device of another supplier. */
  private async zonesOf(supplierId: string, deviceId: string): Promise<ZoneOfDevice[]> {
    const rows = await this.db.rows<Nullable<ZoneOfDevice>>(
      `SELECT zone.id AS "zoneId", zone.kind AS zone FROM devices device LEFT JOIN zones zone ON zone.device_id = device.id
       WHERE device.id = $1 AND device.supplier_id = $2`,
      [deviceId, supplierId],
    );
    if (rows.length === 0) throw new NotFound('device', deviceId);
    return rows.flatMap(({ zoneId, zone }) => (zoneId === null || zone === null ? [] : [{ zoneId, zone }]));
  }
}

function withKind<Row extends { readonly zoneId: string }>(zones: readonly ZoneOfDevice[], row: Row) {
  const zone = zones.find(({ zoneId }) => zoneId === row.zoneId)?.zone;
  if (zone === undefined) throw new Error(`Zone ${row.zoneId} was not asked for.`);
  return { ...row, zone };
}
