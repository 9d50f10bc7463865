import type { Clock } from '@warmshift/config';
import { addToOutbox, at, iso, recordset, type Database, type OutboxJob } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import { vendorModules } from '@warmshift/vendors';
import type { VendorManifest } from '@warmshift/vendors/contract';

interface DueConnection {
  readonly id: string;
  readonly vendor: string;
  readonly discoverDue: boolean;
  readonly idleDue: boolean;
  readonly activeDue: boolean;
}

const batch = 500;

/**
 * Turns the cadences of the manifests into jobs. Any number of replicas may tick: whoever claims a due connection moves
 * its next time forward in the same transaction that writes the job.
 */
export class SyncSchedule {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** @returns how many jobs were written. */
  async tick(): Promise<number> {
    const now = this.clock.now();
    return this.db.transaction(async (sql) => {
      const due = await sql.rows<DueConnection>(
        `SELECT id, vendor, next_discover_at <= $1 AS "discoverDue", next_read_idle_at <= $1 AS "idleDue",
           next_read_active_at <= $1 AS "activeDue"
         FROM connections
         WHERE retired_at IS NULL AND status IN ('ACTIVE', 'UNAVAILABLE') AND vendor = ANY($3)
           AND least(next_discover_at, next_read_idle_at, next_read_active_at) <= $1
         ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [at(now), batch, [...manifests.keys()]],
      );
      if (due.length === 0) return 0;
      await sql.run(
        `UPDATE connections SET
           next_discover_at = CASE WHEN next_discover_at <= $2 THEN turn."discoverAt" ELSE next_discover_at END,
           next_read_idle_at = CASE WHEN next_read_idle_at <= $2 THEN turn."idleAt" ELSE next_read_idle_at END,
           next_read_active_at = CASE WHEN next_read_active_at <= $2 THEN turn."activeAt" ELSE next_read_active_at END
         FROM jsonb_to_recordset($1::jsonb) AS turn(id uuid, "discoverAt" timestamptz, "idleAt" timestamptz, "activeAt" timestamptz)
         WHERE connections.id = turn.id`,
        [recordset(due.map((connection) => nextTurn(connection, now))), at(now)],
      );
      const jobs = due.flatMap((connection) => jobsFor(connection, now));
      await addToOutbox(sql, jobs, now);
      return jobs.length;
    });
  }
}

function nextTurn({ id, vendor }: DueConnection, now: Instant): object {
  const { cadence } = manifestOf(vendor);
  return {
    id,
    discoverAt: iso(now + cadence.discoverMs),
    idleAt: iso(now + cadence.readIdleMs),
    activeAt: iso(now + cadence.readActiveMs),
  };
}

function jobsFor({ id, vendor, discoverDue, idleDue, activeDue }: DueConnection, now: Instant): OutboxJob[] {
  const payload = { v: 1, connectionId: id, vendor };
  const reads = manifestOf(vendor).reads !== 'none';
  return [
    ...(discoverDue ? [{ name: 'connection.discover', payload, runAt: now }] : []),
    ...(idleDue && reads
      ? [{ name: 'connection.read', payload: { ...payload, scope: 'idle' }, runAt: now }]
      : []),
    ...(activeDue && reads
      ? [{ name: 'connection.read', payload: { ...payload, scope: 'active' }, runAt: now }]
      : []),
  ];
}

const manifests = new Map<string, VendorManifest>(
  vendorModules.map(({ manifest }) => [manifest.vendor, manifest]),
);

function manifestOf(vendor: string): VendorManifest {
  const manifest = manifests.get(vendor);
  if (!manifest) throw new Error(`Connections of vendor "${vendor}" exist, but this build does not know it.`);
  return manifest;
}
