import {
  deliveryStates,
  eventPatterns,
  maxReplayed,
  type WebhookDelivery,
  type WebhookSubscription,
} from '@warmshift/webhooks';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pageQuery, pageSchema } from '../http/query';
import { instantInput, instantSchema, isoOf } from '../http/wire';

const events = z
  .array(z.enum(eventPatterns as [string, ...string[]]))
  .min(1, 'must name at least one')
  .max(50)
  .meta({
    description: 'Types, or `device.*`, `action.*`, `occurrence.*`, `connection.*` for all of an area.',
  });

const subscriptionSchema = z.object({
  webhookId: z.uuid(),
  url: z.string(),
  events: z.array(z.string()),
  createdAt: instantSchema,
  previousSecretUntil: instantSchema.optional().meta({
    description: 'After a rotation: until then, deliveries carry a signature by the old secret too.',
  }),
});
const withSecret = subscriptionSchema.extend({
  secret: z.string().meta({ description: 'Shown once. Checks the signatures of deliveries.' }),
});

export class NewWebhookBody extends createZodDto(
  z.strictObject({
    url: z.string().max(2000).meta({ description: 'https, a public host, without a query.' }),
    events,
  }),
) {}
export class NewWebhookAnswer extends createZodDto(withSecret) {}
export class WebhooksAnswer extends createZodDto(z.object({ data: z.array(subscriptionSchema) })) {}

export class RotateBody extends createZodDto(
  z.strictObject({
    overlapHours: z
      .number()
      .min(0)
      .max(168)
      .default(24)
      .meta({ description: 'How long the old secret signs too, hours.' }),
  }),
) {}

export class ReplayBody extends createZodDto(
  z
    .strictObject({
      deliveryIds: z.array(z.uuid()).min(1).max(1000).optional(),
      failedSince: instantInput.optional().meta({ description: 'All that failed for good since then.' }),
    })
    .refine(({ deliveryIds, failedSince }) => (deliveryIds === undefined) !== (failedSince === undefined), {
      message: 'must give either deliveryIds or failedSince',
    }),
) {}
export class ReplayAnswer extends createZodDto(
  z.object({
    deliveries: z
      .int()
      .meta({ description: `Sent again, soon: see the log. ${maxReplayed}: ask again for the rest.` }),
  }),
) {}

export class DeliveriesQuery extends createZodDto(
  pageQuery({ default: 100, highest: 1000 })
    .extend({ state: z.enum(deliveryStates).optional() })
    .strict(),
) {}

const deliverySchema = z.object({
  deliveryId: z.uuid(),
  eventId: z.string().meta({ description: '`webhook-id` of the delivery, the same in every attempt.' }),
  type: z.string(),
  state: z.enum(deliveryStates),
  attempts: z.int(),
  createdAt: instantSchema,
  nextAttemptAt: instantSchema.optional(),
  lastAttemptAt: instantSchema.optional(),
  lastStatus: z.int().optional().meta({ description: 'HTTP status of the last answer.' }),
  lastError: z.string().optional(),
});
export class DeliveriesPage extends createZodDto(pageSchema(deliverySchema)) {}

export function toWebhook(subscription: WebhookSubscription): z.input<typeof subscriptionSchema> {
  return {
    ...subscription,
    events: [...subscription.events],
    createdAt: isoOf(subscription.createdAt),
    previousSecretUntil: isoOf(subscription.previousSecretUntil),
  };
}

export function toDelivery(delivery: WebhookDelivery): z.input<typeof deliverySchema> {
  return {
    ...delivery,
    createdAt: isoOf(delivery.createdAt),
    nextAttemptAt: isoOf(delivery.nextAttemptAt),
    lastAttemptAt: isoOf(delivery.lastAttemptAt),
  };
}
