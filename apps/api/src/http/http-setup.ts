import type { NestApplicationOptions } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Clock } from '@warmshift/config';
import { openTenantScope } from '@warmshift/db';
import type { EventLog, Metrics } from '@warmshift/observability';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { refuseDeepBodies } from './body-depth';
import { translateBodyErrors } from './body-errors';
import { ProblemFilter } from './problem.filter';
import { requestLog } from './request-log.middleware';
import { ZodProblemPipe } from './zod-problem.pipe';

export interface HttpSetup {
  readonly log: EventLog;
  readonly metrics: Pick<Metrics, 'httpRequests'>;
  readonly clock: Pick<Clock, 'realMs'>;
}

/**
 * To be given to Nest when the application is created: the only body parser is the one of `setUpHttp`. The bytes as they
 * came are kept for the signatures of webhooks.
 */
export const httpApplicationOptions = { bodyParser: false, rawBody: true } satisfies NestApplicationOptions;

/** Largest body that is read, bytes. A campaign that selects devices one by one stays below it. */
export const bodyLimitBytes = 1_048_576;

export const csvMediaType = 'text/csv';

/** Everything that holds for all routes: ids and log, security headers, body limit, validation, problems. */
export function setUpHttp(app: NestExpressApplication, { log, metrics, clock }: HttpSetup): void {
  app.use(requestLog(log, metrics));
  app.use(securityHeaders());
  app.use(noStore);
  app.useBodyParser('json', { limit: bodyLimitBytes });
  app.useBodyParser('text', { type: csvMediaType, limit: bodyLimitBytes });
  app.use(refuseDeepBodies);
  app.use(translateBodyErrors);
  app.use(requestScope);
  app.useGlobalPipes(new ZodProblemPipe());
  app.useGlobalFilters(new ProblemFilter(log, clock));
  app.set('query parser', 'simple');
}

function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // The page of the API's documentation brings its styles along.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        frameAncestors: ["'none'"],
        // The service itself speaks plain http; a proxy in front of it adds TLS.
        upgradeInsecureRequests: null,
      },
    },
    xFrameOptions: { action: 'deny' },
  });
}

/** Until a key has said whose a request is, its statements see no row. */
const requestScope: RequestHandler = (_request, _response, next) => openTenantScope(next);

/** Answers with data of a supplier stay out of caches. Static files say otherwise for themselves. */
const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};
