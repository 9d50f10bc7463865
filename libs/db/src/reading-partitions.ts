import { dayMs, type Instant } from '@warmshift/domain';
import type { Database } from './database';

/** Any constant; keeps two processes from creating the same partition at once. */
const advisoryLock = 7_275_002;

/** Makes the daily partitions of `readings` (UTC days) before rows need them. One per process. */
export class ReadingPartitions {
  private readonly known = new Set<number>();

  constructor(private readonly db: Database) {}

  async ensure(instants: Iterable<Instant>): Promise<void> {
    const missing = new Set<number>();
    for (const instant of instants) {
      const day = Math.floor(instant / dayMs);
      if (!this.known.has(day)) missing.add(day);
    }
    for (const day of missing) {
      await this.create(day);
      this.known.add(day);
    }
  }

  private async create(day: number): Promise<void> {
    const startsAt = new Date(day * dayMs).toISOString();
    const endsAt = new Date((day + 1) * dayMs).toISOString();
    const name = `readings_${startsAt.slice(0, 10).replaceAll('-', '')}`;
    await this.db.transaction(async (sql) => {
      await sql.rows('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
      await sql.run(
        `CREATE TABLE IF NOT EXISTS "${name}" PARTITION OF readings FOR VALUES FROM ('${startsAt}') TO ('${endsAt}')`,
      );
      await sql.rows('SELECT warmshift_protect_tenants()');
    });
  }
}
