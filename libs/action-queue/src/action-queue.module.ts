import { Module } from '@nestjs/common';
import { CLOCK, CONFIG, type Clock, type ServiceConfig } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { ConnectionsService, FleetSyncModule, VendorConnections } from '@warmshift/fleet-sync';
import { LOGGER, type Logger } from '@warmshift/observability';
import { StatusService, SteerableStatusModule } from '@warmshift/steerable-status';
import { ActionAdvancer } from './action-advancer';
import { ActionsRepository } from './actions.repository';
import { DeviceLeases } from './device-leases';
import { EmergencyStopService } from './emergency-stop.service';
import { Reconciler } from './reconciler';

@Module({
  imports: [DbModule, FleetSyncModule, SteerableStatusModule],
  providers: [
    {
      provide: ActionsRepository,
      inject: [Database],
      useFactory: (db: Database) => new ActionsRepository(db),
    },
    {
      provide: EmergencyStopService,
      inject: [Database, StatusService, CLOCK],
      useFactory: (db: Database, statuses: StatusService, clock: Clock) =>
        new EmergencyStopService(db, statuses, clock),
    },
    {
      provide: ActionAdvancer,
      inject: [
        Database,
        ActionsRepository,
        VendorConnections,
        ConnectionsService,
        StatusService,
        CLOCK,
        LOGGER,
        CONFIG,
      ],
      useFactory: (
        db: Database,
        actions: ActionsRepository,
        vendors: VendorConnections,
        connections: ConnectionsService,
        statuses: StatusService,
        clock: Clock,
        logger: Logger,
        config: ServiceConfig,
      ) =>
        new ActionAdvancer({
          actions,
          leases: new DeviceLeases(db),
          vendors,
          connections,
          statuses,
          clock,
          logger,
          mostAtOnce: config.worker.concurrency,
        }),
    },
    {
      provide: Reconciler,
      inject: [ActionsRepository, ActionAdvancer, CLOCK, LOGGER],
      useFactory: (actions: ActionsRepository, advancer: ActionAdvancer, clock: Clock, logger: Logger) =>
        new Reconciler({ actions, advancer, clock, logger }),
    },
  ],
  exports: [ActionsRepository, ActionAdvancer, EmergencyStopService, Reconciler],
})
export class ActionQueueModule {}
