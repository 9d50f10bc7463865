import { createHash } from 'node:crypto';
import type { Database } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';

/** An entry as the database holds it. */
export interface ChainedEntry {
  readonly id: number;
  readonly supplierId: string | null;
  readonly seq: number;
  readonly at: Instant;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  /** Postgres's own text of the jsonb: keys in its order, one space after colons and commas. */
  readonly detail: string;
  /** Lower-case hex. */
  readonly hash: string;
}

export type ChainProblem = 'missing' | 'changed' | 'beyond the head' | 'without a head';

/** What became of one supplier's chain. */
export interface ChainResult {
  /** Absent: entries of no supplier. */
  readonly supplierId: string | undefined;
  /** Entries that are proven: all of those before the first problem. */
  readonly entries: number;
  /** Hash of the last proven entry: write it down elsewhere, and a chain that was made anew will show. */
  readonly hash: string;
  /** The first entry that is missing or does not follow from the one before it. */
  readonly broken?:
    { readonly seq: number; readonly id?: number; readonly problem: ChainProblem } | undefined;
}

interface Chain {
  readonly supplierId: string | null;
  readonly headSeq: number | null;
  readonly headHash: string | null;
}

const batch = 1_000;
/** What the first entry is chained to: the hash of nothing. */
export const chainStart = createHash('sha256').digest('hex');

/**
 * SHA-256 over the hash before it (32 bytes) and the entry's fields in order: supplier id, seq, epoch ms, actor, action,
 * subject, detail; each as `bytes:text` in UTF-8, an absent one as `-`. No two entries have the same text.
 */
export function chainedHash(entry: Omit<ChainedEntry, 'id' | 'hash'>, before: string): string {
  const { supplierId, seq, at, actor, action, subject, detail } = entry;
  const hash = createHash('sha256').update(Buffer.from(before, 'hex'));
  for (const field of [supplierId, String(seq), String(at), actor, action, subject, detail])
    hash.update(field === null ? '-' : `${Buffer.byteLength(field, 'utf8')}:${field}`, 'utf8');
  return hash.digest('hex');
}

/** Recomputes the chains of the audit, outside of the database that wrote them. */
export class AuditVerifier {
  constructor(private readonly db: Database) {}

  /** Every chain, or one supplier's. Reads in batches; entries that are written meanwhile do no harm. */
  async verify(supplierId?: string): Promise<ChainResult[]> {
    const chains = await this.db.rows<Chain>(
      `SELECT coalesce(head.supplier_id, entry.supplier_id) AS "supplierId", head.seq AS "headSeq",
         encode(head.hash, 'hex') AS "headHash"
       FROM audit_heads head
       FULL JOIN (SELECT DISTINCT supplier_id, coalesce(supplier_id, '00000000-0000-0000-0000-000000000000') AS chain FROM audit) entry
         ON entry.chain = head.chain
       WHERE $1::uuid IS NULL OR coalesce(head.supplier_id, entry.supplier_id) = $1 ORDER BY 1`,
      [supplierId ?? null],
    );
    const results = [];
    for (const chain of chains) results.push(await this.verifyChain(chain));
    return results;
  }

  private async verifyChain({ supplierId, headSeq, headHash }: Chain): Promise<ChainResult> {
    let hash = chainStart;
    let entries = 0;
    const result = (broken?: ChainResult['broken']): ChainResult => ({
      supplierId: supplierId ?? undefined,
      entries,
      hash,
      broken,
    });
    if (headSeq === null) return result({ seq: 1, problem: 'without a head' });
    for (;;) {
      const rows = await this.after(supplierId, entries);
      for (const row of rows) {
        if (entries === headSeq) break;
        if (row.seq > entries + 1) return result({ seq: entries + 1, problem: 'missing' });
        const expected = chainedHash(row, hash);
        if (expected !== row.hash) return result({ seq: row.seq, id: row.id, problem: 'changed' });
        hash = expected;
        entries = row.seq;
      }
      if (rows.length < batch || entries === headSeq) break;
    }
    if (entries < headSeq) return result({ seq: entries + 1, problem: 'missing' });
    if (hash !== headHash) return result({ seq: entries, problem: 'changed' });
    return result(await this.beyond(supplierId, headSeq));
  }

  private after(supplierId: string | null, seq: number): Promise<ChainedEntry[]> {
    return this.db.rows<ChainedEntry>(
      `SELECT id, supplier_id AS "supplierId", seq, at, actor, action, subject, detail::text AS detail,
         encode(hash, 'hex') AS hash
       FROM audit WHERE supplier_id IS NOT DISTINCT FROM $1::uuid AND seq > $2 ORDER BY seq LIMIT $3`,
      [supplierId, seq, batch],
    );
  }

  /** Entries behind the head are forged, unless the head has moved meanwhile. */
  private async beyond(supplierId: string | null, headSeq: number): Promise<ChainResult['broken']> {
    const [row] = await this.db.rows<{ seq: number; id: number }>(
      `SELECT entry.seq, entry.id FROM audit entry JOIN audit_heads head ON head.supplier_id IS NOT DISTINCT FROM $1::uuid
       WHERE entry.supplier_id IS NOT DISTINCT FROM $1::uuid AND entry.seq > $2 AND entry.seq > head.seq
       ORDER BY entry.seq LIMIT 1`,
      [supplierId, headSeq],
    );
    return row && { ...row, problem: 'beyond the head' };
  }
}
