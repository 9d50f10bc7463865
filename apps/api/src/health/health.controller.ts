import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { lagLimitSeconds, patienceSeconds, skewLimitSeconds } from '@warmshift/action-queue';
import type { Metrics } from '@warmshift/observability';
import type { Response } from 'express';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { Public } from '../auth/access';
import { HealthService, METRICS } from './health.service';
import { Examples } from '../openapi/examples';
import { live, readiness } from './health.examples';

class LiveAnswer extends createZodDto(z.object({ status: z.literal('live') })) {}
class ReadyAnswer extends createZodDto(
  z.object({
    status: z.enum(['ready', 'not-ready']),
    checks: z.object({
      postgres: z.object({ ok: z.boolean() }),
      outbox: z
        .object({ ok: z.boolean(), oldestSeconds: z.number() })
        .optional()
        .meta({
          description: `Oldest job that is not in the queue yet, real seconds; below ${patienceSeconds} is good.`,
        }),
      restores: z
        .object({ ok: z.boolean(), overdue: z.int() })
        .optional()
        .meta({ description: `Actions not given back ${patienceSeconds} real seconds after their end.` }),
      reconciler: z
        .object({ ok: z.boolean(), lagSeconds: z.number() })
        .optional()
        .meta({
          description: `For how long the oldest step that is due has not been done, real seconds; below ${lagLimitSeconds} is good.`,
        }),
      clock: z
        .object({ ok: z.boolean(), skewSeconds: z.number() })
        .optional()
        .meta({
          description: `How far this process is ahead of Postgres, real seconds; less than ${skewLimitSeconds} either way is good.`,
        }),
    }),
  }),
) {}

/** No key needed, and nothing of any supplier told. */
@ApiTags('Operations')
@Public()
@Controller()
export class HealthController {
  constructor(
    @Inject(HealthService) private readonly health: HealthService,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process answers' })
  @ZodResponse({ status: 200, type: LiveAnswer })
  @Examples(live)
  live() {
    return { status: 'live' as const };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'The service does its work' })
  @ApiResponse({ status: 503, type: ReadyAnswer.Output, description: 'Not ready.' })
  @ZodResponse({ status: 200, type: ReadyAnswer })
  @Examples(readiness)
  async ready(@Res({ passthrough: true }) response: Response) {
    const { ready, checks } = await this.health.readiness();
    if (!ready) response.status(503);
    return { status: ready ? ('ready' as const) : ('not-ready' as const), checks };
  }

  @Get('metrics')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  scrape(): Promise<string> {
    return this.metrics.scrape();
  }
}
