import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type ServiceConfig } from '@warmshift/config';
import { LOGGER, type Logger } from '@warmshift/observability';
import { Database } from './database';
import { PostgresOutbox } from './outbox';

/** Closes the pool after everything that uses it has stopped. */
class DatabaseLifetime implements OnApplicationShutdown {
  constructor(private readonly db: Database) {}

  onApplicationShutdown(): Promise<void> {
    return this.db.close();
  }
}

@Module({
  providers: [
    {
      provide: Database,
      inject: [CONFIG, LOGGER],
      useFactory: (config: ServiceConfig, logger: Logger) =>
        new Database({
          url: config.database.url,
          poolSize: 20,
          onIdleError: (error) => logger.warn({ message: error.message }, 'database.connection-lost'),
        }),
    },
    { provide: PostgresOutbox, inject: [Database], useFactory: (db: Database) => new PostgresOutbox(db) },
    { provide: DatabaseLifetime, inject: [Database], useFactory: (db: Database) => new DatabaseLifetime(db) },
  ],
  exports: [Database, PostgresOutbox],
})
export class DbModule {}
