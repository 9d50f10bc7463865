import type { Database } from '@warmshift/db';
import { NotFound } from '@warmshift/domain';
import { withoutNulls, type Nullable, type SiteView } from './fleet-view';

const selectSite = `
  SELECT site.id AS "siteId", site.connection_id AS "connectionId", connection.vendor, site.vendor_site_id AS "vendorSiteId",
    site.name, site.time_zone AS "timeZone", site.country, site.opted_out_at AS "optedOutAt",
    site.quiet_hours AS "quietHours", site.tags, site.warnings,
    (SELECT count(*) FROM devices device WHERE device.site_id = site.id AND device.retired_at IS NULL) AS devices
  FROM sites site JOIN connections connection ON connection.id = site.connection_id
  WHERE site.supplier_id = $1 AND connection.retired_at IS NULL`;

/** Homes and buildings of one supplier. */
export class SitesView {
  constructor(private readonly db: Database) {}

  /** In the order of their ids. */
  async list(
    supplierId: string,
    filter: { readonly connectionId?: string | undefined; readonly tag?: string | undefined },
    page: { readonly limit: number; readonly afterId?: string | undefined },
  ): Promise<SiteView[]> {
    const rows = await this.db.rows<Nullable<SiteView>>(
      `${selectSite} AND ($2::uuid IS NULL OR site.id > $2) AND ($3::uuid IS NULL OR site.connection_id = $3)
         AND ($4::text IS NULL OR site.tags @> ARRAY[$4])
       ORDER BY site.id LIMIT $5`,
      [supplierId, page.afterId ?? null, filter.connectionId ?? null, filter.tag ?? null, page.limit],
    );
    return rows.map((row) => withoutNulls<SiteView>(row));
  }

  /** @throws NotFound also for a site of another supplier. */
  async get(supplierId: string, siteId: string): Promise<SiteView> {
    const [row] = await this.db.rows<Nullable<SiteView>>(`${selectSite} AND site.id = $2`, [
      supplierId,
      siteId,
    ]);
    if (!row) throw new NotFound('site', siteId);
    return withoutNulls<SiteView>(row);
  }
}
