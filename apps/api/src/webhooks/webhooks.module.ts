import { Module } from '@nestjs/common';
import { DbModule } from '@warmshift/db';
import { FleetSyncModule } from '@warmshift/fleet-sync';
import { SecurityModule } from '@warmshift/security';
import { NoxWebhooksController } from './nox-webhooks.controller';
import { NoxWebhooks } from './nox-webhooks.service';
import { PostgresWebhookReceipts, WEBHOOK_RECEIPTS } from './webhook-receipts';

/** What vendors tell us by themselves. */
@Module({
  imports: [DbModule, FleetSyncModule, SecurityModule],
  controllers: [NoxWebhooksController],
  providers: [{ provide: WEBHOOK_RECEIPTS, useClass: PostgresWebhookReceipts }, NoxWebhooks],
})
export class WebhooksModule {}
