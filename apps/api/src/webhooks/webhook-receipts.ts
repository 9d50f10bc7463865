import { createHash } from 'node:crypto';
import { at, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';

/** One delivery that is known to come from the vendor. */
export interface WebhookReceipt {
  readonly supplierId: string;
  readonly connectionId: string;
  /** The sender's own id of it; not covered by a signature, so never enough by itself. */
  readonly webhookId: string | undefined;
  readonly rawBody: Uint8Array;
  /** Events with the same subject replace one another. */
  readonly subject: string;
  readonly happenedAt: Instant;
}

/** `repeated`: the same delivery was taken before. `stale`: a later event on the same subject was. */
export type ReceiptVerdict = 'new' | 'repeated' | 'stale';

/** Injection token of `WebhookReceipts`. */
export const WEBHOOK_RECEIPTS = Symbol('WEBHOOK_RECEIPTS');

/** Remembers deliveries, so that each has its effect once, across processes. */
export interface WebhookReceipts {
  /** To be called in the transaction that writes the effect. */
  claim(sql: Sql, receipt: WebhookReceipt, now: Instant): Promise<ReceiptVerdict>;
}

/**
 * Beside the requests that carry an `Idempotency-Key`: a webhook's id is one. Those keys hold no space, ours do, so they never meet.
 * They are forgotten with them, after a day; a signed time stamp is good for minutes.
 */
export class PostgresWebhookReceipts implements WebhookReceipts {
  async claim(sql: Sql, receipt: WebhookReceipt, now: Instant): Promise<ReceiptVerdict> {
    const { connectionId, supplierId, webhookId, rawBody, subject, happenedAt } = receipt;
    const body = sha256(rawBody);
    const keys = [
      `webhook ${connectionId} body ${body}`,
      ...(webhookId === undefined ? [] : [`webhook ${connectionId} id ${sha256(webhookId)}`]),
    ];
    const taken = await sql.run(
      `INSERT INTO idempotency_keys (supplier_id, key, request_hash, created_at)
       SELECT $1, key, $3, $4 FROM unnest($2::text[]) AS key ORDER BY key ON CONFLICT DO NOTHING`,
      [supplierId, keys, body, at(now)],
    );
    if (taken < keys.length) return 'repeated';
    const newest = await sql.run(
      `INSERT INTO idempotency_keys (supplier_id, key, request_hash, response, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (supplier_id, key) DO UPDATE SET request_hash = excluded.request_hash, response = excluded.response,
         created_at = excluded.created_at
       WHERE (idempotency_keys.response ->> 'happenedAt')::bigint <= (excluded.response ->> 'happenedAt')::bigint`,
      [
        supplierId,
        `webhook ${connectionId} newest ${sha256(subject)}`,
        body,
        JSON.stringify({ happenedAt }),
        at(now),
      ],
    );
    return newest > 0 ? 'new' : 'stale';
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
