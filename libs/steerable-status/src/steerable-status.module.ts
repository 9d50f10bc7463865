import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { StatusRepository } from './status.repository';
import { StatusService } from './status.service';

@Module({
  imports: [DbModule],
  providers: [
    {
      provide: StatusService,
      inject: [Database, CLOCK],
      useFactory: (db: Database, clock: Clock) => new StatusService(db, new StatusRepository(db), clock),
    },
  ],
  exports: [StatusService],
})
export class SteerableStatusModule {}
