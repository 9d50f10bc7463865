import { at, type Database, type Sql } from '@warmshift/db';
import { Conflict, NotFound, type Instant } from '@warmshift/domain';
import { recordAudit } from '@warmshift/suppliers';
import { assertVersion } from '../entity-version';
import type { ConnectionPatch } from './connection';

/** Who changes something. */
export interface Editor {
  readonly supplierId: string;
  readonly actor: string;
}

interface NewRow {
  readonly connectionId: string;
  readonly vendor: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly sealedCredentials: string;
  readonly settings: Record<string, unknown>;
  readonly requestsPerSecond?: number | undefined;
}

interface NewCredentials {
  readonly sealedCredentials: string;
  readonly settings: Record<string, unknown>;
  readonly baseUrl: string;
}

/** What operators change of connections. The audit of each change is written in its transaction. */
export class ConnectionChanges {
  constructor(private readonly db: Database) {}

  /** @throws Conflict when the name is taken. */
  async create(editor: Editor, row: NewRow, now: Instant): Promise<void> {
    const { connectionId, vendor, name, baseUrl } = row;
    await this.change(editor, 'create', connectionId, { vendor, name, baseUrl }, now, async (sql) => {
      const values = [connectionId, editor.supplierId, vendor, name, baseUrl, row.sealedCredentials];
      await sql
        .run(
          `INSERT INTO connections (id, supplier_id, vendor, name, base_url, credentials, settings, requests_per_second,
             status_since, created_at, next_discover_at, next_read_idle_at, next_read_active_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9, $9, $9)`,
          [...values, JSON.stringify(row.settings), row.requestsPerSecond ?? null, at(now)],
        )
        .catch((error: unknown) => nameTaken(error, name));
      await sql.run('INSERT INTO connection_runtime (connection_id) VALUES ($1)', [connectionId]);
    });
  }

  /**
   * @param versions the change is made only if the state is one of these; absent: whatever it is.
   * @throws NotFound also for a connection of another supplier; Conflict when the name is taken; PreconditionFailed.
   */
  async update(
    editor: Editor,
    connectionId: string,
    patch: ConnectionPatch,
    now: Instant,
    versions?: readonly string[],
  ): Promise<void> {
    const { name, requestsPerSecond } = patch;
    await this.change(editor, 'update', connectionId, patch, now, async (sql) => {
      await assertVersion(sql, editor.supplierId, 'connection', connectionId, versions);
      await sql
        .run(
          `UPDATE connections SET name = coalesce($2, name), requests_per_second = CASE WHEN $3 THEN $4 ELSE requests_per_second END
           WHERE id = $1`,
          [connectionId, name ?? null, requestsPerSecond !== undefined, requestsPerSecond ?? null],
        )
        .catch((error: unknown) => nameTaken(error, name));
    });
  }

  /** What was remembered of the vendor under the old ones is forgotten. @throws as `update`. */
  async replaceCredentials(
    editor: Editor,
    connectionId: string,
    { sealedCredentials, settings, baseUrl }: NewCredentials,
    now: Instant,
    versions?: readonly string[],
  ): Promise<void> {
    await this.change(editor, 'reauthenticate', connectionId, { baseUrl }, now, async (sql) => {
      await assertVersion(sql, editor.supplierId, 'connection', connectionId, versions);
      await sql.run(
        'UPDATE connections SET credentials = $2, settings = $3, base_url = $4, next_discover_at = $5 WHERE id = $1',
        [connectionId, sealedCredentials, JSON.stringify(settings), baseUrl, at(now)],
      );
      await sql.run(
        'UPDATE connection_runtime SET token = NULL, token_expires_at = NULL WHERE connection_id = $1',
        [connectionId],
      );
      await sql.run('DELETE FROM connection_memory WHERE connection_id = $1', [connectionId]);
    });
  }

  /**
   * Its devices stay as history, retired. Actions that have not gone out are called off in the same transaction, so that
   * none can slip out between the question and the removal.
   *
   * @throws NotFound; Conflict while devices of the connection hold something of ours, which only its credentials can take back.
   */
  async retire(editor: Editor, connectionId: string, now: Instant): Promise<void> {
    await this.change(editor, 'remove', connectionId, {}, now, async (sql) => {
      await sql.run(
        `UPDATE actions SET end_requested_at = $2, end_code = 'CAMPAIGN_CANCELLED', due_at = $2, version = version + 1
         WHERE id IN (SELECT id FROM actions WHERE connection_id = $1 AND supplier_id = $3 AND state = 'PLANNED'
           ORDER BY id FOR UPDATE)`,
        [connectionId, at(now), editor.supplierId],
      );
      const [holding] = await sql.rows(
        `SELECT 1 FROM actions WHERE connection_id = $1 AND supplier_id = $2
           AND state IN ('DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING') LIMIT 1`,
        [connectionId, editor.supplierId],
      );
      if (holding) {
        throw new Conflict(
          'Devices of this connection are in actions. Stop the campaigns or use the emergency stop first.',
        );
      }
      const retired = await sql.run(
        `UPDATE connections SET retired_at = $2, status = 'DISABLED', credentials = '', name = name || ' (removed ' || id || ')'
         WHERE id = $1 AND supplier_id = $3 AND retired_at IS NULL`,
        [connectionId, at(now), editor.supplierId],
      );
      if (retired === 0) throw new NotFound('connection', connectionId);
      await sql.run('UPDATE connection_runtime SET token = NULL WHERE connection_id = $1', [connectionId]);
      await sql.run('UPDATE devices SET retired_at = $2 WHERE connection_id = $1 AND retired_at IS NULL', [
        connectionId,
        at(now),
      ]);
    });
  }

  private async change(
    { supplierId, actor }: Editor,
    verb: string,
    connectionId: string,
    detail: object,
    now: Instant,
    write: (sql: Sql) => Promise<void>,
  ): Promise<void> {
    await this.db.transaction(async (sql) => {
      await write(sql);
      const subject = `connection/${connectionId}`;
      await recordAudit(sql, { supplierId, actor, action: `connection.${verb}`, subject, detail }, now);
    });
  }
}

const uniqueViolation = '23505';

function nameTaken(error: unknown, name: string | undefined): never {
  if ((error as { code?: string }).code !== uniqueViolation) throw error;
  throw new Conflict(`There is a connection named "${name}" already.`, { cause: error });
}
