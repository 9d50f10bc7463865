import { at, type Database, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import type { SecretBox } from '@warmshift/security';
import type { StoredToken, TokenStore, VendorMemory } from '@warmshift/vendors/contract';

/** What secrets of a connection are bound to, so that a sealed value cannot be moved to another row. */
export function sealedTo(connectionId: string, what: 'credentials' | 'token'): string {
  return `connection/${connectionId}/${what}`;
}

/** One token per connection, sealed in Postgres; renewal holds a lock that is valid across processes. */
export class PostgresTokenStore implements TokenStore {
  /** Callers of this process wait for the same renewal, so that they hold one database connection together, not one each. */
  private readonly renewals = new Map<string | undefined, Promise<StoredToken>>();

  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly connectionId: string,
  ) {}

  read(): Promise<StoredToken | undefined> {
    return this.readOn(this.db);
  }

  renew(rejected: string | undefined, fetch: () => Promise<StoredToken>): Promise<StoredToken> {
    const known = this.renewals.get(rejected);
    if (known) return known;
    const renewal = this.renewAlone(rejected, fetch).finally(() => this.renewals.delete(rejected));
    this.renewals.set(rejected, renewal);
    return renewal;
  }

  private renewAlone(rejected: string | undefined, fetch: () => Promise<StoredToken>): Promise<StoredToken> {
    return this.db.withSessionLock(`token/${this.connectionId}`, async (sql) => {
      const stored = await this.readOn(sql);
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

  private async readOn(sql: Sql): Promise<StoredToken | undefined> {
    const [row] = await sql.rows<{ token: string | null; expiresAt: Instant | null }>(
      'SELECT token, token_expires_at AS "expiresAt" FROM connection_runtime WHERE connection_id = $1',
      [this.connectionId],
    );
    if (!row?.token) return undefined;
    const value = this.secrets.open(row.token, sealedTo(this.connectionId, 'token'));
    return { value, expiresAt: row.expiresAt ?? undefined };
  }
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
