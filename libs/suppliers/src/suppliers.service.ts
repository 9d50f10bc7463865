import type { Clock } from '@warmshift/config';
import { given, type Database, type Sql } from '@warmshift/db';
import { InvalidInput, NotFound, PreconditionFailed, type Instant } from '@warmshift/domain';
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

  /** Names the state of what operators have set for the supplier; the same state has the same name. */
  version(supplierId: string): Promise<string> {
    return versionOf(this.db, supplierId, '');
  }

  /**
   * Replaces the supplier's rule settings as a whole.
   * @param versions the change is made only if the state is one of these; absent: whatever it is.
   * @throws InvalidInput naming every wrong one; PreconditionFailed.
   */
  async setRuleSettings(
    caller: Caller,
    settings: Record<string, unknown>,
    versions?: readonly string[],
  ): Promise<Supplier> {
    const problems = checkRuleSettings(settings);
    if (problems.length > 0) throw new InvalidInput(problems);
    const now = this.clock.now();
    const { supplierId, actor } = caller;
    return this.db.transaction(async (sql) => {
      const version = await versionOf(sql, supplierId, 'FOR UPDATE');
      if (versions !== undefined && !versions.includes(version))
        throw new PreconditionFailed('It has been changed since. Read it again and decide anew.');
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

async function versionOf(sql: Sql, supplierId: string, lock: '' | 'FOR UPDATE'): Promise<string> {
  const [row] = await sql.rows<{ version: string }>(
    `SELECT md5(rule_settings::text) AS version FROM suppliers WHERE id = $1 ${lock}`,
    [supplierId],
  );
  if (!row) throw new NotFound('supplier', supplierId);
  return row.version;
}

function toSupplier(row: Row): Supplier {
  const heldReason = row.heldAt === null ? undefined : given(row.heldReason);
  return { ...row, heldAt: given(row.heldAt), heldReason };
}
