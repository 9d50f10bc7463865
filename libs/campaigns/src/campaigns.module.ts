import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { LOGGER, type Logger } from '@warmshift/observability';
import {
  LegionellaModule,
  LegionellaRepository,
  LegionellaService,
  StatusService,
  SteerableStatusModule,
} from '@warmshift/steerable-status';
import { CampaignsRepository } from './campaigns.repository';
import { CampaignsService } from './campaigns.service';
import { DisinfectionPlanner } from './disinfection/disinfection-planner';
import { OccurrenceCalendar } from './occurrence-calendar';
import { OccurrencePlanner } from './occurrence-planner';
import { OccurrenceProgress } from './occurrence-progress';
import { orderPlanning } from './plan-order';
import { Replanner } from './replanner';
import { ReportService } from './report.service';

@Module({
  imports: [DbModule, LegionellaModule, SteerableStatusModule],
  providers: [
    {
      provide: CampaignsRepository,
      inject: [Database],
      useFactory: (db: Database) => new CampaignsRepository(db),
    },
    {
      provide: OccurrencePlanner,
      inject: [Database, CampaignsRepository, StatusService, CLOCK, LOGGER],
      useFactory: (
        db: Database,
        campaigns: CampaignsRepository,
        statuses: StatusService,
        clock: Clock,
        logger: Logger,
      ) =>
        new OccurrencePlanner({ db, campaigns, planning: orderPlanning(db, statuses, clock), clock, logger }),
    },
    {
      provide: OccurrenceCalendar,
      inject: [Database, CLOCK, LOGGER],
      useFactory: (db: Database, clock: Clock, logger: Logger) => new OccurrenceCalendar(db, clock, logger),
    },
    {
      provide: CampaignsService,
      inject: [Database, CampaignsRepository, OccurrencePlanner, CLOCK],
      useFactory: (db: Database, campaigns: CampaignsRepository, planner: OccurrencePlanner, clock: Clock) =>
        new CampaignsService(db, campaigns, planner, clock),
    },
    {
      provide: ReportService,
      inject: [Database, CampaignsRepository, CLOCK],
      useFactory: (db: Database, campaigns: CampaignsRepository, clock: Clock) =>
        new ReportService(db, campaigns, clock),
    },
    {
      provide: Replanner,
      inject: [Database, CampaignsRepository, ReportService, StatusService, CLOCK, LOGGER],
      useFactory: (
        db: Database,
        campaigns: CampaignsRepository,
        reports: ReportService,
        statuses: StatusService,
        clock: Clock,
        logger: Logger,
      ) =>
        new Replanner({
          db,
          campaigns,
          planning: orderPlanning(db, statuses, clock),
          reports,
          clock,
          logger,
        }),
    },
    {
      provide: OccurrenceProgress,
      inject: [CampaignsRepository, OccurrencePlanner, ReportService, Replanner, CLOCK, LOGGER],
      useFactory: (
        campaigns: CampaignsRepository,
        planner: OccurrencePlanner,
        reports: ReportService,
        replanner: Replanner,
        clock: Clock,
        logger: Logger,
      ) => new OccurrenceProgress(campaigns, planner, reports, replanner, clock, logger),
    },
    {
      provide: DisinfectionPlanner,
      inject: [Database, LegionellaService, LegionellaRepository, StatusService, CLOCK, LOGGER],
      useFactory: (
        db: Database,
        legionella: LegionellaService,
        tanks: LegionellaRepository,
        statuses: StatusService,
        clock: Clock,
        logger: Logger,
      ) => new DisinfectionPlanner({ db, legionella, tanks, statuses, clock, logger }),
    },
  ],
  exports: [
    CampaignsRepository,
    CampaignsService,
    DisinfectionPlanner,
    OccurrenceCalendar,
    OccurrencePlanner,
    OccurrenceProgress,
    ReportService,
  ],
})
export class CampaignsModule {}
