import type { OperationExamples } from '../openapi/examples';
import { evening, ids } from '../openapi/story';

const webhook = {
  webhookId: ids.webhook,
  url: 'https://hooks.brussels-energy.example/warmshift',
  events: ['occurrence.*', 'action.failed'],
  createdAt: '2026-01-05T10:00:00.000Z',
};
const secret = 'whsec_, shown here once';
const ofWebhook = { id: ids.webhook };

export const createWebhook: OperationExamples = {
  body: { outcomes: { url: webhook.url, events: webhook.events } },
  answers: { 201: { outcomes: { ...webhook, secret } } },
};
export const listWebhooks: OperationExamples = { answers: { 200: { one: { data: [webhook] } } } };
export const deleteWebhook: OperationExamples = { parameters: ofWebhook };
export const rotateSecret: OperationExamples = {
  parameters: ofWebhook,
  body: { overADay: { overlapHours: 24 } },
  answers: { 200: { overADay: { ...webhook, previousSecretUntil: '2026-01-16T16:00:00.000Z', secret } } },
};
export const replayDeliveries: OperationExamples = {
  parameters: ofWebhook,
  body: {
    afterAnOutage: { failedSince: '2026-01-15T12:00:00Z' },
    one: { deliveryIds: [ids.delivery] },
  },
  answers: { 202: { afterAnOutage: { deliveries: 38 } } },
};
export const listDeliveries: OperationExamples = {
  parameters: { ...ofWebhook, state: 'PENDING' },
  answers: {
    200: {
      tryingAgain: {
        data: [
          {
            deliveryId: ids.delivery,
            eventId: 'evt_48213',
            type: 'occurrence.finished',
            state: 'PENDING',
            attempts: 2,
            createdAt: evening('18:02'),
            nextAttemptAt: evening('18:07'),
            lastAttemptAt: evening('18:03'),
            lastStatus: 503,
            lastError: 'The receiver answered 503.',
          },
        ],
        nextCursor: null,
      },
    },
  },
};
