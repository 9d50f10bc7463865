import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database } from '@warmshift/db';
import { minuteMs, type Instant } from '@warmshift/domain';
import { eventLog, registerSecret, type Logger } from '@warmshift/observability';
import { guardedLookup, type HostPolicy, type SecretBox } from '@warmshift/security';
import { VendorError } from '@warmshift/vendors/contract';
import { createVendorHttp } from '@warmshift/vendors/kit';
import { receiverUrl } from './receiver-url';
import { signedHeaders } from './signature';
import { deliverJob, eventIdOf, secretPlace, waitsMs } from './webhook';

const timeoutMs = 10_000;
const maxAnswerBytes = 65_536;
/** Whoever died in the middle of an attempt loses it after so long. */
const attemptMs = minuteMs;
/** One of each per process, so that receivers share their pools. */
const lookups = { local: guardedLookup('local'), public: guardedLookup('public') };

interface Due {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly url: string;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly attempts: number;
  readonly eventId: number;
  readonly type: string;
  readonly at: Instant;
  readonly data: unknown;
}

type Answer = { readonly status?: number; readonly error?: string };

export interface WebhookDelivererOptions {
  readonly db: Database;
  readonly secrets: SecretBox;
  readonly policy: HostPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Sends one event to one receiver, once per call; what becomes of it is in Postgres. */
export class WebhookDeliverer {
  constructor(private readonly options: WebhookDelivererOptions) {}

  async deliver(deliveryId: string): Promise<'done' | { skipped: string }> {
    const due = await this.claim(deliveryId);
    if (due === undefined) return { skipped: 'not due' };
    const answer = await this.post(due);
    await this.settle(due, answer);
    return 'done';
  }

  private async claim(deliveryId: string): Promise<Due | undefined> {
    const { clock, db } = this.options;
    const now = clock.now();
    const [row] = await db.rows<Due>(
      `UPDATE webhook_deliveries delivery SET attempts = delivery.attempts + 1, last_attempt_at = $2, next_attempt_at = $3
       FROM webhook_events event, webhook_subscriptions subscription
       WHERE delivery.id = $1 AND delivery.state = 'PENDING' AND delivery.next_attempt_at <= $2
         AND event.id = delivery.event_id AND subscription.id = delivery.subscription_id AND subscription.deleted_at IS NULL
       RETURNING delivery.id AS "deliveryId", subscription.id AS "webhookId", subscription.url, subscription.secret,
         CASE WHEN subscription.previous_secret_until > $2 THEN subscription.previous_secret END AS "previousSecret",
         delivery.attempts, event.id AS "eventId", event.type, event.at, event.data`,
      [deliveryId, at(now), at(now + clock.virtualMs(attemptMs))],
    );
    return row;
  }

  private async post(due: Due): Promise<Answer> {
    const { clock, logger, policy } = this.options;
    try {
      const { url, local } = receiverUrl(due.url, policy);
      const id = eventIdOf(due.eventId);
      const body = { id, type: due.type, timestamp: new Date(due.at).toISOString(), data: due.data };
      const secrets = this.secretsOf(due);
      const http = createVendorHttp({
        context: {
          baseUrl: url,
          connectionId: due.webhookId,
          clock,
          pacer: unpaced,
          log: eventLog(logger),
          lookup: lookups[local ? 'local' : 'public'],
        },
        manifest: { vendor: 'webhook', title: 'The receiver' },
        secrets,
        maxBytes: maxAnswerBytes,
      });
      const { status } = await http.request({
        method: 'POST',
        path: '',
        headers: signedHeaders(secrets, id, clock.now(), JSON.stringify(body)),
        json: body,
        purpose: 'steer',
        timeoutMs,
      });
      return { status };
    } catch (error) {
      // The receiver's own words stay out of the log: it may say anything.
      if (error instanceof VendorError) return { error: error.message };
      return { error: error instanceof Error ? error.message : 'could not be sent' };
    }
  }

  private secretsOf({ webhookId, secret, previousSecret }: Due): string[] {
    const sealed = previousSecret === null ? [secret] : [secret, previousSecret];
    const opened = sealed.map((text) => this.options.secrets.open(text, secretPlace(webhookId)));
    opened.forEach(registerSecret);
    return opened;
  }

  /** 2xx has it; 410 wants no more of it; everything else is tried again while there is a wait left. */
  private async settle({ deliveryId, attempts, type }: Due, { status, error }: Answer): Promise<void> {
    const { clock, db, logger } = this.options;
    const now = clock.now();
    const delivered = status !== undefined && status >= 200 && status < 300;
    const waitMs = status === 410 ? undefined : waitsMs[attempts - 1];
    const state = delivered ? 'DELIVERED' : waitMs === undefined ? 'FAILED' : 'PENDING';
    const next = state === 'PENDING' ? now + (waitMs ?? 0) : undefined;
    const lastError = delivered ? null : (error ?? `The receiver answered ${status}.`);
    await db.transaction(async (sql) => {
      const changed = await sql.run(
        `UPDATE webhook_deliveries SET state = $2, next_attempt_at = $3, last_status = $4, last_error = $5
         WHERE id = $1 AND state = 'PENDING' AND attempts = $6`,
        [deliveryId, state, at(next), status ?? null, lastError, attempts],
      );
      if (changed > 0 && next !== undefined) await addToOutbox(sql, [deliverJob(deliveryId, next)], now);
    });
    if (!delivered) logger.info({ deliveryId, type, attempts, status, state }, 'webhook.not-delivered');
  }
}

const unpaced = { take: () => Promise.resolve(), backOff: () => Promise.resolve() };
