import { Controller, HttpCode, Inject, Param, Post, Req, type RawBodyRequest } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public } from '../auth/access';
import { BodyTooLarge } from '../http/body-errors';
import { NoxWebhooks, type Delivered } from './nox-webhooks.service';

/** Far more than any documented event, bytes. */
const bodyLimitBytes = 65_536;

/**
 * Where NOX sends events to (`libs/vendors/nox/README.md`). NOX never tries again after a 4xx, so that is for deliveries that
 * are not its own; whatever goes wrong on our side is a 5xx. Its signature stands for a key.
 */
@ApiExcludeController()
@Public()
@Controller('webhooks/nox')
export class NoxWebhooksController {
  constructor(@Inject(NoxWebhooks) private readonly webhooks: NoxWebhooks) {}

  @Post(':connectionId')
  @HttpCode(202)
  async receive(
    @Param('connectionId') connectionId: string,
    @Req() request: RawBodyRequest<Request>,
  ): Promise<{ status: Delivered }> {
    const rawBody = request.rawBody ?? Buffer.alloc(0);
    if (rawBody.length > bodyLimitBytes) throw new BodyTooLarge('The body must be smaller.');
    const status = await this.webhooks.receive({
      connectionId,
      rawBody,
      webhookId: request.get('x-webhook-id'),
      timestamp: request.get('x-webhook-timestamp'),
      signature: request.get('x-webhook-signature'),
    });
    return { status };
  }
}
