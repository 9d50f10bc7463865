import { Module } from '@nestjs/common';
import { CLOCK, CONFIG, type Clock, type ServiceConfig } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { LOGGER, type Logger } from '@warmshift/observability';
import { SecretBox, SecurityModule, type HostPolicy } from '@warmshift/security';
import { WebhookDeliverer } from './webhook-deliverer';
import { WebhookHandOut } from './webhook-hand-out';
import { WebhooksService } from './webhooks.service';

const policyOf = ({ vendors }: ServiceConfig, clock: Clock): HostPolicy => ({
  allowLocal: vendors.allowLocalHosts,
  localOnly: clock.scale !== 1,
});

/** Events to suppliers' own systems. */
@Module({
  imports: [DbModule, SecurityModule],
  providers: [
    {
      provide: WebhooksService,
      inject: [Database, SecretBox, CONFIG, CLOCK],
      useFactory: (db: Database, secrets: SecretBox, config: ServiceConfig, clock: Clock) =>
        new WebhooksService(db, secrets, policyOf(config, clock), clock),
    },
    {
      provide: WebhookDeliverer,
      inject: [Database, SecretBox, CONFIG, CLOCK, LOGGER],
      useFactory: (db: Database, secrets: SecretBox, config: ServiceConfig, clock: Clock, logger: Logger) =>
        new WebhookDeliverer({ db, secrets, policy: policyOf(config, clock), clock, logger }),
    },
    {
      provide: WebhookHandOut,
      inject: [Database, CLOCK],
      useFactory: (db: Database, clock: Clock) => new WebhookHandOut(db, clock),
    },
  ],
  exports: [WebhooksService, WebhookDeliverer, WebhookHandOut],
})
export class WebhooksModule {}
