import type { Instant } from '@warmshift/domain';
import { maybe } from '@warmshift/vendors/kit';
import { z } from 'zod';
import { parseTimestamp } from './timestamps';
import { freshTimestamp, isSignedWith, type SignedWebhook } from './webhook-signature';

const text = maybe(z.string().min(1));

const eventSchema = z.object({
  type: z.string().min(1),
  timestamp: z.string(),
  metadata: maybe(z.object({ device_id: text })),
});

/** A webhook's body as far as we use it. What it says of the device is not believed: the device is read again. */
export interface NoxEvent {
  readonly type: string;
  readonly happenedAt: Instant;
  /** Absent: it concerns a user, not one device. */
  readonly deviceId?: string | undefined;
}

export type ReadWebhook =
  /** Not from NOX, or too old: nothing may follow from it. `reason` is for our log, not for the sender. */
  | { readonly kind: 'refused'; readonly reason: 'signature' | 'timestamp' }
  /** From NOX, but its body is not what the guide prints. */
  | { readonly kind: 'unreadable' }
  /** From NOX, about something that we do not follow. */
  | { readonly kind: 'ignored'; readonly event: NoxEvent }
  /** The steerable status of a device may be another one. `subject`: what a later event of the same kind replaces. */
  | { readonly kind: 'status'; readonly event: NoxEvent; readonly subject: string };

/**
 * Judges one delivery (NOX Energy, Partner Webhooks). `now` and `toleranceMs` are of the injected clock. Without an
 * `apiKey` (nobody knows the connection) it is refused after the same work.
 */
export function readNoxWebhook(
  webhook: SignedWebhook,
  { apiKey, now, toleranceMs }: { apiKey: string | undefined; now: Instant; toleranceMs: number },
): ReadWebhook {
  const signed = isSignedWith(apiKey ?? 'nobody', webhook) && apiKey !== undefined;
  if (!signed) return { kind: 'refused', reason: 'signature' };
  if (freshTimestamp(webhook.timestamp, now, toleranceMs) === undefined)
    return { kind: 'refused', reason: 'timestamp' };
  const event = eventOf(webhook.rawBody);
  if (event === undefined) return { kind: 'unreadable' };
  if (!statusEvent.test(event.type)) return { kind: 'ignored', event };
  return { kind: 'status', event, subject: `${event.deviceId ?? '-'} ${event.type}` };
}

/** The guide prints only `device.steerable_status.being_steered.updated`; the family is taken to follow its pattern. */
const statusEvent = /^device\.steerable_status(\.[\w-]+)*\.updated$/;

function eventOf(rawBody: Uint8Array): NoxEvent | undefined {
  const parsed = eventSchema.safeParse(jsonOrNothing(rawBody));
  if (!parsed.success) return undefined;
  const { type, timestamp, metadata } = parsed.data;
  const happenedAt = parseTimestamp(timestamp);
  return happenedAt === undefined ? undefined : { type, happenedAt, deviceId: metadata?.device_id };
}

function jsonOrNothing(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
