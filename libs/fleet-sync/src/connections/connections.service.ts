import { randomUUID } from 'node:crypto';
import type { Clock } from '@warmshift/config';
import type { Instant } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { SecretBox } from '@warmshift/security';
import {
  VendorAuthExpired,
  VendorError,
  VendorForbidden,
  VendorRateLimited,
} from '@warmshift/vendors/contract';
import { checkedConnection } from './connection-checks';
import type { Connection, ConnectionPatch, ConnectionStatus, NewConnection } from './connection';
import type { ConnectionChanges, Editor } from './connection-changes';
import type { ConnectionsRepository } from './connections.repository';
import type { VendorConnections } from './vendor-connections';
import { sealedTo } from './vendor-runtime';

export interface ConnectionsServiceOptions {
  readonly connections: ConnectionsRepository;
  readonly changes: ConnectionChanges;
  readonly vendors: Pick<VendorConnections, 'open'>;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly allowLocalVendorHosts: boolean;
}

/** Connects a supplier to vendors and keeps the health of each connection. */
export class ConnectionsService {
  constructor(private readonly options: ConnectionsServiceOptions) {}

  /**
   * Stores a connection and tries its credentials once. A wrong secret is stored too, as `NEEDS_REAUTHENTICATION` with
   * the vendor's words, so that an operator can mend it instead of typing everything again.
   *
   * @throws InvalidInput naming every wrong field; values of secret fields are never repeated.
   */
  async register(editor: Editor, wanted: NewConnection): Promise<Connection> {
    const { connections, changes, clock } = this.options;
    const { module, baseUrl } = this.check(wanted);
    const connectionId = randomUUID();
    await changes.create(
      editor,
      {
        connectionId,
        vendor: module.manifest.vendor,
        name: wanted.name,
        baseUrl,
        sealedCredentials: this.seal(connectionId, wanted.credentials),
        settings: wanted.settings,
        requestsPerSecond: wanted.requestsPerSecond,
      },
      clock.now(),
    );
    await this.verify(connectionId);
    return connections.get(editor.supplierId, connectionId);
  }

  /**
   * New credentials (and settings, and host) for a connection; its devices and history stay.
   * @param versions as for `ConnectionChanges.update`.
   */
  async reauthenticate(
    editor: Editor,
    connectionId: string,
    change: {
      credentials: Record<string, unknown>;
      settings?: Record<string, unknown> | undefined;
      baseUrl?: string | undefined;
    },
    versions?: readonly string[],
  ): Promise<Connection> {
    const { connections, changes, clock } = this.options;
    const present = await connections.get(editor.supplierId, connectionId);
    const wanted = {
      ...present,
      credentials: change.credentials,
      settings: change.settings ?? present.settings,
      baseUrl: change.baseUrl ?? present.baseUrl,
    };
    const { baseUrl } = this.check(wanted);
    await changes.replaceCredentials(
      editor,
      connectionId,
      {
        sealedCredentials: this.seal(connectionId, change.credentials),
        settings: wanted.settings,
        baseUrl,
      },
      clock.now(),
      versions,
    );
    await this.verify(connectionId);
    return connections.get(editor.supplierId, connectionId);
  }

  /** Asks the vendor once whether the credentials work and notes the answer. */
  async verify(connectionId: string): Promise<void> {
    const open = await this.options.vendors.open(connectionId);
    if (!open) return;
    const askedAt = this.options.clock.now();
    try {
      await open.adapter.verifyCredentials();
      await this.noteHealthy(connectionId, askedAt);
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      await this.noteFailure(connectionId, error, askedAt);
    }
  }

  /** Name and agreed pace. @param versions as for `ConnectionChanges.update`. */
  async update(
    editor: Editor,
    connectionId: string,
    patch: ConnectionPatch,
    versions?: readonly string[],
  ): Promise<Connection> {
    await this.options.changes.update(editor, connectionId, patch, this.options.clock.now(), versions);
    return this.options.connections.get(editor.supplierId, connectionId);
  }

  /** @throws Conflict while devices of the connection are in actions. */
  async remove(editor: Editor, connectionId: string): Promise<void> {
    await this.options.changes.retire(editor, connectionId, this.options.clock.now());
  }

  /** The vendor answered as it should, asked at `askedAt`. One log line when it had been away. */
  async noteHealthy(connectionId: string, askedAt?: Instant): Promise<void> {
    await this.changeStatus(connectionId, 'ACTIVE', undefined, askedAt);
  }

  /**
   * One log line when a connection goes away, not one for every failed call. A vendor that asks us to go slower, or our own
   * pacing that does, is not away: its devices keep their status until their readings are too old.
   */
  async noteFailure(connectionId: string, error: VendorError, askedAt?: Instant): Promise<void> {
    if (error instanceof VendorRateLimited) {
      this.options.logger.debug({ connectionId, message: error.message }, 'connection.slowed-down');
      return;
    }
    const refused = error instanceof VendorAuthExpired || error instanceof VendorForbidden;
    const status = refused ? 'NEEDS_REAUTHENTICATION' : 'UNAVAILABLE';
    await this.changeStatus(connectionId, status, error.words ?? error.message, askedAt);
  }

  private async changeStatus(
    connectionId: string,
    status: Exclude<ConnectionStatus, 'DISABLED'>,
    reason: string | undefined,
    askedAt: Instant | undefined,
  ): Promise<void> {
    const { connections, clock, logger } = this.options;
    const now = clock.now();
    if (!(await connections.setStatus(connectionId, status, reason, askedAt ?? now, now))) return;
    if (status === 'ACTIVE') logger.info({ connectionId, status }, 'connection.back');
    else logger.warn({ connectionId, status, reason }, 'connection.away');
  }

  private seal(connectionId: string, credentials: Record<string, unknown>): string {
    return this.options.secrets.seal(JSON.stringify(credentials), sealedTo(connectionId, 'credentials'));
  }

  private check(wanted: NewConnection): ReturnType<typeof checkedConnection> {
    return checkedConnection(wanted, this.options.clock, this.options.allowLocalVendorHosts);
  }
}
