import { at, Batch, byKey, recordset, type Database, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import type { SecretBox } from '@warmshift/security';
import type { StoredToken, TokenStore, VendorMemory } from '@warmshift/vendors/contract';

/** What secrets of a connection are bound to, so that a sealed value cannot be moved to another row. */
export function sealedTo(connectionId: string, what: 'credentials' | 'token'): string {
  return `connection/${connectionId}/${what}`;
}

/** How long a token that was read counts as the present one. Real ms. */
const readEveryMs = 500;
/** How long facts gather before they are stored together. Real ms. */
const gatherMs = 250;

/** One token per connection, sealed in Postgres; renewal holds a lock that is valid across processes. */
export class PostgresTokenStore implements TokenStore {
  /** Callers of this process wait for the same renewal, so that they hold one database connection together, not one each. */
  private readonly renewals = new Map<string | undefined, Promise<StoredToken>>();
  /** Every request asks for the token: those that ask within a moment share one answer. */
  private lastRead: { readonly at: number; readonly token: Promise<StoredToken | undefined> } | undefined;
  private opened: { readonly sealed: string; readonly value: string } | undefined;

  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly connectionId: string,
  ) {}

  /** A moment old, perhaps: a token that another process replaced meanwhile is refused, and `renew` finds the new one. */
  read(): Promise<StoredToken | undefined> {
    const now = performance.now();
    if (this.lastRead === undefined || now - this.lastRead.at > readEveryMs) {
      const token = this.readOn(this.db);
      this.lastRead = { at: now, token };
      token.catch(() => this.forgetRead(token));
    }
    return this.lastRead.token;
  }

  private forgetRead(token: Promise<unknown>): void {
    if (this.lastRead?.token === token) this.lastRead = undefined;
  }

  renew(rejected: string | undefined, fetch: () => Promise<StoredToken>): Promise<StoredToken> {
    const known = this.renewals.get(rejected);
    if (known) return known;
    const renewal = this.renewAlone(rejected, fetch).finally(() => {
      this.lastRead = undefined;
      this.renewals.delete(rejected);
    });
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

/**
 * Small non-secret facts of a connection, shared by all processes: one row per key, for a fleet has many. This process knows at
 * once what it set; the others a moment later, or, when it dies or Postgres is away, not: then a vendor is asked once more.
 */
export class PostgresVendorMemory implements VendorMemory {
  private readonly reads = new Batch((keys: readonly string[]) => this.read(keys));
  private unsaved = new Map<string, string>();
  private saving = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    private readonly connectionId: string,
  ) {}

  async get(key: string): Promise<string | undefined> {
    return this.unsaved.get(key) ?? this.saving.get(key) ?? (await this.reads.add(key));
  }

  set(key: string, value: string): Promise<void> {
    this.unsaved.set(key, value);
    this.timer ??= setTimeout(() => void this.save(), gatherMs).unref();
    return Promise.resolve();
  }

  private async read(keys: readonly string[]): Promise<(string | undefined)[]> {
    const rows = await this.db.rows<MemoryEntry>(
      'SELECT key, value FROM connection_memory WHERE connection_id = $1 AND key = ANY($2::text[])',
      [this.connectionId, [...new Set(keys)]],
    );
    const found = byKey(rows, ({ key }) => key);
    return keys.map((key) => found.get(key)?.value);
  }

  private async save(): Promise<void> {
    this.saving = this.unsaved;
    this.unsaved = new Map();
    const entries = [...this.saving].map(([key, value]) => ({ key, value }));
    await this.db
      .run(
        `INSERT INTO connection_memory (connection_id, key, value)
         SELECT $1, key, value FROM jsonb_to_recordset($2::jsonb) AS entry(key text, value text) ORDER BY key
         ON CONFLICT (connection_id, key) DO UPDATE SET value = excluded.value`,
        [this.connectionId, recordset(entries)],
      )
      .catch(() => 0);
    this.saving = new Map();
    this.timer = this.unsaved.size > 0 ? setTimeout(() => void this.save(), gatherMs).unref() : undefined;
  }
}

interface MemoryEntry {
  readonly key: string;
  readonly value: string;
}
