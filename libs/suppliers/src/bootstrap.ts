import type { Clock, Config } from '@warmshift/config';
import { asSystem, at, type Database, type Sql } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import { newApiKey, parseApiKey } from '@warmshift/security';
import { insertApiKey, type ApiKeysRepository } from './api-keys.repository';
import { recordAudit } from './audit-trail';

/** Any constant; keeps two processes that start at once from making two first keys. */
const advisoryLock = 7_275_003;

/** Makes the first supplier and the first admin key of an installation. Safe to run at every start. */
export class Bootstrap {
  constructor(
    private readonly db: Database,
    private readonly keys: ApiKeysRepository,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * With a given `adminKey` that key is stored unless it is there already (a revoked one stays revoked). Without one, a
   * key is made when there is no key at all.
   * @returns the key that was made, to be shown once; undefined when none had to be made.
   */
  run(wanted: Config['bootstrap']): Promise<string | undefined> {
    return asSystem(() => this.makeFirst(wanted));
  }

  private async makeFirst({ adminKey, supplier }: Config['bootstrap']): Promise<string | undefined> {
    const now = this.clock.now();
    return this.db.transaction(async (sql) => {
      await sql.rows('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
      if (adminKey !== undefined) {
        const parsed = parseApiKey(adminKey);
        if (parsed === undefined) throw new Error('BOOTSTRAP_ADMIN_KEY is not a key.');
        await this.store(sql, supplier, parsed, now);
        return undefined;
      }
      if (await this.keys.any(sql)) return undefined;
      const made = newApiKey();
      await this.store(sql, supplier, made, now);
      return made.key;
    });
  }

  private async store(
    sql: Sql,
    supplierName: string,
    { prefix, hash }: { readonly prefix: string; readonly hash: string },
    now: Instant,
  ): Promise<void> {
    const [known] = await sql.rows('SELECT 1 FROM api_keys WHERE prefix = $1', [prefix]);
    if (known) return;
    const supplierId = await supplierNamed(sql, supplierName, now);
    const name = 'First admin key';
    const apiKey = await insertApiKey(sql, { supplierId, prefix, hash, name, role: 'admin' }, now);
    if (apiKey === undefined) return;
    const subject = `api-key/${apiKey.apiKeyId}`;
    const entry = { supplierId, actor: 'bootstrap', action: 'api-key.create', subject, detail: { prefix } };
    await recordAudit(sql, entry, now);
  }
}

async function supplierNamed(sql: Sql, name: string, now: Instant): Promise<string> {
  const [row] = await sql.rows<{ id: string }>(
    `INSERT INTO suppliers (id, name, created_at) VALUES (gen_random_uuid(), $1, $2)
     ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id`,
    [name, at(now)],
  );
  if (!row) throw new Error('The first supplier could not be stored.');
  return row.id;
}
