import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { ApiKeysRepository } from './api-keys.repository';
import { ApiKeysService } from './api-keys.service';
import { AuditTrail } from './audit-trail';
import { Bootstrap } from './bootstrap';
import { SuppliersService } from './suppliers.service';

@Module({
  imports: [DbModule],
  providers: [
    {
      provide: ApiKeysRepository,
      inject: [Database],
      useFactory: (db: Database) => new ApiKeysRepository(db),
    },
    {
      provide: ApiKeysService,
      inject: [Database, ApiKeysRepository, CLOCK],
      useFactory: (db: Database, keys: ApiKeysRepository, clock: Clock) =>
        new ApiKeysService(db, keys, clock),
    },
    {
      provide: Bootstrap,
      inject: [Database, ApiKeysRepository, CLOCK],
      useFactory: (db: Database, keys: ApiKeysRepository, clock: Clock) => new Bootstrap(db, keys, clock),
    },
    {
      provide: SuppliersService,
      inject: [Database, CLOCK],
      useFactory: (db: Database, clock: Clock) => new SuppliersService(db, clock),
    },
    { provide: AuditTrail, inject: [Database], useFactory: (db: Database) => new AuditTrail(db) },
  ],
  exports: [ApiKeysService, AuditTrail, Bootstrap, SuppliersService],
})
export class SuppliersModule {}
