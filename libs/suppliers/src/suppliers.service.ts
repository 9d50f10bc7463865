import type { Clock } from '@warmshift/config';
import { given, type Database } from '@warmshift/db';
import { InvalidInput, NotFound, type Instant } from '@warmshift/domain';
import type { Caller } from './api-key';
import { recordAudit } from './audit-trail';
import { checkRuleSettings, type RuleSettings } from './rule-settings';

export interface Supplier {
  readonly supplierId: string;
  readonly name: string;
  readonly ruleSettings: RuleSettings;
  /** Since when an emergency stop holds everything. */
  readonly heldAt?: Instant | undefined;
  readonly heldReason?: string | undefined;
  readonly createdAt: Instant;
}

type Row = Omit<Supplier, 'heldAt' | 'heldReason'> & {
  readonly heldAt: Instant | null;
  readonly heldReason: string | null;
};

const columns = `id AS "supplierId", name, rule_settings AS "ruleSettings", held_at AS "heldAt",
  held_reason AS "heldReason", created_at AS "createdAt"`;

export class SuppliersService {
  constructor(
    private readonly db: Database,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async get(supplierId: string): Promise<Supplier> {
    const [row] = await this.db.rows<Row>(`SELECT ${columns} FROM suppliers WHERE id = $1`, [supplierId]);
    if (!row) throw new NotFound('supplier', supplierId);
    return toSupplier(row);
  }

  /** Replaces the supplier's rule settings as a whole. @throws InvalidInput naming every wrong one. */
  async setRuleSettings(caller: Caller, settings: Record<string, unknown>): Promise<Supplier> {
    const problems = checkRuleSettings(settings);
    if (problems.length > 0) throw new InvalidInput(problems);
    const now = this.clock.now();
    const { supplierId, actor } = caller;
    return this.db.transaction(async (sql) => {
      const [row] = await sql.rows<Row>(
        `UPDATE suppliers SET rule_settings = $2 WHERE id = $1 RETURNING ${columns}`,
        [supplierId, JSON.stringify(settings)],
      );
      if (!row) throw new NotFound('supplier', supplierId);
      const detail = { ruleSettings: settings };
      const subject = `supplier/${supplierId}`;
      await recordAudit(sql, { supplierId, actor, action: 'supplier.update', subject, detail }, now);
      return toSupplier(row);
    });
  }
}

function toSupplier(row: Row): Supplier {
  const heldReason = row.heldAt === null ? undefined : given(row.heldReason);
  return { ...row, heldAt: given(row.heldAt), heldReason };
}
