import type { Clock } from '@warmshift/config';
import type { Database } from '@warmshift/db';
import { eventLog, metrics, registerSecret, type Logger } from '@warmshift/observability';
import { guardedLookup, type SecretBox } from '@warmshift/security';
import { vendorModule } from '@warmshift/vendors';
import type { VendorAdapter, VendorManifest, VendorModule } from '@warmshift/vendors/contract';
import type { Connection } from './connection';
import type { ConnectionsRepository } from './connections.repository';
import { allowedBaseUrl, secretValuesOf } from './connection-checks';
import { PostgresPacer } from './postgres-pacer';
import { PostgresTokenStore, PostgresVendorMemory, sealedTo } from './vendor-runtime';

export interface OpenConnection {
  readonly connection: Connection;
  readonly manifest: VendorManifest;
  readonly adapter: VendorAdapter;
}

export interface VendorConnectionsOptions {
  readonly db: Database;
  readonly connections: ConnectionsRepository;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly allowLocalVendorHosts: boolean;
}

/** Turns a stored connection into a vendor adapter with everything it shares across processes. */
export class VendorConnections {
  private readonly opened = new Map<string, { readonly key: string; readonly open: OpenConnection }>();

  constructor(private readonly options: VendorConnectionsOptions) {}

  /** @returns undefined when the connection was removed or is disabled. */
  async open(connectionId: string): Promise<OpenConnection | undefined> {
    const stored = await this.options.connections.withCredentials(connectionId);
    if (!stored || stored.connection.status === 'DISABLED') {
      this.opened.delete(connectionId);
      return undefined;
    }
    const { connection, sealedCredentials } = stored;
    const key = [
      sealedCredentials,
      connection.baseUrl,
      JSON.stringify(connection.settings),
      connection.requestsPerSecond,
    ].join('\n');
    const known = this.opened.get(connectionId);
    if (known?.key === key) {
      return { ...known.open, connection };
    }
    const credentials = JSON.parse(
      this.options.secrets.open(sealedCredentials, sealedTo(connectionId, 'credentials')),
    ) as Record<string, unknown>;
    const open = this.build(connection, credentials);
    this.opened.set(connectionId, { key, open });
    return open;
  }

  /** Lead and read-back times of a vendor, for deciding what is due. */
  steeringTimes(vendor: string): { leadMs: number; readBackAfterMs: number; readBackUntilMs: number } {
    const { leadMs, readBackAfterMs, readBackUntilMs } =
      vendorModule(vendor).manifest.steering ?? cannotSteer;
    return { leadMs, readBackAfterMs, readBackUntilMs };
  }

  private build(connection: Connection, credentials: Record<string, unknown>): OpenConnection {
    const { allowLocalVendorHosts, clock, db, logger, secrets } = this.options;
    const module: VendorModule = vendorModule(connection.vendor);
    const { url, local } = allowedBaseUrl(connection.baseUrl, clock, allowLocalVendorHosts);
    secretValuesOf(module, credentials).forEach(registerSecret);
    const adapter = module.create({
      connectionId: connection.connectionId,
      baseUrl: url,
      localHost: local,
      credentials: module.credentialsSchema.parse(credentials),
      settings: module.settingsSchema.parse(connection.settings),
      clock,
      pacer: new PostgresPacer({
        db,
        connectionId: connection.connectionId,
        pacing: pacingOf(module.manifest, connection.requestsPerSecond),
        clock,
      }),
      tokens: new PostgresTokenStore(db, secrets, connection.connectionId),
      memory: new PostgresVendorMemory(db, connection.connectionId),
      log: eventLog(logger, { vendor: connection.vendor, connectionId: connection.connectionId }),
      lookup: lookups[local ? 'local' : 'public'],
      onRequest: ({ purpose, outcome, seconds }) =>
        metrics.vendorRequests.observe({ vendor: connection.vendor, purpose, outcome }, seconds),
    });
    return { connection, manifest: module.manifest, adapter };
  }
}

/** A vendor's pace, or the one that was agreed for this connection: a burst lasts as long as before. */
export function pacingOf(
  { pacing }: Pick<VendorManifest, 'pacing'>,
  agreedPerSecond: number | undefined,
): VendorManifest['pacing'] {
  if (agreedPerSecond === undefined) return pacing;
  const burst = Math.max(1, Math.round((pacing.burst * agreedPerSecond) / pacing.requestsPerSecond));
  return { ...pacing, requestsPerSecond: agreedPerSecond, burst };
}

/** One of each per process, so that connections to one host share their pool. */
const lookups = { local: guardedLookup('local'), public: guardedLookup('public') };

const cannotSteer = { leadMs: 0, readBackAfterMs: 60_000, readBackUntilMs: 60_000 };
