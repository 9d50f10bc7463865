import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Conflict, InvalidInput } from '@warmshift/domain';
import { requestHash } from '@warmshift/security';
import type { Response } from 'express';
import { catchError, concatMap, from, of, throwError, type Observable } from 'rxjs';
import type { CallerRequest } from '../auth/access';
import { IdempotencyKeyReused } from './errors';
import { IdempotencyRepository, type IdempotentRequest, type KeptAnswer } from './idempotency.repository';

export const idempotencyKeyHeader = 'idempotency-key';

/**
 * A POST with an `Idempotency-Key` is done once: the same request again gets the first answer. An answer is kept for 24 h;
 * a request that failed may be sent again under its key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(@Inject(IdempotencyRepository) private readonly requests: IdempotencyRepository) {}

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const idempotent = idempotentRequest(http.getRequest<CallerRequest>());
    if (idempotent === undefined) return next.handle();
    const response = http.getResponse<Response>();
    const claim = await this.requests.claim(idempotent);
    switch (claim.kind) {
      case 'answered':
        return of(repeat(claim.answer, response));
      case 'in_progress':
        throw new Conflict('The first request with this Idempotency-Key is still being worked on.');
      case 'another_request':
        throw new IdempotencyKeyReused('This Idempotency-Key was used for another request.');
      case 'ours':
        return this.once(idempotent, response, next);
    }
  }

  private once(
    idempotent: IdempotentRequest,
    response: Response,
    next: CallHandler<unknown>,
  ): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) =>
        from(this.requests.release(idempotent)).pipe(concatMap(() => throwError(() => error))),
      ),
      // An answer that cannot be kept leaves the key taken: doing it twice would be worse than an error.
      concatMap(async (answer) => {
        await this.requests.keep(idempotent, {
          status: response.statusCode,
          headers: keptOf(response),
          body: answer,
        });
        return answer;
      }),
    );
  }
}

/** Headers that belong to an answer and not to the request that it was given to. */
const keptHeaders = ['location', 'etag'];

function keptOf(response: Response): Record<string, string> {
  return Object.fromEntries(
    keptHeaders.flatMap((name) => {
      const value = response.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

function repeat({ status, headers, body }: KeptAnswer, response: Response): unknown {
  response.setHeader('idempotency-replayed', 'true');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.status(status);
  return body;
}

function idempotentRequest(request: CallerRequest): IdempotentRequest | undefined {
  const key = request.get(idempotencyKeyHeader);
  if (request.method !== 'POST' || key === undefined || request.caller === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw InvalidInput.because(
      'Idempotency-Key',
      'must be 1 to 200 printable ASCII characters without spaces',
    );
  }
  const { method, originalUrl: path } = request;
  const body: unknown = request.body;
  return { supplierId: request.caller.supplierId, key, hash: requestHash({ method, path, body }) };
}
