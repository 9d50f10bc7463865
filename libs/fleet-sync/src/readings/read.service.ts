import type { Clock } from '@warmshift/config';
import { metrics, type Logger } from '@warmshift/observability';
import type { StatusService } from '@warmshift/steerable-status';
import {
  DeviceUnreachable,
  VendorAuthExpired,
  VendorError,
  VendorProtocolError,
  type DeviceReadResult,
  type DeviceRef,
} from '@warmshift/vendors/contract';
import type { Connection } from '../connections/connection';
import type { ConnectionsRepository } from '../connections/connections.repository';
import type { ConnectionsService } from '../connections/connections.service';
import type { VendorConnections } from '../connections/vendor-connections';
import type { FleetRepository, StoredZone } from '../discovery/fleet.repository';
import type { IngestService, ZoneReadingToStore } from './ingest.service';

export interface ReadServiceOptions {
  readonly vendors: Pick<VendorConnections, 'open'>;
  readonly connections: ConnectionsRepository;
  readonly health: ConnectionsService;
  readonly fleet: FleetRepository;
  readonly ingest: IngestService;
  readonly statuses: StatusService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Readings are stored in batches of so many, which costs Postgres least. */
export const batchReadings = 1_000;
/** A vendor that tells slowly does not hold back what is there: it is stored after so long, real ms. */
const flushAfterRealMs = 2_000;
/** After so many requests in a row without an answer the vendor is away, and asking on would only add load. */
const giveUpAfter = 10;

/** Reads the states of a connection's devices into Postgres. */
export class ReadService {
  constructor(private readonly options: ReadServiceOptions) {}

  async read(
    connectionId: string,
    scope: 'idle' | 'active',
  ): Promise<{ read: number; failed: number } | undefined> {
    const { vendors, fleet, connections, health } = this.options;
    const open = await vendors.open(connectionId);
    if (!open || open.connection.status === 'NEEDS_REAUTHENTICATION') return undefined;
    const zones = await fleet.zonesToRead(connectionId, scope);
    if (zones.length === 0) {
      // Whoever waits for a sync waits for this too.
      await connections.noteRead(connectionId, this.options.clock.now());
      return { read: 0, failed: 0 };
    }
    const tally = new ReadTally(zones);
    try {
      for await (const result of open.adapter.read(tally.devices)) {
        tally.note(result);
        if (tally.size >= batchReadings || performance.now() - tally.takenAt > flushAfterRealMs)
          await this.flush(open.connection, tally);
        if (tally.failedInARow >= giveUpAfter || tally.fatal) break;
      }
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      tally.lastError = error;
      tally.failedInARow = giveUpAfter;
    }
    await this.flush(open.connection, tally);
    if (tally.fatal ?? tally.nobodyAnswers) await this.noteAway(connectionId, tally);
    else if (tally.read > 0) await health.noteHealthy(connectionId);
    await connections.noteRead(connectionId, this.options.clock.now());
    return { read: tally.read, failed: tally.failed };
  }

  private async flush(connection: Connection, tally: ReadTally): Promise<void> {
    const batch = tally.take();
    for (const { device, error } of tally.takeProblems()) {
      const sample = error instanceof VendorProtocolError ? error.sample : undefined;
      this.options.logger.warn(
        {
          connectionId: connection.connectionId,
          vendorDeviceId: device.vendorDeviceId,
          message: error.message,
          sample,
        },
        'sync.read-problem',
      );
      metrics.syncProblems.inc({ vendor: connection.vendor, kind: 'reading' });
    }
    if (batch.length === 0) return;
    await this.options.ingest.ingest(batch, connection);
    metrics.syncRows.inc({ vendor: connection.vendor, kind: 'reading' }, batch.length);
    await this.options.statuses.recompute(batch.map(({ zone }) => zone.zoneId));
  }

  private async noteAway(connectionId: string, tally: ReadTally): Promise<void> {
    if (!tally.lastError) return;
    await this.options.health.noteFailure(connectionId, tally.lastError);
    await this.options.statuses.recomputeConnection(connectionId);
  }
}

/** What one pass over a connection's devices brought so far. */
class ReadTally {
  read = 0;
  failed = 0;
  failedInARow = 0;
  lastError: VendorError | undefined;
  fatal: true | undefined;
  /** Of the process's own clock, ms. */
  takenAt = performance.now();
  readonly devices: DeviceRef[];
  private readonly zonesOf = new Map<string, StoredZone[]>();
  private pending: ZoneReadingToStore[] = [];
  private problems: { device: DeviceRef; error: Error }[] = [];

  constructor(zones: readonly StoredZone[]) {
    for (const zone of zones) {
      const known = this.zonesOf.get(zone.vendorDeviceId);
      if (known) known.push(zone);
      else this.zonesOf.set(zone.vendorDeviceId, [zone]);
    }
    this.devices = [...this.zonesOf.values()].map(([zone]) => ({
      vendorDeviceId: zone!.vendorDeviceId,
      vendorSiteId: zone!.vendorSiteId,
      kind: zone!.deviceKind,
    }));
  }

  /** Also when the few that there are to ask have all failed. */
  get nobodyAnswers(): boolean {
    return this.failedInARow >= giveUpAfter || (this.read === 0 && this.failedInARow > 0);
  }

  get size(): number {
    return this.pending.length;
  }

  note(result: DeviceReadResult): void {
    if ('error' in result) return this.noteError(result.device, result.error);
    this.read += 1;
    this.failedInARow = 0;
    for (const { kind, reading } of result.zones) {
      const zone = this.zonesOf
        .get(result.device.vendorDeviceId)
        ?.find((candidate) => candidate.kind === kind);
      if (zone) this.pending.push({ zone, reading });
    }
  }

  take(): ZoneReadingToStore[] {
    const batch = this.pending;
    this.pending = [];
    this.takenAt = performance.now();
    return batch;
  }

  takeProblems(): { device: DeviceRef; error: Error }[] {
    const problems = this.problems;
    this.problems = [];
    return problems;
  }

  private noteError(device: DeviceRef, error: Error): void {
    if (!(error instanceof VendorError)) throw error;
    const sameRequest = error === this.lastError; // one request may be about many devices, as of a home's rooms
    this.failed += 1;
    this.lastError = error;
    if (error instanceof VendorAuthExpired) this.fatal = true;
    if (error instanceof DeviceUnreachable || error.retry === 'never') this.problems.push({ device, error });
    else if (!sameRequest) this.failedInARow += 1;
  }
}
