import { Module } from '@nestjs/common';
import { Database, DbModule } from '@warmshift/db';
import { LiveOccurrences } from './live-occurrences';
import { OccurrenceEventsController } from './occurrence-events.controller';
import { ProgressRepository } from './progress.repository';

/** What is going on now, told as it happens. */
@Module({
  imports: [DbModule],
  providers: [
    {
      provide: ProgressRepository,
      inject: [Database],
      useFactory: (db: Database) => new ProgressRepository(db),
    },
    LiveOccurrences,
  ],
  controllers: [OccurrenceEventsController],
})
export class LiveModule {}
