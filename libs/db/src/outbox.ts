import type { Instant } from '@warmshift/domain';
import { iso, recordset, type Database, type Sql } from './database';

export interface OutboxJob {
  readonly name: string;
  readonly payload: unknown;
  readonly runAt: Instant;
}

export interface OutboxRow extends OutboxJob {
  readonly id: string;
}

/** How far ahead jobs leave the outbox: long delayed jobs get lost with the queue, so they wait here. */
export const outboxHorizonMs = 15 * 60_000;

/** How long (database clock) a relay may hold rows before another one may take them. */
const claimSeconds = 15;

/** Writes jobs beside the state change that wants them: call it inside the same transaction. The same job is written once. */
export async function addToOutbox(sql: Sql, jobs: readonly OutboxJob[], now: Instant): Promise<void> {
  if (jobs.length === 0) return;
  await sql.run(
    `INSERT INTO outbox (name, payload, run_at, created_at)
     SELECT name, payload, "runAt", "createdAt"
     FROM jsonb_to_recordset($1::jsonb) AS job(name text, payload jsonb, "runAt" timestamptz, "createdAt" timestamptz)`,
    [outboxRecordset(jobs, now)],
  );
}

/** Jobs as a parameter for statements that write them beside something else, each once. */
export function outboxRecordset(jobs: readonly OutboxJob[], now: Instant): string {
  const createdAt = iso(now);
  const rows = jobs.map((job) => ({ ...job, runAt: iso(job.runAt), createdAt }));
  return recordset([...new Map(rows.map((row) => [JSON.stringify(row), row])).values()]);
}

/** The outbox as the relay of `libs/queue` sees it. Any number of relays may claim at once. */
export class PostgresOutbox {
  constructor(private readonly db: Database) {}

  async claim(limit: number, now: Instant): Promise<OutboxRow[]> {
    return this.db.rows<OutboxRow>(
      `UPDATE outbox SET claimed_until = clock_timestamp() + make_interval(secs => $3)
       WHERE id IN (
         SELECT id FROM outbox
         WHERE run_at <= $2 AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
         ORDER BY run_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id::text AS id, name, payload, run_at AS "runAt"`,
      [limit, new Date(now + outboxHorizonMs), claimSeconds],
    );
  }

  async done(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.db.run('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [ids]);
  }

  /** Age in ms of the oldest row that should have left, by the injected clock; 0 when there is none. */
  async ageMs(now: Instant): Promise<number> {
    const [row] = await this.db.rows<{ oldest: Instant | null }>(
      'SELECT min(greatest(run_at, created_at)) AS oldest FROM outbox WHERE run_at <= $1',
      [new Date(now)],
    );
    const oldest = row?.oldest ?? now;
    return Math.max(0, now - oldest);
  }
}
