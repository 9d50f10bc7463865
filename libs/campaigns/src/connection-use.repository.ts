import { at, type Database } from '@warmshift/db';
import { dayMs, type Instant } from '@warmshift/domain';
import type { ConnectionUse } from './connection-pace';

/** What connections have used of the day's quota, and what is planned on them. */
export class ConnectionUseRepository {
  constructor(private readonly db: Database) {}

  /** @param startsAt of the window: the quota of its UTC day counts. */
  async of(connectionIds: readonly string[], startsAt: Instant, now: Instant): Promise<ConnectionUse[]> {
    const dayStartsAt = Math.floor(startsAt / dayMs) * dayMs;
    return this.db.rows<ConnectionUse>(
      `SELECT connection.id AS "connectionId", connection.vendor,
         connection.requests_per_second AS "requestsPerSecond",
         (CASE WHEN runtime.quota_day = $2 THEN runtime.quota_used ELSE 0 END)::int AS "requestsToday",
         (SELECT count(*)::int FROM actions action WHERE action.connection_id = connection.id
            AND action.state = 'PLANNED' AND action.starts_at >= $3 AND action.starts_at < $4) AS "startsToCome",
         (SELECT count(*)::int FROM actions action WHERE action.connection_id = connection.id
            AND action.ended_at IS NULL AND action.ends_at > $3 AND action.ends_at <= $4) AS "restoresToCome"
       FROM connections connection LEFT JOIN connection_runtime runtime ON runtime.connection_id = connection.id
       WHERE connection.id = ANY($1::uuid[]) ORDER BY connection.id`,
      [connectionIds, new Date(now).toISOString().slice(0, 10), at(dayStartsAt), at(dayStartsAt + dayMs)],
    );
  }
}
