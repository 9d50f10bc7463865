import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ActionQueueModule, SteeringHealthModule } from '@warmshift/action-queue';
import { CampaignsModule } from '@warmshift/campaigns';
import { ConfigModule, type ServiceConfig } from '@warmshift/config';
import { DatabaseScopeModule, DbModule } from '@warmshift/db';
import { FleetSyncModule } from '@warmshift/fleet-sync';
import { ObservabilityModule, type Logger } from '@warmshift/observability';
import { LegionellaModule, SteerableStatusModule } from '@warmshift/steerable-status';
import { WebhooksModule } from '@warmshift/webhooks';
import { JobConsumers } from './job-consumers';
import { MetricsServer } from './metrics-server';
import { Schedules } from './schedules';

/** Queue consumers and schedules. Any number of replicas. */
@Module({})
export class WorkerModule {
  static forRoot(config: ServiceConfig, logger: Logger): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forRoot(logger),
        ScheduleModule.forRoot(),
        DatabaseScopeModule.forRoot('system'),
        DbModule,
        SteerableStatusModule,
        LegionellaModule,
        FleetSyncModule,
        ActionQueueModule,
        SteeringHealthModule,
        CampaignsModule,
        WebhooksModule,
      ],
      providers: [JobConsumers, Schedules, MetricsServer],
    };
  }
}
