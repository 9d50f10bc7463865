import { randomUUID } from 'node:crypto';
import { Batch, byKey, type Database, type Prisma } from '@warmshift/db';
import { NotFound, type Instant } from '@warmshift/domain';
import { vendorModules } from '@warmshift/vendors';
import { versionOf } from '../entity-version';
import type { Connection, ConnectionProblem, ConnectionStatus } from './connection';
import { syncOf } from './sync-state';

type Row = Prisma.ConnectionGetPayload<object>;

/** Connections in Postgres: what is known of them. What operators change goes through `ConnectionChanges`. */
export class ConnectionsRepository {
  /** Every step of every action asks for its connection: those that ask at the same time share one statement. */
  private readonly opened = new Batch((ids: readonly string[]) => this.byIds(ids));

  constructor(private readonly db: Database) {}

  newId(): string {
    return randomUUID();
  }

  async list(supplierId: string): Promise<Connection[]> {
    const rows = await this.db.prisma.connection.findMany({
      where: { supplierId, retiredAt: null },
      orderBy: { name: 'asc' },
    });
    return rows.map(toConnection);
  }

  /** @throws NotFound also for one of another supplier. */
  version(supplierId: string, connectionId: string): Promise<string> {
    return versionOf(this.db, supplierId, 'connection', connectionId);
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
    sync: requestedSync(row),
    lastProblems: row.lastProblems as unknown as ConnectionProblem[],
  };
}

function requestedSync(row: Row): Connection['sync'] {
  const vendor = vendorModules.find(({ manifest }) => manifest.vendor === row.vendor);
  return syncOf({
    syncRequestedAt: row.syncRequestedAt?.getTime(),
    lastDiscoveredAt: row.lastDiscoveredAt?.getTime(),
    lastReadAt: row.lastReadAt?.getTime(),
    status: row.status,
    reads: vendor !== undefined && vendor.manifest.reads !== 'none',
  });
}
