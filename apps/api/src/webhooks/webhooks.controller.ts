import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@warmshift/suppliers';
import { maxReplayed, WebhooksService } from '@warmshift/webhooks';
import type { Response } from 'express';
import { ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor, placeInstant } from '../http/cursor';
import { Located, setLocation } from '../http/location';
import { pageOf } from '../http/query';
import { IdParams, instantOf } from '../http/wire';
import {
  DeliveriesPage,
  DeliveriesQuery,
  NewWebhookAnswer,
  NewWebhookBody,
  ReplayAnswer,
  ReplayBody,
  RotateBody,
  toDelivery,
  toWebhook,
  WebhooksAnswer,
} from './webhooks.dto';
import { Examples } from '../openapi/examples';
import {
  createWebhook,
  deleteWebhook,
  listDeliveries,
  listWebhooks,
  replayDeliveries,
  rotateSecret,
} from './webhooks.examples';

const list = 'webhook-deliveries';
const placeSchema = z.object({ at: placeInstant, id: z.uuid() });

@ApiTags('Webhooks')
@Controller('admin/v1/webhooks')
export class WebhooksController {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  @Post()
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Be told of events',
    description: 'The secret is in this answer and nowhere else. Signatures are those of Standard Webhooks.',
  })
  @ZodResponse({ status: 201, type: NewWebhookAnswer })
  @Examples(createWebhook)
  async create(@CurrentCaller() caller: Caller, @Body() body: NewWebhookBody) {
    const { subscription, secret } = await this.webhooks.create(caller, body);
    return { ...toWebhook(subscription), secret };
  }

  @Get()
  @RequireRole('operator')
  @ApiOperation({ summary: 'Webhooks' })
  @ZodResponse({ status: 200, type: WebhooksAnswer })
  @Examples(listWebhooks)
  async list(@CurrentCaller() { supplierId }: Caller) {
    return { data: (await this.webhooks.list(supplierId)).map(toWebhook) };
  }

  @Delete(':id')
  @RequireRole('admin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Tell nothing more there' })
  @ApiNoContentResponse({ description: 'Done.' })
  @Examples(deleteWebhook)
  async delete(@CurrentCaller() caller: Caller, @Param() { id }: IdParams): Promise<void> {
    await this.webhooks.delete(caller, id);
  }

  @Post(':id/rotate-secret')
  @RequireRole('admin')
  @ApiOperation({ summary: 'A new secret; the old one signs beside it for a while' })
  @ZodResponse({ status: 200, type: NewWebhookAnswer })
  @Examples(rotateSecret)
  async rotate(@CurrentCaller() caller: Caller, @Param() { id }: IdParams, @Body() body: RotateBody) {
    const { subscription, secret } = await this.webhooks.rotate(caller, id, body.overlapHours);
    return { ...toWebhook(subscription), secret };
  }

  @Post(':id/replay')
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Send deliveries again',
    description: `At most ${maxReplayed} at once, oldest first. Watch them in the log of deliveries.`,
  })
  @ZodResponse({ status: 202, type: ReplayAnswer })
  @Located({ 202: 'The deliveries that are under way.' })
  @Examples(replayDeliveries)
  async replay(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() body: ReplayBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { deliveryIds, failedSince } = body;
    const wanted = { deliveryIds, failedSince: instantOf(failedSince) };
    const deliveries = await this.webhooks.replay(caller, id, wanted);
    setLocation(response, `/admin/v1/webhooks/${id}/deliveries?state=PENDING`);
    return { deliveries };
  }

  @Get(':id/deliveries')
  @RequireRole('operator')
  @ApiOperation({ summary: 'What was sent and what became of it, newest first' })
  @ZodResponse({ status: 200, type: DeliveriesPage })
  @Examples(listDeliveries)
  async deliveries(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id }: IdParams,
    @Query() { limit, cursor, state }: DeliveriesQuery,
  ) {
    const before = cursor === undefined ? undefined : decodeCursor(list, placeSchema, cursor);
    const rows = await this.webhooks.deliveries(supplierId, id, { limit: limit + 1, state, before });
    const page = pageOf(rows, limit, ({ createdAt, deliveryId }) =>
      encodeCursor(list, { at: createdAt, id: deliveryId }),
    );
    return { ...page, data: page.data.map(toDelivery) };
  }
}
