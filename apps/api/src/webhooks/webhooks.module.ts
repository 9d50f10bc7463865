import { Module } from '@nestjs/common';
import { DbModule } from '@warmshift/db';
import { FleetSyncModule } from '@warmshift/fleet-sync';
import { SecurityModule } from '@warmshift/security';
import { WebhooksModule as OutgoingWebhooksModule } from '@warmshift/webhooks';
import { NoxWebhooksController } from './nox-webhooks.controller';
import { NoxWebhooks } from './nox-webhooks.service';
import { PostgresWebhookReceipts, WEBHOOK_RECEIPTS } from './webhook-receipts';
import { WebhooksController } from './webhooks.controller';

/** What vendors tell us by themselves, and what suppliers want to be told. */
@Module({
  imports: [DbModule, FleetSyncModule, OutgoingWebhooksModule, SecurityModule],
  controllers: [NoxWebhooksController, WebhooksController],
  providers: [{ provide: WEBHOOK_RECEIPTS, useClass: PostgresWebhookReceipts }, NoxWebhooks],
})
export class WebhooksModule {}
