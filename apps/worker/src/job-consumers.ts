import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { ActionAdvancer } from '@warmshift/action-queue';
import { OccurrencePlanner, ReportService } from '@warmshift/campaigns';
import { CLOCK, CONFIG, type Clock, type ServiceConfig } from '@warmshift/config';
import { PostgresOutbox } from '@warmshift/db';
import { DiscoverService, ReadService } from '@warmshift/fleet-sync';
import { LOGGER, metrics, type Logger } from '@warmshift/observability';
import {
  handle,
  JobProducer,
  JobWorkerHost,
  OutboxRelay,
  planningQueue,
  queueBackend,
  QueueDepths,
  queueNames,
  webhooksQueue,
  type BoundHandler,
  type QueueBackend,
  type QueueEvent,
  type RelayEvent,
} from '@warmshift/queue';
import { vendorModules } from '@warmshift/vendors';
import { WebhookDeliverer } from '@warmshift/webhooks';
import { queueLog } from './queue-log';

/** The outbox is looked at so often (real ms): the time a command waits before it is even in the queue. */
const relayTickMs = 200;
/** Rows that leave it at once. */
const relayBatch = 2_000;

/** Takes jobs from the queue and hands them to the libraries; relays the outbox into the queue. */
@Injectable()
export class JobConsumers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly backend: QueueBackend;
  private readonly producer: JobProducer;
  private readonly host: JobWorkerHost;
  private readonly relay: OutboxRelay;
  private readonly depths: QueueDepths;

  constructor(
    @Inject(CONFIG) private readonly config: ServiceConfig,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    outbox: PostgresOutbox,
    private readonly advancer: ActionAdvancer,
    private readonly planner: OccurrencePlanner,
    private readonly reports: ReportService,
    private readonly discovery: DiscoverService,
    private readonly reads: ReadService,
    private readonly webhooks: WebhookDeliverer,
  ) {
    const { redisUrl, redisPrefix: prefix } = config.queue;
    this.backend = queueBackend(
      redisUrl === undefined ? { databaseUrl: config.database.url } : { redisUrl, prefix },
    );
    this.producer = new JobProducer(this.backend);
    const toLog = queueLog(logger);
    const log = (event: QueueEvent | RelayEvent): void => {
      countJobs(event);
      toLog(event);
    };
    this.depths = new QueueDepths(
      this.backend,
      queueNames(vendorModules.map(({ manifest }) => manifest.vendor)),
    );
    this.host = new JobWorkerHost(this.backend, { realMs: (ms) => clock.realMs(ms), onEvent: log });
    this.relay = new OutboxRelay(outbox, this.producer, clock, {
      tickMs: relayTickMs,
      batchSize: relayBatch,
      onEvent: log,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const vendors = vendorModules.map(({ manifest }) => manifest.vendor);
    await this.host.start({
      queues: queueNames(vendors),
      handlers: this.handlers(),
      concurrency: (queue) => this.concurrencyOf(queue),
    });
    this.relay.start();
  }

  /** Sets the gauges of the queue. Rejects when the queue is away. */
  async measureQueue(): Promise<void> {
    for (const { queue, ...counts } of await this.depths.queueDepths())
      for (const [state, jobs] of Object.entries(counts))
        metrics.queueDepth.set({ queue, state }, jobs as number);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    const advanced = this.advancer.stop();
    const { unfinished } = await this.host.stop();
    if (unfinished > 0) this.logger.warn({ unfinished }, 'worker.stopped-with-jobs-in-flight');
    if (unfinished === 0) await advanced;
    await this.depths.close();
    await this.producer.close();
    await this.backend.close();
  }

  private handlers(): BoundHandler[] {
    return [
      handle('connection.discover', async ({ connectionId }) => {
        const found = await this.discovery.discover(connectionId);
        return found ? 'done' : { skipped: 'connection away' };
      }),
      handle('connection.read', async ({ connectionId, scope }) => {
        const read = await this.reads.read(connectionId, scope);
        return read ? 'done' : { skipped: 'connection away' };
      }),
      handle('occurrence.plan', ({ occurrenceId }) => this.planner.planOccurrence(occurrenceId)),
      handle('occurrence.report', async ({ occurrenceId }) => {
        await this.reports.finish(occurrenceId);
        return 'done';
      }),
      handle('connection.advance', async ({ connectionId }) => {
        const turn = await this.advancer.advance(connectionId);
        if (turn === undefined) return { skipped: 'under way already' };
        return turn.taken > 0 ? 'done' : { skipped: 'nothing was due' };
      }),
      handle('webhook.deliver', ({ deliveryId }) => this.webhooks.deliver(deliveryId)),
    ];
  }

  private concurrencyOf(queue: string): number {
    if (queue === planningQueue) return 1;
    if (queue === webhooksQueue) return 16;
    return queue.startsWith('outbound-') ? this.config.worker.concurrency : 4;
  }
}

const outcomes = { 'job.done': 'done', 'job.skipped': 'skipped', 'job.failed': 'failed' } as const;

function countJobs(event: QueueEvent | RelayEvent): void {
  if (!('durationMs' in event)) return;
  metrics.jobs.observe({ name: event.name, outcome: outcomes[event.event] }, event.durationMs / 1000);
}
