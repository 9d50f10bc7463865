import { at, Batch, byKey, recordset, type Database, type Sql } from '@warmshift/db';
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
  /** Every request asks for the token: those that ask at the same time share one answer. */
  private readonly reads = new Batch(async (asked: readonly undefined[]) => {
    const token = await this.readOn(this.db);
    return asked.map(() => token);
  });
  private opened: { readonly sealed: string; readonly value: string } | undefined;

  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly connectionId: string,
  ) {}

  read(): Promise<StoredToken | undefined> {
    return this.reads.add(undefined);
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
    return { value: this.open(row.token), expiresAt: row.expiresAt ?? undefined };
  }

  private open(sealed: string): string {
    if (this.opened?.sealed !== sealed)
      this.opened = { sealed, value: this.secrets.open(sealed, sealedTo(this.connectionId, 'token')) };
    return this.opened.value;
  }
}

/** Small non-secret facts of a connection, shared by all processes: one row per key, for a fleet has many. */
export class PostgresVendorMemory implements VendorMemory {
  private readonly reads = new Batch((keys: readonly string[]) => this.read(keys));
  private readonly writes = new Batch((entries: readonly MemoryEntry[]) => this.write(entries));

  constructor(
    private readonly db: Database,
    private readonly connectionId: string,
  ) {}

  get(key: string): Promise<string | undefined> {
    return this.reads.add(key);
  }

  set(key: string, value: string): Promise<void> {
    return this.writes.add({ key, value });
  }

  private async read(keys: readonly string[]): Promise<(string | undefined)[]> {
    const rows = await this.db.rows<MemoryEntry>(
      'SELECT key, value FROM connection_memory WHERE connection_id = $1 AND key = ANY($2::text[])',
      [this.connectionId, [...new Set(keys)]],
    );
    const found = byKey(rows, ({ key }) => key);
    return keys.map((key) => found.get(key)?.value);
  }

  /** Of two values of one key the later one counts. */
  private async write(entries: readonly MemoryEntry[]): Promise<void[]> {
    const last = [...byKey(entries, ({ key }) => key).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    await this.db.run(
      `INSERT INTO connection_memory (connection_id, key, value)
       SELECT $1, key, value FROM jsonb_to_recordset($2::jsonb) AS entry(key text, value text)
       ON CONFLICT (connection_id, key) DO UPDATE SET value = excluded.value`,
      [this.connectionId, recordset(last)],
    );
    return entries.map(() => undefined);
  }
}

interface MemoryEntry {
  readonly key: string;
  readonly value: string;
}
