import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Clock } from '@warmshift/config';
import { correlationId, newCorrelationId, withoutSecrets, type EventLog } from '@warmshift/observability';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods';
import { problemFrom, problemMediaType, type Problem, type ProblemFacts } from './problem';
import { MethodNotAllowed, problemFacts } from './problem-table';

/** Every error that leaves the service does so here, as a problem whose reference is in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter<unknown> {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Pick<Clock, 'realMs'>,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const error = orMethodNotAllowed(thrown, host.switchToHttp().getRequest<Request>());
    const facts = problemFacts(error);
    const problem = problemFrom(facts, correlationId() ?? newCorrelationId());
    this.write(error, facts, problem);
    if (response.headersSent) {
      // The answer has begun: only cutting it off tells the client that it is not whole.
      response.destroy();
      return;
    }
    if (facts.status === 401) response.setHeader('www-authenticate', 'ApiKey realm="warmshift"');
    if (error instanceof MethodNotAllowed) response.setHeader('allow', error.allowed.join(', '));
    const waitMs = this.waitRealMs(facts);
    if (waitMs !== undefined)
      response.setHeader('retry-after', String(Math.max(1, Math.ceil(waitMs / 1000))));
    response.status(facts.status).type(problemMediaType).send(textOf(problem));
  }

  private waitRealMs({ retryAfterMs, retryAfterRealMs }: ProblemFacts): number | undefined {
    return retryAfterRealMs ?? (retryAfterMs === undefined ? undefined : this.clock.realMs(retryAfterMs));
  }

  private write(error: unknown, { kind, status, level }: ProblemFacts, problem: Problem): void {
    const { reference, detail, errors } = problem;
    // The stack of a caller's mistake says nothing about it.
    const what = level === 'info' ? { detail, errors } : { err: error };
    this.log[level]('http.problem', { kind, status, reference, ...what });
  }
}

/** Nest says the same of an address that nothing is at and of a method that it is not served with. */
function orMethodNotAllowed(error: unknown, request: Request): unknown {
  if (!(error instanceof NotFoundException) || request.route !== undefined) return error;
  const allowed = allowedMethods(request);
  return allowed.length === 0 ? error : new MethodNotAllowed(allowed);
}

function textOf(problem: Problem): string {
  return JSON.stringify(problem, (_name, value: unknown) =>
    typeof value === 'string' ? withoutSecrets(value) : value,
  );
}
