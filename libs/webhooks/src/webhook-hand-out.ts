import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database } from '@warmshift/db';
import { dayMs, minuteMs } from '@warmshift/domain';
import { deliverJob } from './webhook';

const batch = 500;
/** A delivery that is late by so much has lost its job with the queue. */
const lostAfterMs = 2 * minuteMs;
const keptForMs = 30 * dayMs;

/** Makes deliveries of events, one per subscription, and jobs of deliveries. Any number of replicas. */
export class WebhookHandOut {
  constructor(
    private readonly db: Database,
    private readonly clock: Pick<Clock, 'now' | 'virtualMs'>,
  ) {}

  /** @returns how many deliveries were made or found lost. */
  async tick(): Promise<number> {
    return (await this.handOut()) + (await this.findLost());
  }

  private async handOut(): Promise<number> {
    const now = this.clock.now();
    return this.db.transaction(async (sql) => {
      const rows = await sql.rows<{ id: string }>(
        `WITH events AS (
           UPDATE webhook_events SET handed_out = true, at = coalesce(at, $2)
           WHERE id IN (SELECT id FROM webhook_events WHERE NOT handed_out ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
           RETURNING id, supplier_id, type)
         INSERT INTO webhook_deliveries (id, supplier_id, subscription_id, event_id, created_at, next_attempt_at)
         SELECT gen_random_uuid(), events.supplier_id, subscription.id, events.id, $2, $2
         FROM events JOIN webhook_subscriptions subscription ON subscription.supplier_id = events.supplier_id
           AND subscription.deleted_at IS NULL
           AND (events.type = ANY (subscription.events) OR split_part(events.type, '.', 1) || '.*' = ANY (subscription.events))
         RETURNING id`,
        [batch, at(now)],
      );
      await addToOutbox(
        sql,
        rows.map(({ id }) => deliverJob(id, now)),
        now,
      );
      return rows.length;
    });
  }

  private async findLost(): Promise<number> {
    const now = this.clock.now();
    return this.db.transaction(async (sql) => {
      const rows = await sql.rows<{ id: string }>(
        `UPDATE webhook_deliveries SET next_attempt_at = $2 WHERE id IN (
           SELECT id FROM webhook_deliveries WHERE next_attempt_at < $3 ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [batch, at(now), at(now - this.clock.virtualMs(lostAfterMs))],
      );
      await addToOutbox(
        sql,
        rows.map(({ id }) => deliverJob(id, now)),
        now,
      );
      return rows.length;
    });
  }

  /** Forgets what is older than 30 days. */
  async forgetOld(): Promise<void> {
    const before = at(this.clock.now() - keptForMs);
    await this.db.run('DELETE FROM webhook_deliveries WHERE created_at < $1', [before]);
    await this.db.run('DELETE FROM webhook_events WHERE handed_out AND at < $1', [before]);
  }
}
