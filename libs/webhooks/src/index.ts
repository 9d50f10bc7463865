export { signatureOf, signedHeaders } from './signature';
export * from './webhook';
export { WebhookDeliverer } from './webhook-deliverer';
export { WebhookHandOut } from './webhook-hand-out';
export { WebhooksModule } from './webhooks.module';
export { maxReplayed, WebhooksService } from './webhooks.service';
