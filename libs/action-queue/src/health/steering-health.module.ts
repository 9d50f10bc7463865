import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule, PostgresOutbox } from '@warmshift/db';
import { ActionsViewModule } from '../view/actions-view.module';
import { ActionsView } from '../view/actions-view.repository';
import { SteeringHealth } from './steering-health';

@Module({
  imports: [DbModule, ActionsViewModule],
  providers: [
    {
      provide: SteeringHealth,
      inject: [Database, PostgresOutbox, ActionsView, CLOCK],
      useFactory: (db: Database, outbox: PostgresOutbox, actions: ActionsView, clock: Clock) =>
        new SteeringHealth(db, outbox, actions, clock),
    },
  ],
  exports: [SteeringHealth],
})
export class SteeringHealthModule {}
