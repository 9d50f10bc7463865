import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '@warmshift/config';
import { addToOutbox, asSystem, Database, forTenant } from '@warmshift/db';
import { Unauthenticated } from '@warmshift/domain';
import { ConnectionsRepository, sealedTo, type Connection } from '@warmshift/fleet-sync';
import { eventLog, LOGGER, registerSecret, type EventLog, type Logger } from '@warmshift/observability';
import { SecretBox } from '@warmshift/security';
import { maxTimestampAgeMs, nox, readNoxWebhook, type SignedWebhook } from '@warmshift/vendors/nox';
import { z } from 'zod';
import { WEBHOOK_RECEIPTS, type ReceiptVerdict, type WebhookReceipts } from './webhook-receipts';

/** Events come in flocks; the listing that follows them waits so long for the rest (ms of the injected clock). */
const settleMs = 10_000;

const uuid = z.uuid();
const credentials = z.object({ apiKey: z.string() });

export interface NoxDelivery extends SignedWebhook {
  readonly connectionId: string;
  readonly webhookId: string | undefined;
}

/** What became of a delivery that came from NOX. */
export type Delivered = ReceiptVerdict | 'ignored' | 'unreadable';

/**
 * NOX says that the steerable status of a device has changed: the connection's devices are listed again, from which follows
 * what is true. The job is written with the receipt in one transaction, so an answer means that it will be done.
 */
@Injectable()
export class NoxWebhooks {
  private readonly log: EventLog;

  constructor(
    @Inject(Database) private readonly db: Database,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(SecretBox) private readonly secrets: SecretBox,
    @Inject(WEBHOOK_RECEIPTS) private readonly receipts: WebhookReceipts,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.log = eventLog(logger);
  }

  /**
   * @throws Unauthenticated when it is not signed with the connection's key, is too old, or no such connection exists:
   * the three look alike from outside.
   */
  async receive(delivery: NoxDelivery): Promise<Delivered> {
    const { connectionId } = delivery;
    const known = await this.connectionWithKey(connectionId);
    const toleranceMs = this.clock.virtualMs(maxTimestampAgeMs);
    const read = readNoxWebhook(delivery, { apiKey: known?.apiKey, now: this.clock.now(), toleranceMs });
    if (read.kind === 'refused' || known === undefined) {
      const reason = known === undefined || read.kind !== 'refused' ? 'connection' : read.reason;
      // Anybody can send something to no connection; a known one that cannot be heard any more is worth a warning.
      this.log[known === undefined ? 'debug' : 'warn']('webhook.refused', { connectionId, reason });
      throw new Unauthenticated("Not signed with this connection's key, or its time stamp is too old.");
    }
    if (read.kind === 'unreadable') {
      this.log.warn('webhook.unreadable', { connectionId });
      return 'unreadable';
    }
    if (read.kind === 'ignored') {
      this.log.info('webhook.ignored', { connectionId, type: read.event.type });
      return 'ignored';
    }
    const { event, subject } = read;
    // A time stamp ahead of us must not make everything after it look stale.
    const about = { subject, happenedAt: Math.min(event.happenedAt, this.clock.now()) };
    const { supplierId } = known.connection;
    const verdict = await forTenant(supplierId, () => this.take(known.connection, delivery, about));
    this.log.info('webhook.received', { connectionId, type: event.type, deviceId: event.deviceId, verdict });
    return verdict;
  }

  private async take(
    { connectionId, supplierId, vendor }: Connection,
    { webhookId, rawBody }: NoxDelivery,
    about: { readonly subject: string; readonly happenedAt: number },
  ): Promise<ReceiptVerdict> {
    const now = this.clock.now();
    return this.db.transaction(async (sql) => {
      const receipt = { supplierId, connectionId, webhookId, rawBody, ...about };
      const verdict = await this.receipts.claim(sql, receipt, now);
      if (verdict === 'new') {
        const payload = { v: 1, connectionId, vendor };
        await addToOutbox(sql, [{ name: 'connection.discover', payload, runAt: now + settleMs }], now);
      }
      return verdict;
    });
  }

  private async connectionWithKey(
    connectionId: string,
  ): Promise<{ connection: Connection; apiKey: string } | undefined> {
    if (!uuid.safeParse(connectionId).success) return undefined;
    const stored = await asSystem(() => this.connections.withCredentials(connectionId));
    if (stored?.connection.vendor !== nox.manifest.vendor || stored.connection.status === 'DISABLED')
      return undefined;
    const text = this.secrets.open(stored.sealedCredentials, sealedTo(connectionId, 'credentials'));
    const { apiKey } = credentials.parse(JSON.parse(text));
    registerSecret(apiKey);
    return { connection: stored.connection, apiKey };
  }
}
