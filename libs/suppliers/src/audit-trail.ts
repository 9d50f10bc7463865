import { at, type Database, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';

/** Who changed what, and when. `detail` holds no secret. */
export interface AuditEntry {
  readonly supplierId: string;
  /** `key/PREFIX`, `system` or `bootstrap`. */
  readonly actor: string;
  /** A dotted verb, such as `device.update`. */
  readonly action: string;
  /** `device/ID`. */
  readonly subject: string;
  readonly detail?: object | undefined;
}

export interface StoredAuditEntry {
  readonly id: number;
  readonly at: Instant;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Record<string, unknown>;
}

/** Writes an entry beside the change it tells of: call it inside the same transaction where there is one. */
export async function recordAudit(sql: Sql, entry: AuditEntry, now: Instant): Promise<void> {
  await sql.run(
    'INSERT INTO audit (supplier_id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    [entry.supplierId, at(now), entry.actor, entry.action, entry.subject, JSON.stringify(entry.detail ?? {})],
  );
}

/** The audit of one supplier, newest first. */
export class AuditTrail {
  constructor(private readonly db: Database) {}

  record(entry: AuditEntry, now: Instant): Promise<void> {
    return recordAudit(this.db, entry, now);
  }

  list(
    supplierId: string,
    page: { limit: number; beforeId?: number | undefined; subject?: string | undefined },
  ): Promise<StoredAuditEntry[]> {
    return this.db.rows<StoredAuditEntry>(
      `SELECT id, at, actor, action, subject, detail FROM audit
       WHERE supplier_id = $1 AND ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR subject = $3)
       ORDER BY id DESC LIMIT $4`,
      [supplierId, page.beforeId ?? null, page.subject ?? null, page.limit],
    );
  }
}
