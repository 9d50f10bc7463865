import { at, type Database } from '@warmshift/db';
import { dayMs, type Instant } from '@warmshift/domain';
import type { SecretBox } from '@warmshift/security';
import {
  VendorRateLimited,
  type Pacer,
  type StoredToken,
  type TokenStore,
  type VendorClock,
  type VendorManifest,
  type VendorMemory,
} from '@warmshift/vendors/contract';

/** What secrets of a connection are bound to, so that a sealed value cannot be moved to another row. */
export function sealedTo(connectionId: string, what: 'credentials' | 'token'): string {
  return `connection/${connectionId}/${what}`;
}

/** One token per connection, sealed in Postgres; renewal holds a lock that is valid across processes. */
export class PostgresTokenStore implements TokenStore {
  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly connectionId: string,
  ) {}

  async read(): Promise<StoredToken | undefined> {
    const [row] = await this.db.rows<{ token: string | null; expiresAt: Instant | null }>(
      'SELECT token, token_expires_at AS "expiresAt" FROM connection_runtime WHERE connection_id = $1',
      [this.connectionId],
    );
    if (!row?.token) return undefined;
    const value = this.secrets.open(row.token, sealedTo(this.connectionId, 'token'));
    return { value, expiresAt: row.expiresAt ?? undefined };
  }

  renew(rejected: string | undefined, fetch: () => Promise<StoredToken>): Promise<StoredToken> {
    return this.db.withSessionLock(`token/${this.connectionId}`, async (sql) => {
      const stored = await this.read();
      if (stored && stored.value !== rejected) return stored;
      const fresh = await fetch();
      await sql.run(
        'UPDATE connection_runtime SET token = $2, token_expires_at = $3 WHERE connection_id = $1',
        [
          this.connectionId,
          this.secrets.seal(fresh.value, sealedTo(this.connectionId, 'token')),
          at(fresh.expiresAt),
        ],
      );
      return fresh;
    });
  }
}

/**
 * Generic cell rate algorithm on one row per connection: `next_free_at` is the theoretical arrival time. One statement
 * per request, valid across processes, in time of the injected clock.
 */
export class PostgresPacer implements Pacer {
  constructor(
    private readonly db: Database,
    private readonly connectionId: string,
    private readonly pacing: VendorManifest['pacing'],
    private readonly clock: VendorClock,
  ) {}

  async take(purpose: 'read' | 'steer' | 'restore'): Promise<void> {
    const now = this.clock.now();
    const emissionMs = 1000 / this.pacing.requestsPerSecond;
    const quota = this.pacing.requestsPerDay;
    const allowed =
      quota === undefined
        ? null
        : purpose === 'restore'
          ? quota
          : Math.floor(quota * (1 - this.pacing.restoreShare));
    const day = new Date(now).toISOString().slice(0, 10);
    const [row] = await this.db.rows<{ freeAt: Instant }>(
      `UPDATE connection_runtime
       SET next_free_at = greatest(coalesce(next_free_at, $2), $2) + make_interval(secs => $3 / 1000.0),
           quota_day = $4,
           quota_used = CASE WHEN quota_day = $4 THEN quota_used + 1 ELSE 1 END
       WHERE connection_id = $1 AND ($5::int IS NULL OR quota_day IS DISTINCT FROM $4 OR quota_used < $5)
       RETURNING next_free_at AS "freeAt"`,
      [this.connectionId, new Date(now), emissionMs, day, allowed],
    );
    if (!row)
      throw new VendorRateLimited(`The daily quota of ${quota} requests is used up.`, untilNextUtcDay(now));
    const sendAt = row.freeAt - emissionMs * this.pacing.burst;
    if (sendAt > now) await sleep(this.clock.realMs(sendAt - now));
  }

  async backOff(ms: number): Promise<void> {
    await this.db.run(
      'UPDATE connection_runtime SET next_free_at = greatest(coalesce(next_free_at, $2), $2) WHERE connection_id = $1',
      [this.connectionId, new Date(this.clock.now() + ms)],
    );
  }
}

function untilNextUtcDay(now: Instant): number {
  return dayMs - (now % dayMs);
}

function sleep(realMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, realMs));
}

/** Small non-secret facts of a connection, shared by all processes. */
export class PostgresVendorMemory implements VendorMemory {
  constructor(
    private readonly db: Database,
    private readonly connectionId: string,
  ) {}

  async get(key: string): Promise<string | undefined> {
    const [row] = await this.db.rows<{ value: string | null }>(
      'SELECT memory ->> $2 AS value FROM connection_runtime WHERE connection_id = $1',
      [this.connectionId, key],
    );
    return row?.value ?? undefined;
  }

  async set(key: string, value: string): Promise<void> {
    await this.db.run(
      'UPDATE connection_runtime SET memory = memory || jsonb_build_object($2::text, $3::text) WHERE connection_id = $1',
      [this.connectionId, key, value],
    );
  }
}
