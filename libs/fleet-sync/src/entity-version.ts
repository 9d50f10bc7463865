import type { Sql } from '@warmshift/db';
import { NotFound, PreconditionFailed } from '@warmshift/domain';

/** What operators set, kind by kind. */
export type VersionedKind = 'site' | 'device' | 'connection';

const settingColumns: Readonly<Record<VersionedKind, string>> = {
  site: 'opted_out_at, quiet_hours, tags, time_zone',
  device: 'opted_out_at, disabled_at, tags, rule_settings',
  connection: 'name, base_url, credentials, settings, requests_per_second',
};

/**
 * Names the state of what operators have set; the same state has the same name.
 * @throws NotFound also for one of another supplier.
 */
export async function versionOf(
  sql: Sql,
  supplierId: string,
  kind: VersionedKind,
  id: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<string> {
  const [row] = await sql.rows<{ version: string }>(
    `SELECT md5(ROW(${settingColumns[kind]})::text) AS version FROM ${kind}s
     WHERE id = $1 AND supplier_id = $2 AND ${kind === 'site' ? 'true' : 'retired_at IS NULL'} ${lock}`,
    [id, supplierId],
  );
  if (!row) throw new NotFound(kind, id);
  return row.version;
}

/**
 * Locks it until the end of the transaction, and lets the change go on only if its state is one of `versions`; absent:
 * whatever it is.
 * @throws NotFound, PreconditionFailed
 */
export async function assertVersion(
  sql: Sql,
  supplierId: string,
  kind: VersionedKind,
  id: string,
  versions: readonly string[] | undefined,
): Promise<void> {
  const version = await versionOf(sql, supplierId, kind, id, 'FOR UPDATE');
  if (versions !== undefined && !versions.includes(version))
    throw new PreconditionFailed('It has been changed since. Read it again and decide anew.');
}
