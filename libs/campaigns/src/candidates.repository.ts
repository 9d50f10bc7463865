import type { Database } from '@warmshift/db';
import type { Selection } from './order-schema';

/** Zones that an order's selection speaks of. Whether they can be steered is not asked here. */
export class CandidatesRepository {
  constructor(private readonly db: Database) {}

  /** @param share of the devices, drawn by the seed; absent: all of them. */
  async zoneIds(
    supplierId: string,
    selection: Selection,
    share?: { readonly of: number; readonly seed: number },
  ): Promise<string[]> {
    const rows = await this.db.rows<{ id: string }>(
      `SELECT zone.id FROM zones zone
       JOIN devices device ON device.id = zone.device_id
       JOIN connections connection ON connection.id = device.connection_id
       LEFT JOIN sites site ON site.id = device.site_id
       WHERE zone.supplier_id = $1 AND device.retired_at IS NULL
         AND ($2::text[] IS NULL OR connection.vendor = ANY($2))
         AND ($3::text[] IS NULL OR device.kind = ANY($3))
         AND ($4::text[] IS NULL OR zone.kind = ANY($4))
         AND ($5::text[] IS NULL OR coalesce(site.country, device.country) = ANY($5))
         AND ($6::uuid[] IS NULL OR device.connection_id = ANY($6))
         AND ($7::uuid[] IS NULL OR device.site_id = ANY($7))
         AND ($8::uuid[] IS NULL OR device.id = ANY($8))
         AND ($9::text[] IS NULL OR device.tags && $9 OR site.tags && $9)
         AND ($10::float8 >= 1 OR (hashtextextended(device.id::text, $11) & 2147483647) < $10 * 2147483648)
       ORDER BY zone.id`,
      [
        supplierId,
        selection.vendors ?? null,
        selection.kinds ?? null,
        selection.zones ?? null,
        selection.countries ?? null,
        selection.connectionIds ?? null,
        selection.siteIds ?? null,
        selection.deviceIds ?? null,
        selection.tags ?? null,
        share?.of ?? 1,
        share?.seed ?? 0,
      ],
    );
    return rows.map((row) => row.id);
  }
}
