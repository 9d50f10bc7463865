import type { Clock } from '@warmshift/config';
import { isTimeZone } from '@warmshift/domain';
import { metrics, type Logger } from '@warmshift/observability';
import type { StatusService } from '@warmshift/steerable-status';
import {
  VendorError,
  type ListedDevice,
  type Listing,
  type ListingProblem,
} from '@warmshift/vendors/contract';
import type { ConnectionsRepository } from '../connections/connections.repository';
import type { ConnectionsService } from '../connections/connections.service';
import type { VendorConnections } from '../connections/vendor-connections';
import type { IngestService } from '../readings/ingest.service';
import type { FleetRepository } from './fleet.repository';

export interface DiscoverServiceOptions {
  readonly vendors: Pick<VendorConnections, 'open'>;
  readonly connections: ConnectionsRepository;
  readonly health: Pick<ConnectionsService, 'noteFailure' | 'noteHealthy'>;
  readonly fleet: FleetRepository;
  readonly ingest: IngestService;
  readonly statuses: StatusService;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Discovered {
  readonly devices: number;
  readonly added: number;
  readonly retired: number;
  readonly problems: number;
}

/** Makes the stored fleet of one connection equal to what its vendor lists. */
export class DiscoverService {
  constructor(private readonly options: DiscoverServiceOptions) {}

  /** @returns undefined when the connection is gone or the vendor could not be asked (its status says why). */
  async discover(connectionId: string): Promise<Discovered | undefined> {
    const { clock, vendors, health } = this.options;
    const open = await vendors.open(connectionId);
    if (!open) return undefined;
    const askedAt = clock.now();
    let listing: Listing;
    try {
      listing = await open.adapter.list();
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      await health.noteFailure(connectionId, error, askedAt);
      await this.options.statuses.recomputeConnection(connectionId);
      if (error.retry === 'later') throw error;
      return undefined;
    }
    await health.noteHealthy(connectionId, askedAt);
    return this.store(open.connection, listing);
  }

  private async store(
    connection: Parameters<FleetRepository['store']>[0],
    raw: Listing,
  ): Promise<Discovered | undefined> {
    const { connections, fleet, ingest, statuses, clock, logger } = this.options;
    const listing = sane(raw);
    const now = clock.now();
    const stored = await fleet.store(connection, listing, now);
    if (!stored) return undefined;
    const zoneOf = new Map(stored.zones.map((zone) => [`${zone.vendorDeviceId}\n${zone.kind}`, zone]));
    await ingest.ingest(
      listing.devices.flatMap((device) =>
        device.zones.flatMap((zone) => {
          const target = zoneOf.get(`${device.vendorDeviceId}\n${zone.kind}`);
          return target && zone.reading ? [{ zone: target, reading: zone.reading }] : [];
        }),
      ),
      connection,
    );
    metrics.syncRows.inc({ vendor: connection.vendor, kind: 'device' }, listing.devices.length);
    metrics.syncProblems.inc({ vendor: connection.vendor, kind: 'listing' }, listing.problems.length);
    await connections.noteDiscovery(connection.connectionId, listing.problems, now);
    for (const problem of listing.problems)
      logger.warn({ connectionId: connection.connectionId, ...problem }, 'sync.problem');
    await statuses.recompute(stored.zones.map((zone) => zone.zoneId));
    const result = {
      devices: listing.devices.length,
      added: stored.added,
      retired: stored.retired,
      problems: listing.problems.length,
    };
    logger.info(
      { connectionId: connection.connectionId, complete: listing.complete, ...result },
      'sync.discovered',
    );
    return result;
  }
}

/** A device listed twice counts once; a time zone nobody knows counts as not stated. Both are said. */
function sane(listing: Listing): Listing {
  const problems: ListingProblem[] = [...listing.problems];
  const devices = new Map<string, ListedDevice>();
  for (const device of listing.devices) {
    if (devices.has(device.vendorDeviceId)) {
      problems.push({
        where: 'list',
        vendorDeviceId: device.vendorDeviceId,
        message: 'listed twice; the last one counts',
      });
    }
    devices.set(device.vendorDeviceId, device);
  }
  const sites = new Map(
    listing.sites.map((site) => {
      if (site.timeZone === undefined || isTimeZone(site.timeZone)) return [site.vendorSiteId, site];
      problems.push({ where: 'list', message: `site ${site.vendorSiteId} has an unknown time zone` });
      return [site.vendorSiteId, { ...site, timeZone: undefined }];
    }),
  );
  return { ...listing, sites: [...sites.values()], devices: [...devices.values()], problems };
}
