import { Module } from '@nestjs/common';
import { CLOCK, CONFIG, type Clock, type ServiceConfig } from '@warmshift/config';
import { Database, DbModule, ReadingPartitions } from '@warmshift/db';
import { LOGGER, type Logger } from '@warmshift/observability';
import { SecretBox, SecurityModule } from '@warmshift/security';
import { StatusService, SteerableStatusModule } from '@warmshift/steerable-status';
import { ConnectionChanges } from './connections/connection-changes';
import { ConnectionsRepository } from './connections/connections.repository';
import { ConnectionsService } from './connections/connections.service';
import { VendorConnections } from './connections/vendor-connections';
import { DiscoverService } from './discovery/discover.service';
import { FleetRepository } from './discovery/fleet.repository';
import { IngestService } from './readings/ingest.service';
import { ReadService } from './readings/read.service';
import { SyncSchedule } from './sync-schedule';

@Module({
  imports: [DbModule, SecurityModule, SteerableStatusModule],
  providers: [
    {
      provide: ConnectionsRepository,
      inject: [Database],
      useFactory: (db: Database) => new ConnectionsRepository(db),
    },
    { provide: FleetRepository, inject: [Database], useFactory: (db: Database) => new FleetRepository(db) },
    {
      provide: SyncSchedule,
      inject: [Database, CLOCK],
      useFactory: (db: Database, clock: Clock) => new SyncSchedule(db, clock),
    },
    {
      provide: IngestService,
      inject: [Database, CLOCK],
      useFactory: (db: Database, clock: Clock) => new IngestService(db, new ReadingPartitions(db), clock),
    },
    {
      provide: VendorConnections,
      inject: [Database, ConnectionsRepository, SecretBox, CLOCK, LOGGER, CONFIG],
      useFactory: (
        db: Database,
        connections: ConnectionsRepository,
        secrets: SecretBox,
        clock: Clock,
        logger: Logger,
        config: ServiceConfig,
      ) =>
        new VendorConnections({
          db,
          connections,
          secrets,
          clock,
          logger,
          allowLocalVendorHosts: config.vendors.allowLocalHosts,
        }),
    },
    {
      provide: ConnectionsService,
      inject: [Database, ConnectionsRepository, VendorConnections, SecretBox, CLOCK, LOGGER, CONFIG],
      useFactory: (
        db: Database,
        connections: ConnectionsRepository,
        vendors: VendorConnections,
        secrets: SecretBox,
        clock: Clock,
        logger: Logger,
        config: ServiceConfig,
      ) =>
        new ConnectionsService({
          connections,
          changes: new ConnectionChanges(db),
          vendors,
          secrets,
          clock,
          logger,
          allowLocalVendorHosts: config.vendors.allowLocalHosts,
        }),
    },
    {
      provide: DiscoverService,
      inject: [
        VendorConnections,
        ConnectionsRepository,
        ConnectionsService,
        FleetRepository,
        IngestService,
        StatusService,
        CLOCK,
        LOGGER,
      ],
      useFactory: (
        vendors: VendorConnections,
        connections: ConnectionsRepository,
        health: ConnectionsService,
        fleet: FleetRepository,
        ingest: IngestService,
        statuses: StatusService,
        clock: Clock,
        logger: Logger,
      ) => new DiscoverService({ vendors, connections, health, fleet, ingest, statuses, clock, logger }),
    },
    {
      provide: ReadService,
      inject: [
        VendorConnections,
        ConnectionsRepository,
        ConnectionsService,
        FleetRepository,
        IngestService,
        StatusService,
        CLOCK,
        LOGGER,
      ],
      useFactory: (
        vendors: VendorConnections,
        connections: ConnectionsRepository,
        health: ConnectionsService,
        fleet: FleetRepository,
        ingest: IngestService,
        statuses: StatusService,
        clock: Clock,
        logger: Logger,
      ) => new ReadService({ vendors, connections, health, fleet, ingest, statuses, clock, logger }),
    },
  ],
  exports: [
    ConnectionsRepository,
    ConnectionsService,
    VendorConnections,
    DiscoverService,
    ReadService,
    FleetRepository,
    SyncSchedule,
  ],
})
export class FleetSyncModule {}
