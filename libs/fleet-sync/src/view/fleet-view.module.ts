import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { StatusService, SteerableStatusModule } from '@warmshift/steerable-status';
import { ConnectionsRepository } from '../connections/connections.repository';
import { DevicesView } from './devices-view.repository';
import { FleetSettings } from './fleet-settings.service';
import { FleetSummaries } from './fleet-summary.repository';
import { SitesView } from './sites-view.repository';
import { SteerableDevices } from './steerable-devices.repository';
import { SyncRequests } from './sync-requests.service';
import { ThermalDevices } from './thermal-devices.repository';
import { ZoneHistory } from './zone-history.repository';
import { ZoneLabels } from './zone-labels.repository';

/** The fleet for reading, without anything that talks to vendors. */
@Module({
  imports: [DbModule, SteerableStatusModule],
  providers: [
    { provide: DevicesView, inject: [Database], useFactory: (db: Database) => new DevicesView(db) },
    { provide: SitesView, inject: [Database], useFactory: (db: Database) => new SitesView(db) },
    { provide: ZoneHistory, inject: [Database], useFactory: (db: Database) => new ZoneHistory(db) },
    { provide: FleetSummaries, inject: [Database], useFactory: (db: Database) => new FleetSummaries(db) },
    { provide: SteerableDevices, inject: [Database], useFactory: (db: Database) => new SteerableDevices(db) },
    { provide: ThermalDevices, inject: [Database], useFactory: (db: Database) => new ThermalDevices(db) },
    { provide: ZoneLabels, inject: [Database], useFactory: (db: Database) => new ZoneLabels(db) },
    {
      provide: SyncRequests,
      inject: [Database, CLOCK],
      useFactory: (db: Database, clock: Clock) => new SyncRequests(db, new ConnectionsRepository(db), clock),
    },
    {
      provide: FleetSettings,
      inject: [Database, StatusService, CLOCK],
      useFactory: (db: Database, statuses: StatusService, clock: Clock) =>
        new FleetSettings(db, statuses, clock),
    },
  ],
  exports: [
    DevicesView,
    SitesView,
    ZoneHistory,
    ZoneLabels,
    FleetSummaries,
    SteerableDevices,
    SyncRequests,
    ThermalDevices,
    FleetSettings,
  ],
})
export class FleetViewModule {}
