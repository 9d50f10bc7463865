import { randomUUID } from 'node:crypto';
import type { Clock } from '@warmshift/config';
import { addToOutbox, at, given, type Database, type Sql } from '@warmshift/db';
import { Conflict, hourMs, InvalidInput, NotFound, type Instant } from '@warmshift/domain';
import type { HostPolicy, SecretBox } from '@warmshift/security';
import { recordAudit, type Caller } from '@warmshift/suppliers';
import { receiverUrl } from './receiver-url';
import { newSecret } from './signature';
import {
  deliverJob,
  eventIdOf,
  eventPatterns,
  secretPlace,
  type DeliveryState,
  type WebhookDelivery,
  type WebhookSubscription,
} from './webhook';

export const maxSubscriptions = 20;
/** Deliveries that one replay sends again. */
export const maxReplayed = 10_000;

type Editor = Pick<Caller, 'supplierId' | 'actor'>;
type SubscriptionRow = Omit<WebhookSubscription, 'previousSecretUntil'> & {
  previousSecretUntil: Instant | null;
};
type DeliveryRow = { [K in keyof WebhookDelivery]-?: Exclude<WebhookDelivery[K], undefined> | null } & {
  event: number;
};

const subscriptionColumns = `id AS "webhookId", url, events, created_at AS "createdAt",
  CASE WHEN previous_secret IS NOT NULL THEN previous_secret_until END AS "previousSecretUntil"`;

/** Subscriptions and their log, for the supplier who owns them. */
export class WebhooksService {
  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly policy: HostPolicy,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * @returns the secret too, which cannot be shown again.
   * @throws InvalidInput naming `url` or `events`; Conflict when there are too many.
   */
  async create(editor: Editor, wanted: { url: string; events: readonly string[] }) {
    const unknown = wanted.events.find((event) => !eventPatterns.includes(event));
    if (unknown !== undefined) throw InvalidInput.because('events', `must be of ${eventPatterns.join(', ')}`);
    const { url } = receiverUrl(wanted.url, this.policy);
    const [webhookId, secret, now] = [randomUUID(), newSecret(), this.clock.now()];
    const { supplierId } = editor;
    const subscription = await this.db.transaction(async (sql) => {
      await sql.rows('SELECT 1 FROM suppliers WHERE id = $1 FOR UPDATE', [supplierId]);
      const [row] = await sql.rows<SubscriptionRow>(
        `INSERT INTO webhook_subscriptions (id, supplier_id, url, events, secret, created_at)
         SELECT $1, $2, $3, $4, $5, $6 WHERE (
           SELECT count(*) FROM webhook_subscriptions WHERE supplier_id = $2 AND deleted_at IS NULL) < $7
         RETURNING ${subscriptionColumns}`,
        [
          webhookId,
          supplierId,
          url,
          wanted.events,
          this.secrets.seal(secret, secretPlace(webhookId)),
          at(now),
          maxSubscriptions,
        ],
      );
      if (!row) throw new Conflict(`There are ${maxSubscriptions} webhooks already: delete one first.`);
      await this.audit(sql, editor, 'webhook.create', webhookId, { url, events: wanted.events }, now);
      return toSubscription(row);
    });
    return { subscription, secret };
  }

  async list(supplierId: string): Promise<WebhookSubscription[]> {
    const rows = await this.db.rows<SubscriptionRow>(
      `SELECT ${subscriptionColumns} FROM webhook_subscriptions WHERE supplier_id = $1 AND deleted_at IS NULL
       ORDER BY created_at, id`,
      [supplierId],
    );
    return rows.map(toSubscription);
  }

  /** Nothing more is sent there; its log stays. @throws NotFound */
  async delete(editor: Editor, webhookId: string): Promise<void> {
    const now = this.clock.now();
    await this.db.transaction(async (sql) => {
      const deleted = await sql.run(
        `UPDATE webhook_subscriptions SET deleted_at = $3 WHERE id = $1 AND supplier_id = $2 AND deleted_at IS NULL`,
        [webhookId, editor.supplierId, at(now)],
      );
      if (deleted === 0) throw new NotFound('webhook', webhookId);
      await sql.run(
        `UPDATE webhook_deliveries SET state = 'FAILED', next_attempt_at = NULL, last_error = 'The webhook was deleted.'
         WHERE subscription_id = $1 AND state = 'PENDING'`,
        [webhookId],
      );
      await this.audit(sql, editor, 'webhook.delete', webhookId, {}, now);
    });
  }

  /** A new secret; the old one signs beside it for so long. @throws NotFound */
  async rotate(editor: Editor, webhookId: string, overlapHours: number) {
    const [secret, now] = [newSecret(), this.clock.now()];
    const until = now + overlapHours * hourMs;
    return this.db.transaction(async (sql) => {
      const [row] = await sql.rows<SubscriptionRow>(
        `UPDATE webhook_subscriptions SET previous_secret = secret, previous_secret_until = $4, secret = $3
         WHERE id = $1 AND supplier_id = $2 AND deleted_at IS NULL RETURNING ${subscriptionColumns}`,
        [webhookId, editor.supplierId, this.secrets.seal(secret, secretPlace(webhookId)), at(until)],
      );
      if (!row) throw new NotFound('webhook', webhookId);
      await this.audit(sql, editor, 'webhook.rotate-secret', webhookId, { overlapHours }, now);
      return { subscription: toSubscription(row), secret };
    });
  }

  /** Newest first. @throws NotFound */
  async deliveries(
    supplierId: string,
    webhookId: string,
    page: {
      limit: number;
      state?: DeliveryState | undefined;
      before?: { at: Instant; id: string } | undefined;
    },
  ): Promise<WebhookDelivery[]> {
    await this.assertOwn(this.db, supplierId, webhookId);
    const rows = await this.db.rows<DeliveryRow>(
      `SELECT delivery.id AS "deliveryId", delivery.event_id AS event, event.type, delivery.state, delivery.attempts,
         delivery.created_at AS "createdAt", delivery.next_attempt_at AS "nextAttemptAt",
         delivery.last_attempt_at AS "lastAttemptAt", delivery.last_status AS "lastStatus", delivery.last_error AS "lastError"
       FROM webhook_deliveries delivery JOIN webhook_events event ON event.id = delivery.event_id
       WHERE delivery.subscription_id = $1 AND delivery.supplier_id = $2 AND ($3::text IS NULL OR delivery.state = $3)
         AND ($4::timestamptz IS NULL OR (delivery.created_at, delivery.id) < ($4, $5::uuid))
       ORDER BY delivery.created_at DESC, delivery.id DESC LIMIT $6`,
      [webhookId, supplierId, page.state ?? null, at(page.before?.at), page.before?.id ?? null, page.limit],
    );
    return rows.map(({ event, ...row }) => ({
      ...(row as WebhookDelivery),
      eventId: eventIdOf(event),
      nextAttemptAt: given(row.nextAttemptAt),
      lastAttemptAt: given(row.lastAttemptAt),
      lastStatus: given(row.lastStatus),
      lastError: given(row.lastError),
    }));
  }

  /** Sends again what ended, delivered or not; the oldest `maxReplayed` of it. @returns how many. @throws NotFound */
  async replay(
    editor: Editor,
    webhookId: string,
    what: { deliveryIds?: readonly string[] | undefined; failedSince?: Instant | undefined },
  ): Promise<number> {
    const now = this.clock.now();
    return this.db.transaction(async (sql) => {
      await this.assertOwn(sql, editor.supplierId, webhookId);
      const rows = await sql.rows<{ id: string }>(
        `UPDATE webhook_deliveries SET state = 'PENDING', attempts = 0, next_attempt_at = $3
         WHERE id IN (
           SELECT id FROM webhook_deliveries
           WHERE subscription_id = $1 AND supplier_id = $2 AND state <> 'PENDING'
             AND (id = ANY($4::uuid[]) OR (state = 'FAILED' AND created_at >= $5))
           ORDER BY created_at, id LIMIT $6 FOR UPDATE)
         RETURNING id`,
        [webhookId, editor.supplierId, at(now), what.deliveryIds ?? [], at(what.failedSince), maxReplayed],
      );
      const jobs = rows.map(({ id }) => deliverJob(id, now));
      await addToOutbox(sql, jobs, now);
      await this.audit(sql, editor, 'webhook.replay', webhookId, { deliveries: rows.length }, now);
      return rows.length;
    });
  }

  private async assertOwn(sql: Sql, supplierId: string, webhookId: string): Promise<void> {
    const [row] = await sql.rows(
      'SELECT 1 FROM webhook_subscriptions WHERE id = $1 AND supplier_id = $2 AND deleted_at IS NULL',
      [webhookId, supplierId],
    );
    if (!row) throw new NotFound('webhook', webhookId);
  }

  private audit(sql: Sql, editor: Editor, action: string, webhookId: string, detail: object, now: Instant) {
    const { supplierId, actor } = editor;
    return recordAudit(sql, { supplierId, actor, action, subject: `webhook/${webhookId}`, detail }, now);
  }
}

function toSubscription({ previousSecretUntil, ...row }: SubscriptionRow): WebhookSubscription {
  return { ...row, previousSecretUntil: given(previousSecretUntil) };
}
