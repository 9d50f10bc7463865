import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { LOGGER, type Logger, metrics } from '@warmshift/observability';
import { StatusService } from '../status.service';
import { SteerableStatusModule } from '../steerable-status.module';
import { LegionellaRepository } from './legionella.repository';
import { LegionellaService } from './legionella.service';

@Module({
  imports: [DbModule, SteerableStatusModule],
  providers: [
    {
      provide: LegionellaRepository,
      inject: [Database],
      useFactory: (db: Database) => new LegionellaRepository(db),
    },
    {
      provide: LegionellaService,
      inject: [LegionellaRepository, StatusService, CLOCK, LOGGER],
      useFactory: (tanks: LegionellaRepository, statuses: StatusService, clock: Clock, logger: Logger) =>
        new LegionellaService({
          tanks,
          statuses,
          clock,
          logger,
          overdueGauge: metrics.legionellaOverdue,
        }),
    },
  ],
  exports: [LegionellaRepository, LegionellaService],
})
export class LegionellaModule {}
