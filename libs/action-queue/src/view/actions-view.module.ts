import { Module } from '@nestjs/common';
import { Database, DbModule } from '@warmshift/db';
import { ActionsView } from './actions-view.repository';

@Module({
  imports: [DbModule],
  providers: [
    { provide: ActionsView, inject: [Database], useFactory: (db: Database) => new ActionsView(db) },
  ],
  exports: [ActionsView],
})
export class ActionsViewModule {}
