import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { LOGGER, type Logger, metrics } from '@warmshift/observability';
import { LegionellaRepository } from './legionella.repository';
import { LegionellaService } from './legionella.service';

@Module({
  imports: [DbModule],
  providers: [
    {
      provide: LegionellaService,
      inject: [Database, CLOCK, LOGGER],
      useFactory: (db: Database, clock: Clock, logger: Logger) =>
        new LegionellaService({
          tanks: new LegionellaRepository(db),
          clock,
          logger,
          overdueGauge: metrics.legionellaOverdue,
        }),
    },
  ],
  exports: [LegionellaService],
})
export class LegionellaModule {}
