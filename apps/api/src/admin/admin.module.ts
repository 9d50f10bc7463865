import { Module } from '@nestjs/common';
import { ActionQueueModule, ActionsViewModule } from '@warmshift/action-queue';
import { CampaignsModule } from '@warmshift/campaigns';
import { FleetSyncModule, FleetViewModule } from '@warmshift/fleet-sync';
import { LegionellaModule, SteerableStatusModule } from '@warmshift/steerable-status';
import { SuppliersModule } from '@warmshift/suppliers';
import { ActionsController } from './actions.controller';
import { ActionsCsv } from './actions-csv.service';
import { ActionsList } from './actions-list.service';
import { ApiKeysController } from './api-keys.controller';
import { AuditController } from './audit.controller';
import { BulkController } from './bulk.controller';
import { CampaignsController } from './campaigns.controller';
import { ConnectionsController } from './connections.controller';
import { DevicesController } from './devices.controller';
import { EmergencyStopController } from './emergency-stop.controller';
import { FleetController } from './fleet.controller';
import { LegionellaController } from './legionella.controller';
import { OccurrencesController } from './occurrences.controller';
import { SitesController } from './sites.controller';
import { SuppliersController } from './suppliers.controller';
import { VendorsController } from './vendors.controller';

/** What operators do: `/admin/v1`. */
@Module({
  imports: [
    ActionQueueModule,
    ActionsViewModule,
    CampaignsModule,
    FleetSyncModule,
    FleetViewModule,
    SteerableStatusModule,
    LegionellaModule,
    SuppliersModule,
  ],
  controllers: [
    ActionsController,
    ApiKeysController,
    AuditController,
    BulkController,
    CampaignsController,
    ConnectionsController,
    DevicesController,
    EmergencyStopController,
    FleetController,
    LegionellaController,
    OccurrencesController,
    SitesController,
    SuppliersController,
    VendorsController,
  ],
  providers: [ActionsCsv, ActionsList],
})
export class AdminModule {}
