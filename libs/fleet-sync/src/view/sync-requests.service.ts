import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import { recordAudit } from '@warmshift/suppliers';
import { vendorModule } from '@warmshift/vendors';
import type { ConnectionsRepository } from '../connections/connections.repository';

/** An operator does not want to wait for the next regular listing. */
export class SyncRequests {
  constructor(
    private readonly db: Database,
    private readonly connections: ConnectionsRepository,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * Writes the jobs that list and read a connection now; `sync` of the connection tells what becomes of them.
   * @throws NotFound also for one of another supplier.
   */
  async request(
    supplierId: string,
    connectionId: string,
    actor: string,
  ): Promise<{ readonly jobs: number; readonly requestedAt: Instant }> {
    const { vendor } = await this.connections.get(supplierId, connectionId);
    const now = this.clock.now();
    const payload = { v: 1, connectionId, vendor };
    const reads = vendorModule(vendor).manifest.reads !== 'none';
    const jobs = [
      { name: 'connection.discover', payload, runAt: now },
      ...(reads ? [{ name: 'connection.read', payload: { ...payload, scope: 'idle' }, runAt: now }] : []),
    ];
    await this.db.transaction(async (sql) => {
      await sql.run('UPDATE connections SET sync_requested_at = $2 WHERE id = $1', [connectionId, at(now)]);
      await addToOutbox(sql, jobs, now);
      const subject = `connection/${connectionId}`;
      await recordAudit(sql, { supplierId, actor, action: 'connection.sync', subject }, now);
    });
    return { jobs: jobs.length, requestedAt: now };
  }
}
