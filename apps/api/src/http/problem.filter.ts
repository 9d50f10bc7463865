import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Clock } from '@warmshift/config';
import { correlationId, newCorrelationId, withoutSecrets, type EventLog } from '@warmshift/observability';
import type { Response } from 'express';
import { problemFrom, problemMediaType, type Problem, type ProblemFacts } from './problem';
import { problemFacts } from './problem-table';

/** Every error that leaves the service does so here, as a problem whose reference is in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter<unknown> {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Pick<Clock, 'realMs'>,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const facts = problemFacts(error);
    const problem = problemFrom(facts, correlationId() ?? newCorrelationId());
    this.write(error, facts, problem);
    if (response.headersSent) {
      // The answer has begun: only cutting it off tells the client that it is not whole.
      response.destroy();
      return;
    }
    if (facts.status === 401) response.setHeader('www-authenticate', 'ApiKey realm="warmshift"');
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

function textOf(problem: Problem): string {
  return JSON.stringify(problem, (_name, value: unknown) =>
    typeof value === 'string' ? withoutSecrets(value) : value,
  );
}
