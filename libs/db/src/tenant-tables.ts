import type { Database } from './database';

/**
 * Tables with a supplier's data whose policies do not bind the asking session: not protected, or its user stands above
 * policies. An api that finds one must not serve.
 */
export async function tablesOpenToAll(db: Database): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT row_security_active(c.oid)
       AND (c.relname IN ('suppliers', 'connection_memory', 'connection_runtime', 'device_leases', 'outbox') OR EXISTS (
         SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'supplier_id' AND NOT a.attisdropped))
     ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
