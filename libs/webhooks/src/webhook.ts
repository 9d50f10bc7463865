import { actionStates, hourMs, minuteMs, type Instant } from '@warmshift/domain';

const lower = (area: string, states: readonly string[]) =>
  states.map((state) => `${area}.${state.toLowerCase()}`);

/** Everything that is told. The triggers of the database write these types. */
export const eventTypes: readonly string[] = [
  'device.steerable_status.changed',
  ...lower('action', actionStates),
  ...lower('occurrence', ['PLANNED', 'RUNNING', 'RESTORING', 'FINISHED', 'CANCELLED']),
  ...lower('connection', ['ACTIVE', 'NEEDS_REAUTHENTICATION', 'UNAVAILABLE', 'DISABLED']),
];

/** What a subscription can name: a type, or all of an area. */
export const eventPatterns: readonly string[] = [
  ...eventTypes,
  'device.*',
  'action.*',
  'occurrence.*',
  'connection.*',
];

export interface WebhookSubscription {
  readonly webhookId: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly createdAt: Instant;
  /** The secret before the last rotation signs too until then. */
  readonly previousSecretUntil?: Instant | undefined;
}

export const deliveryStates = ['PENDING', 'DELIVERED', 'FAILED'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export interface WebhookDelivery {
  readonly deliveryId: string;
  /** The same in every attempt: receivers tell doubles by it. */
  readonly eventId: string;
  readonly type: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAt: Instant;
  readonly nextAttemptAt?: Instant | undefined;
  readonly lastAttemptAt?: Instant | undefined;
  /** HTTP status of the last answer; absent: there was none. */
  readonly lastStatus?: number | undefined;
  readonly lastError?: string | undefined;
}

/** Waits after the first, second, … attempt that failed: a little more than a day in all. */
export const waitsMs: readonly number[] = [
  5_000,
  30_000,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  8 * hourMs,
  8.5 * hourMs,
];

export function eventIdOf(id: number): string {
  return `evt_${id}`;
}

/** Where a sealed secret belongs. */
export function secretPlace(webhookId: string): string {
  return `webhook/${webhookId}/secret`;
}

export function deliverJob(deliveryId: string, runAt: Instant) {
  return { name: 'webhook.deliver', payload: { v: 1, deliveryId }, runAt };
}
