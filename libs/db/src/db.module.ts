import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type ServiceConfig } from '@warmshift/config';
import { LOGGER, type Logger } from '@warmshift/observability';
import { Database } from './database';
import { PostgresOutbox } from './outbox';
import type { DatabaseScope } from './scope';

/** Injection token of the process's `DatabaseScope`; see `DatabaseScopeModule`. */
export const DATABASE_SCOPE = Symbol('DATABASE_SCOPE');

/** Says once per process for whom it works. An application that does not import it cannot open the database. */
@Module({})
export class DatabaseScopeModule {
  static forRoot(scope: DatabaseScope): DynamicModule {
    return {
      module: DatabaseScopeModule,
      global: true,
      providers: [{ provide: DATABASE_SCOPE, useValue: scope }],
      exports: [DATABASE_SCOPE],
    };
  }
}

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
      inject: [CONFIG, LOGGER, DATABASE_SCOPE],
      useFactory: (config: ServiceConfig, logger: Logger, scope: DatabaseScope) =>
        new Database({
          url: config.database.url,
          poolSize: 20,
          scope,
          onIdleError: (error) => logger.warn({ message: error.message }, 'database.connection-lost'),
        }),
    },
    { provide: PostgresOutbox, inject: [Database], useFactory: (db: Database) => new PostgresOutbox(db) },
    { provide: DatabaseLifetime, inject: [Database], useFactory: (db: Database) => new DatabaseLifetime(db) },
  ],
  exports: [Database, PostgresOutbox],
})
export class DbModule {}
