import { at, given, type Database, type Sql } from '@warmshift/db';
import { NotFound, type Instant } from '@warmshift/domain';
import type { NewApiKey, Role } from '@warmshift/security';
import type { ApiKey } from './api-key';

/** What is needed to judge a presented key. */
export interface StoredKey {
  readonly apiKeyId: string;
  readonly supplierId: string;
  readonly supplierName: string;
  readonly role: Role;
  readonly prefix: string;
  readonly hash: string;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
}

interface KeyRow extends Omit<ApiKey, 'expiresAt' | 'lastUsedAt' | 'revokedAt'> {
  readonly expiresAt: Instant | null;
  readonly lastUsedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

const listed = `id AS "apiKeyId", name, role::text AS role, prefix, created_at AS "createdAt", expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt", revoked_at AS "revokedAt"`;

/** Keys in Postgres; only hashes are stored. */
export class ApiKeysRepository {
  constructor(private readonly db: Database) {}

  async byPrefix(prefix: string): Promise<StoredKey | undefined> {
    const [row] = await this.db.rows<StoredKey>(
      `SELECT key.id AS "apiKeyId", key.supplier_id AS "supplierId", supplier.name AS "supplierName",
         key.role::text AS role, key.prefix, key.hash, key.expires_at AS "expiresAt", key.revoked_at AS "revokedAt",
         key.last_used_at AS "lastUsedAt"
       FROM api_keys key JOIN suppliers supplier ON supplier.id = key.supplier_id
       WHERE key.prefix = $1`,
      [prefix],
    );
    return row;
  }

  /** Writes only when the last note is older than `everyMs`. */
  async noteUse(apiKeyId: string, now: Instant, everyMs: number): Promise<void> {
    await this.db.run(
      'UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)',
      [apiKeyId, at(now), at(now - everyMs)],
    );
  }

  async list(supplierId: string): Promise<ApiKey[]> {
    const rows = await this.db.rows<KeyRow>(
      `SELECT ${listed} FROM api_keys WHERE supplier_id = $1 ORDER BY created_at, id`,
      [supplierId],
    );
    return rows.map(toApiKey);
  }

  async revoke(sql: Sql, supplierId: string, apiKeyId: string, now: Instant): Promise<ApiKey> {
    const [row] = await sql.rows<KeyRow>(
      `UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3) WHERE id = $1 AND supplier_id = $2 RETURNING ${listed}`,
      [apiKeyId, supplierId, at(now)],
    );
    if (!row) throw new NotFound('API key', apiKeyId);
    return toApiKey(row);
  }

  /**
   * Lets a valid key end at `endsAt`, unless it does so before.
   * @returns undefined for one that is unknown, revoked or expired.
   */
  async endAt(
    sql: Sql,
    supplierId: string,
    apiKeyId: string,
    endsAt: Instant,
    now: Instant,
  ): Promise<ApiKey | undefined> {
    const [row] = await sql.rows<KeyRow>(
      `UPDATE api_keys SET expires_at = least(expires_at, $3)
       WHERE id = $1 AND supplier_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $4)
       RETURNING ${listed}`,
      [apiKeyId, supplierId, at(endsAt), at(now)],
    );
    return row && toApiKey(row);
  }

  async exists(sql: Sql, supplierId: string, apiKeyId: string): Promise<boolean> {
    const rows = await sql.rows('SELECT 1 FROM api_keys WHERE id = $1 AND supplier_id = $2', [
      apiKeyId,
      supplierId,
    ]);
    return rows.length > 0;
  }

  async adminsLeft(sql: Sql, supplierId: string, now: Instant): Promise<number> {
    const [row] = await sql.rows<{ left: number }>(
      `SELECT count(*) AS left FROM api_keys
       WHERE supplier_id = $1 AND role = 'admin' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
      [supplierId, at(now)],
    );
    return row?.left ?? 0;
  }

  async any(sql: Sql): Promise<boolean> {
    const [row] = await sql.rows<{ any: boolean }>('SELECT EXISTS (SELECT 1 FROM api_keys) AS any');
    return row?.any ?? false;
  }
}

/** @returns undefined when a key of this prefix is there already. */
export async function insertApiKey(
  sql: Sql,
  key: Pick<NewApiKey, 'prefix' | 'hash'> & {
    readonly supplierId: string;
    readonly name: string;
    readonly role: Role;
    readonly expiresAt?: Instant | undefined;
  },
  now: Instant,
): Promise<ApiKey | undefined> {
  const [row] = await sql.rows<KeyRow>(
    `INSERT INTO api_keys (id, supplier_id, name, role, prefix, hash, created_at, expires_at)
     VALUES (gen_random_uuid(), $1, $2, $3::"ApiRole", $4, $5, $6, $7)
     ON CONFLICT (prefix) DO NOTHING RETURNING ${listed}`,
    [key.supplierId, key.name, key.role, key.prefix, key.hash, at(now), at(key.expiresAt)],
  );
  return row && toApiKey(row);
}

function toApiKey(row: KeyRow): ApiKey {
  return {
    ...row,
    expiresAt: given(row.expiresAt),
    lastUsedAt: given(row.lastUsedAt),
    revokedAt: given(row.revokedAt),
  };
}
