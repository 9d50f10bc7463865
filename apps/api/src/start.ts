import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CLOCK, type Clock, type ServiceConfig } from '@warmshift/config';
import { Database, openTenantScope, tablesOpenToAll } from '@warmshift/db';
import { eventLog, NestLogger, type Logger, type Metrics } from '@warmshift/observability';
import { Bootstrap } from '@warmshift/suppliers';
import { AppModule } from './app.module';
import { httpApplicationOptions, setUpHttp } from './http/http-setup';
import { serveOpenApi } from './openapi';

/** Something the operator must do before the service can start. The message is the whole explanation. */
export class CannotStart extends Error {}

export interface StartedApi {
  readonly app: NestExpressApplication;
  readonly url: string;
  /** The first admin key, when one had to be made: to be shown once. */
  readonly firstKey?: string | undefined;
}

/** The application with everything that holds for all routes, not listening yet. */
export async function createApi(
  config: ServiceConfig,
  logger: Logger,
  metrics: Metrics,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, logger, metrics), {
    ...httpApplicationOptions,
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const clock = app.get<Clock>(CLOCK);
  setUpHttp(app, { log: eventLog(logger), metrics, clock });
  // Answers are not to be stored, so nobody could make use of a tag that is dear to compute.
  app.disable('etag');
  serveOpenApi(app);
  return app;
}

/**
 * Checks the database, makes the first key and listens.
 * @throws CannotStart when the database is away, without our tables, or would show suppliers each other's rows.
 */
export async function startApi(config: ServiceConfig, logger: Logger, metrics: Metrics): Promise<StartedApi> {
  const app = await createApi(config, logger, metrics);
  try {
    await assertMigrated(app.get(Database));
    await assertIsolated(app.get(Database));
    const firstKey = await app.get(Bootstrap).run(config.bootstrap);
    await app.listen(config.http.port, config.http.host);
    return { app, url: await app.getUrl(), firstKey };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function assertMigrated(db: Database): Promise<void> {
  const [row] = await db
    .rows<{ migrated: boolean }>(`SELECT to_regclass('suppliers') IS NOT NULL AS migrated`)
    .catch((cause: unknown) => {
      throw new CannotStart(`The database of DATABASE_URL cannot be used: ${(cause as Error).message}`, {
        cause,
      });
    });
  if (row?.migrated !== true) {
    throw new CannotStart(
      'The database of DATABASE_URL has no tables of Warmshift yet: run the migrations first (npm run db:migrate).',
    );
  }
}

async function assertIsolated(db: Database): Promise<void> {
  const open = await openTenantScope(() => tablesOpenToAll(db));
  if (open.length === 0) return;
  throw new CannotStart(
    `Row-level security does not hold for ${open.join(', ')}. Run npm run db:migrate; a user of DATABASE_URL with ` +
      'BYPASSRLS also needs GRANT warmshift_api TO that user (docs/security.md).',
  );
}
