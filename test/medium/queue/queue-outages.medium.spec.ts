import { createServer, type AddressInfo } from 'node:net';
import {
  handle,
  JobProducer,
  maxPostgresConnections,
  OutboxRelay,
  outboundQueue,
  queueBackend,
  queueNames,
  QueueUnavailable,
  type NewJob,
  type OutboxRow,
  type OutboxSource,
  type QueueSettings,
} from '@warmshift/queue';
import { describeWithRedis, testDatabase, testRedis } from '../../support';
import { QueueWorld, until } from './queue-world';

const vendor = 'nox';
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_unused, i) => `a${from + i}`);
const advance = (connectionId: string) =>
  ({
    name: 'connection.advance',
    payload: { v: 1, connectionId, vendor, priority: 'steer', dueAt: 0 },
  }) satisfies NewJob;

/** An outbox in memory: rows stay until they are reported done. */
class MemoryOutbox implements OutboxSource {
  rows: OutboxRow[] = [];

  add(connectionIds: readonly string[], runAt: number): void {
    this.rows.push(
      ...connectionIds.map((connectionId) => ({ id: `${Math.random()}`, ...advance(connectionId), runAt })),
    );
  }

  async claim(limit: number): Promise<OutboxRow[]> {
    return this.rows.slice(0, limit);
  }

  async done(doneIds: readonly string[]): Promise<void> {
    this.rows = this.rows.filter(({ id }) => !doneIds.includes(id));
  }

  async ageMs(now: number): Promise<number> {
    return Math.max(0, ...this.rows.map(({ runAt }) => now - runAt));
  }
}

const relayFrom = (outbox: OutboxSource, producer: JobProducer) =>
  new OutboxRelay(
    outbox,
    producer,
    { now: () => Date.now(), realMs: (ms) => ms },
    { onEvent: () => undefined, tickMs: 20, firstBackoffMs: 20 },
  );

/** A port of loopback that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each<[string, (port: number) => QueueSettings]>([
  ['redis', (port) => ({ redisUrl: `redis://:hidden@127.0.0.1:${port}` })],
  ['postgres', (port) => ({ databaseUrl: `postgres://u:hidden@127.0.0.1:${port}/db` })],
])('an unreachable queue on %s', (_name, settings) => {
  it('is told to a producer in bounded time, without credentials', async () => {
    const backend = queueBackend(settings(await deadPort()));
    const producer = new JobProducer(backend, 1_000);
    const startedAt = Date.now();
    const error = await producer.enqueue([advance('a1')]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(QueueUnavailable);
    expect(String(error)).not.toContain('hidden');
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await producer.close();
    await backend.close();
  });
});

describeWithRedis('a flush of Redis', () => {
  const redis = testRedis();

  it('loses only what the outbox can add again, and stops no worker', async () => {
    const world = new QueueWorld({ redisUrl: redis.url, prefix: redis.keyPrefix });
    const outbox = new MemoryOutbox();
    const relay = relayFrom(outbox, world.producer);
    const seen = new Set<string>();
    await world.newHost(vendor, [
      handle('connection.advance', async ({ connectionId }) => {
        seen.add(connectionId);
        return 'done';
      }),
    ]);
    relay.start();
    outbox.add(ids(0, 10), Date.now());
    outbox.add(ids(10, 20), Date.now() + 600_000);
    await until('the due ones ran', () => seen.size === 10 && outbox.rows.length === 0);
    await until('the others wait', async () => (await world.depth(outboundQueue(vendor))).delayed === 10);

    await redis.flush();
    expect(await world.depth(outboundQueue(vendor))).toMatchObject({ delayed: 0, waiting: 0 });
    outbox.add(ids(10, 20), Date.now());
    await until('what was lost was added again and ran', () => seen.size === 20);
    await relay.stop();
    await world.close();
  });
});

describe('the connections to Postgres', () => {
  const database = testDatabase();
  const application = `queue-test-${process.pid}`;

  it('are few and shared, and being cut stops no worker', async () => {
    const url = new URL(database.url);
    url.searchParams.set('application_name', application);
    const world = new QueueWorld({ databaseUrl: url.href });
    const seen = new Set<string>();
    const { events } = await world.newHost(
      vendor,
      [
        handle('connection.advance', async ({ connectionId }) => {
          seen.add(connectionId);
          return 'done';
        }),
      ],
      { queues: queueNames(['nox', 'istabai', 'heatingcontrol', 'microclimates']), concurrency: 10 },
    );
    await world.producer.enqueue(ids(0, 50).map(advance));
    await until('all ran', () => seen.size === 50);
    const [open] = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1',
      [application],
    );
    // The world holds two backends: the producer's and the host's.
    expect(open?.count).toBeGreaterThan(1);
    expect(open?.count).toBeLessThanOrEqual(2 * maxPostgresConnections);

    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
      [application],
    );
    const enqueueAll = () =>
      world.producer.enqueue(ids(50, 100).map(advance)).then(
        () => true,
        () => false,
      );
    await until('the producer is back', enqueueAll);
    await until('the workers are back', () => seen.size === 100);
    expect(events.map(({ event }) => event)).toContain('queue.recovered');
    await world.close();
  });
});
