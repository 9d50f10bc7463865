import { randomUUID } from 'node:crypto';
import { Batch, byKey, type Database, type Prisma } from '@warmshift/db';
import { Conflict, NotFound, type Instant } from '@warmshift/domain';
import type { Connection, ConnectionPatch, ConnectionProblem, ConnectionStatus } from './connection';

type Row = Prisma.ConnectionGetPayload<object>;

interface NewRow {
  readonly connectionId: string;
  readonly supplierId: string;
  readonly vendor: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly sealedCredentials: string;
  readonly settings: Record<string, unknown>;
  readonly requestsPerSecond?: number | undefined;
}

/** Connections in Postgres. Credentials go in and out sealed. */
export class ConnectionsRepository {
  /** Every step of every action asks for its connection: those that ask at the same time share one statement. */
  private readonly opened = new Batch((ids: readonly string[]) => this.byIds(ids));

  constructor(private readonly db: Database) {}

  newId(): string {
    return randomUUID();
  }

  async create(row: NewRow, now: Instant): Promise<Connection> {
    const due = new Date(now);
    try {
      const created = await this.db.prisma.connection.create({
        data: {
          id: row.connectionId,
          supplierId: row.supplierId,
          vendor: row.vendor,
          name: row.name,
          baseUrl: row.baseUrl,
          credentials: row.sealedCredentials,
          settings: row.settings as Prisma.InputJsonObject,
          requestsPerSecond: row.requestsPerSecond ?? null,
          statusSince: due,
          createdAt: due,
          nextDiscoverAt: due,
          nextReadIdleAt: due,
          nextReadActiveAt: due,
          runtime: { create: {} },
        },
      });
      return toConnection(created);
    } catch (error) {
      throw conflictOf(error, row.name) ?? error;
    }
  }

  async list(supplierId: string): Promise<Connection[]> {
    const rows = await this.db.prisma.connection.findMany({
      where: { supplierId, retiredAt: null },
      orderBy: { name: 'asc' },
    });
    return rows.map(toConnection);
  }

  async get(supplierId: string, connectionId: string): Promise<Connection> {
    const row = await this.db.prisma.connection.findFirst({
      where: { id: connectionId, supplierId, retiredAt: null },
    });
    if (!row) throw new NotFound('connection', connectionId);
    return toConnection(row);
  }

  /** For workers, which act for every supplier. */
  async withCredentials(
    connectionId: string,
  ): Promise<{ connection: Connection; sealedCredentials: string } | undefined> {
    const row = await this.opened.add(connectionId);
    return row && { connection: toConnection(row), sealedCredentials: row.credentials };
  }

  private async byIds(ids: readonly string[]): Promise<(Row | undefined)[]> {
    const rows = await this.db.prisma.connection.findMany({
      where: { id: { in: [...new Set(ids)] }, retiredAt: null },
    });
    const found = byKey(rows, ({ id }) => id);
    return ids.map((id) => found.get(id));
  }

  /** @throws NotFound also for a connection of another supplier; Conflict when the name is taken. */
  async update(supplierId: string, connectionId: string, patch: ConnectionPatch): Promise<void> {
    const { name, requestsPerSecond } = patch;
    const data = {
      ...(name === undefined ? {} : { name }),
      ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    };
    try {
      const where = { id: connectionId, supplierId, retiredAt: null };
      const { count } = await this.db.prisma.connection.updateMany({ where, data });
      if (count === 0) throw new NotFound('connection', connectionId);
    } catch (error) {
      throw conflictOf(error, name) ?? error;
    }
  }

  async replaceCredentials(
    connectionId: string,
    change: { sealedCredentials: string; settings: Record<string, unknown>; baseUrl: string },
    now: Instant,
  ): Promise<void> {
    await this.db.prisma.$transaction([
      this.db.prisma.connection.update({
        where: { id: connectionId },
        data: {
          credentials: change.sealedCredentials,
          settings: change.settings as Prisma.InputJsonObject,
          baseUrl: change.baseUrl,
          nextDiscoverAt: new Date(now),
        },
      }),
      this.db.prisma.connectionRuntime.update({
        where: { connectionId },
        data: { token: null, tokenExpiresAt: null },
      }),
      this.db.prisma.connectionMemory.deleteMany({ where: { connectionId } }),
    ]);
  }

  /**
   * Notes what a call to the vendor said of the connection. What was asked (`askedAt`) before the status last changed is
   * old news: an answer to credentials that were replaced meanwhile must not pause the connection again.
   *
   * @returns whether the status is another one than before. The reason is kept up to date without that.
   */
  async setStatus(
    connectionId: string,
    status: Exclude<ConnectionStatus, 'DISABLED'>,
    reason: string | undefined,
    askedAt: Instant,
    now: Instant,
  ): Promise<boolean> {
    const [row] = await this.db.rows<{ before: ConnectionStatus }>(
      `UPDATE connections SET status = $2::"ConnectionStatus", status_reason = $3,
         status_since = CASE WHEN connections.status = $2::"ConnectionStatus" THEN connections.status_since ELSE $5 END
       FROM (SELECT id, status FROM connections WHERE id = $1 FOR UPDATE) before
       WHERE connections.id = before.id AND connections.retired_at IS NULL AND before.status <> 'DISABLED'
         AND (before.status <> $2::"ConnectionStatus" OR connections.status_reason IS DISTINCT FROM $3)
         AND connections.status_since <= $4
       RETURNING before.status AS before`,
      [connectionId, status, reason ?? null, new Date(askedAt), new Date(now)],
    );
    return row !== undefined && row.before !== status;
  }

  async noteDiscovery(
    connectionId: string,
    problems: readonly ConnectionProblem[],
    now: Instant,
  ): Promise<void> {
    await this.db.run('UPDATE connections SET last_discovered_at = $2, last_problems = $3 WHERE id = $1', [
      connectionId,
      new Date(now),
      JSON.stringify(problems.slice(0, 50)),
    ]);
  }

  async noteRead(connectionId: string, now: Instant): Promise<void> {
    await this.db.run('UPDATE connections SET last_read_at = $2 WHERE id = $1', [
      connectionId,
      new Date(now),
    ]);
  }

  /**
   * Its devices stay as history, retired. Actions that have not gone out are called off in the same transaction, so that
   * none can slip out between the question and the removal.
   *
   * @throws Conflict while devices of the connection hold something of ours, which only its credentials can take back.
   */
  async retire(connectionId: string, now: Instant): Promise<void> {
    await this.db.transaction(async (sql) => {
      await sql.run(
        `UPDATE actions SET end_requested_at = $2, end_code = 'CAMPAIGN_CANCELLED', due_at = $2, version = version + 1
         WHERE id IN (SELECT id FROM actions WHERE connection_id = $1 AND state = 'PLANNED' ORDER BY id FOR UPDATE)`,
        [connectionId, new Date(now)],
      );
      const [holding] = await sql.rows(
        `SELECT 1 FROM actions WHERE connection_id = $1 AND state IN ('DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING') LIMIT 1`,
        [connectionId],
      );
      if (holding) {
        throw new Conflict(
          'Devices of this connection are in actions. Stop the campaigns or use the emergency stop first.',
        );
      }
      await sql.run(
        `UPDATE connections SET retired_at = $2, status = 'DISABLED', credentials = '', name = name || ' (removed ' || id || ')'
         WHERE id = $1 AND retired_at IS NULL`,
        [connectionId, new Date(now)],
      );
      await sql.run('UPDATE connection_runtime SET token = NULL WHERE connection_id = $1', [connectionId]);
      await sql.run('UPDATE devices SET retired_at = $2 WHERE connection_id = $1 AND retired_at IS NULL', [
        connectionId,
        new Date(now),
      ]);
    });
  }
}

function conflictOf(error: unknown, name: string | undefined): Conflict | undefined {
  if ((error as { code?: string }).code !== 'P2002') return undefined;
  return new Conflict(`There is a connection named "${name}" already.`, { cause: error });
}

function toConnection(row: Row): Connection {
  return {
    connectionId: row.id,
    supplierId: row.supplierId,
    vendor: row.vendor,
    name: row.name,
    baseUrl: row.baseUrl,
    settings: row.settings as Record<string, unknown>,
    requestsPerSecond: row.requestsPerSecond ?? undefined,
    status: row.status,
    statusReason: row.statusReason ?? undefined,
    statusSince: row.statusSince.getTime(),
    heldAt: row.heldAt?.getTime(),
    createdAt: row.createdAt.getTime(),
    lastDiscoveredAt: row.lastDiscoveredAt?.getTime(),
    lastReadAt: row.lastReadAt?.getTime(),
    lastProblems: row.lastProblems as unknown as ConnectionProblem[],
  };
}
