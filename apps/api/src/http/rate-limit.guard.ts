import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CONFIG, type ServiceConfig } from '@warmshift/config';
import type { Response } from 'express';
import type { CallerRequest } from '../auth/access';
import { RateLimit } from './rate-limit';
import { TooManyRequests } from './too-many-requests';

/** Counts the requests of each key; runs after the key was checked. Tells what is left as `RateLimit` headers do (IETF draft). */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly limits: RateLimit;

  constructor(@Inject(CONFIG) config: Pick<ServiceConfig, 'http'>) {
    this.limits = new RateLimit(config.http.requestsPerMinute);
  }

  /** @throws TooManyRequests */
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { caller } = http.getRequest<CallerRequest>();
    if (caller === undefined) return true;
    const { allowed, limit, remaining, waitMs, resetMs } = this.limits.take(caller.actor);
    const response = http.getResponse<Response>();
    response.setHeader('ratelimit-policy', `"key";q=${limit};w=60`);
    response.setHeader('ratelimit', `"key";r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
    if (!allowed) {
      throw new TooManyRequests(`A key may send ${limit} requests in a minute.`, waitMs);
    }
    return true;
  }
}
