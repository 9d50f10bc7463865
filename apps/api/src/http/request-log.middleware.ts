import { newCorrelationId, withCorrelation, type EventLog, type Metrics } from '@warmshift/observability';
import type { Request, RequestHandler, Response } from 'express';

/** What the client calls its own request; logged beside our id, never instead of it: ours is unique. */
const clientRequestId = /^[\w.:-]{1,100}$/;

/**
 * Gives each request an id (also in the answer, `x-correlation-id`), and writes one line when it is over. Neither
 * headers nor query are logged: they may hold keys.
 */
export function requestLog(log: EventLog, metrics: Pick<Metrics, 'httpRequests'>): RequestHandler {
  return (request, response, next) => {
    const id = newCorrelationId();
    const startedAt = performance.now();
    response.setHeader('x-correlation-id', id);
    withCorrelation(id, () => {
      response.once('close', () => withCorrelation(id, () => finish(request, response, startedAt)));
      next();
    });
  };

  function finish(request: Request, response: Response, startedAt: number): void {
    const seconds = (performance.now() - startedAt) / 1000;
    const aborted = !response.writableFinished;
    const route = routeOf(request);
    const status = aborted ? 'aborted' : String(response.statusCode);
    metrics.httpRequests.observe({ method: request.method, route, status }, seconds);
    const level = /^\/(health|metrics)/.test(request.path) ? 'debug' : 'info';
    const theirId = request.get('x-request-id');
    log[level](aborted ? 'http.aborted' : 'http.request', {
      method: request.method,
      path: request.path,
      route,
      status: response.statusCode,
      durationMs: Math.round(seconds * 1000),
      ...(theirId !== undefined && clientRequestId.test(theirId) ? { clientRequestId: theirId } : {}),
    });
  }
}

function routeOf(request: Request): string {
  const route: unknown = request.route;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'unmatched';
}
