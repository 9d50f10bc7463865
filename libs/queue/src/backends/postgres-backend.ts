import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresConnection, PostgresQueueBackend, Queue, Worker, type BackendFactory } from 'bullmq';
import { QueueRefused, QueueUnavailable } from '../errors';
import { within } from '../within';
import type {
  AnyQueue,
  AnyWorker,
  BackendReport,
  JobProcessor,
  QueueBackend,
  WorkerSettings,
} from './queue-backend';
import { eventStream, startLimitMs, workerOptions } from './worker-options';

export interface PostgresQueueSettings {
  /** `postgres://`; the role must be allowed to create the schema. Not through PgBouncer: LISTEN is used. */
  readonly databaseUrl: string;
  /** Of BullMQ's tables; default `bullmq`. */
  readonly schema?: string | undefined;
}

/** Query connections; with the one that listens this makes at most `maxPostgresConnections`. */
const poolSize = 5;

/** Postgres connections that one process holds for its queue, however many queues and workers it opens. */
export const maxPostgresConnections = poolSize + 1;

/**
 * BullMQ on Postgres. BullMQ would open a pool and a listening connection per queue and per worker; here all of
 * them share one `PostgresConnection`: at most 6 Postgres connections per process.
 *
 * BullMQ migrates its own tables under a transaction-scoped advisory lock per schema, so processes may start at
 * the same time.
 */
export class PostgresBackend implements QueueBackend {
  readonly backendName = 'postgres';
  private connection: SharedConnection | undefined;
  private report: BackendReport | undefined;
  private readonly listeners: ((error: Error) => void)[] = [];

  constructor(private readonly settings: PostgresQueueSettings) {}

  async start(): Promise<BackendReport> {
    this.report ??= await this.connect();
    return this.report;
  }

  openQueue(name: string): AnyQueue {
    const { connection, factory } = this.shared();
    const queue = new Queue(name, { connection: connection.pool, streams: eventStream }, factory);
    // Its failures reach the caller of each method.
    queue.on('error', () => undefined);
    return queue;
  }

  openWorker(name: string, processor: JobProcessor, settings: WorkerSettings): AnyWorker {
    const { connection, factory } = this.shared();
    return new Worker(name, processor, { ...workerOptions(settings), connection: connection.pool }, factory);
  }

  async close(): Promise<void> {
    await this.connection?.close();
  }

  onError(listener: (error: Error) => void): void {
    this.listeners.push(listener);
  }

  /** BullMQ remembers a failed first connection for good, so every attempt begins with a new one. */
  private async connect(): Promise<BackendReport> {
    const connection = new SharedConnection({
      connectionString: this.settings.databaseUrl,
      schema: this.settings.schema ?? 'bullmq',
      migrate: true,
      max: poolSize,
      connectionTimeoutMillis: 5_000,
      query_timeout: 30_000,
      keepAlive: true,
    });
    connection.setMaxListeners(0);
    connection.on('error', (error: Error) => this.listeners.forEach((listener) => listener(error)));
    try {
      await within(startLimitMs, 'Reaching the Postgres queue', connection.waitUntilReady());
      const { rows } = await connection.pool.query<{ version: string }>('SHOW server_version');
      this.connection = connection;
      return { backendName: this.backendName, serverVersion: rows[0]?.version ?? '', warnings: [] };
    } catch (error) {
      connection.close().catch(() => undefined);
      throw startError(error as Error & { code?: string });
    }
  }

  private shared() {
    const connection = this.connection;
    if (!connection)
      throw new Error('The queue is not started: await start() before opening queues or workers.');
    const factory: BackendFactory<SharedConnectionBackend, PostgresConnection['pool']> = (...parameters) =>
      new SharedConnectionBackend(connection, ...parameters);
    return { connection, factory };
  }
}

/** Lets many workers use the one listening client: its queries run one after the other, as `pg` wants it. */
class SharedConnection extends PostgresConnection {
  private prepared: unknown;

  override async getListenClient() {
    const client = await super.getListenClient();
    if (this.prepared !== client) {
      this.prepared = client;
      if (client instanceof EventEmitter) client.setMaxListeners(0);
      const query = client.query.bind(client) as typeof client.query;
      let last: Promise<unknown> = Promise.resolve();
      client.query = <Row>(text: string, values?: readonly unknown[]) => {
        const result = last.then(() => query<Row>(text, values));
        last = result.catch(() => undefined);
        return result;
      };
    }
    return client;
  }
}

/** A BullMQ backend on a connection that others use too: closing it leaves the connection open. */
class SharedConnectionBackend extends PostgresQueueBackend {
  private stopped = false;

  constructor(
    private readonly sharedConnection: SharedConnection,
    ...[name, options, role]: Parameters<BackendFactory<PostgresQueueBackend, PostgresConnection['pool']>>
  ) {
    super(sharedConnection, name, options, false);
    if (role?.withBlockingConnection) sharedConnection.on('listenerinvalidated', this.listenAgain);
  }

  /** BullMQ asks again at once after most failures; a server that is starting up is not helped by that. */
  override async moveToActive(...parameters: Parameters<PostgresQueueBackend['moveToActive']>) {
    try {
      return await super.moveToActive(...parameters);
    } catch (error) {
      await sleep(this.stopped ? 0 : 500);
      throw error;
    }
  }

  override async disconnectBlocking(wait?: boolean): Promise<void> {
    this.stopped = true;
    await super.disconnectBlocking(wait);
  }

  override async reconnectBlocking(): Promise<void> {
    this.stopped = false;
    await super.reconnectBlocking();
  }

  override async close(force?: boolean): Promise<void> {
    this.sharedConnection.off('listenerinvalidated', this.listenAgain);
    await super.close(force);
  }

  /** BullMQ does this only for backends that own their connection: leave the dead wait, listen anew. */
  private readonly listenAgain = (): void => {
    if (this.stopped) return;
    void super.disconnectBlocking();
    void super.reconnectBlocking();
  };
}

function startError(error: Error & { code?: string }): Error {
  if (error instanceof QueueUnavailable) return error;
  const wrongCredentials = error.code?.startsWith('28') ?? false;
  const noSuchDatabase = error.code === '3D000';
  const notAllowed = error.code === '42501';
  const unusable = /^(Schema|UnsupportedPostgres)/.test(error.name) || error.message.startsWith('BullMQ:');
  return wrongCredentials || noSuchDatabase || notAllowed || unusable
    ? new QueueRefused(`The Postgres queue cannot be used: ${error.message}`)
    : new QueueUnavailable(`The Postgres queue cannot be reached: ${error.message}`);
}
