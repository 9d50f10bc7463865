import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SteeringHealth } from '@warmshift/action-queue';
import { CONFIG, type ServiceConfig } from '@warmshift/config';
import { LOGGER, metrics, type Logger } from '@warmshift/observability';
import { JobConsumers } from './job-consumers';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Metrics and health of this worker for whoever scrapes it: nothing of any supplier, and only where a port was set. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: Server | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: ServiceConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly steering: SteeringHealth,
    private readonly consumers: JobConsumers,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.config.metrics;
    if (port === undefined) return;
    metrics.startProcessMetrics();
    this.collect();
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.listen(port, host);
    await once(this.server, 'listening');
    const { port: bound } = this.server.address() as AddressInfo;
    this.logger.info({ url: `http://${host}:${bound}` }, 'worker.metrics');
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.server) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private collect(): void {
    const { steering } = this;
    metrics.beforeScrape(async () => metrics.outboxAge.set(await steering.outboxSeconds()));
    metrics.beforeScrape(async () => metrics.overdueRestores.set(await steering.overdueRestores()));
    metrics.beforeScrape(async () => metrics.reconcilerLag.set(await steering.lagSeconds()));
    metrics.beforeScrape(async () => metrics.clockSkew.set(await steering.skewSeconds()));
    metrics.beforeScrape(() => this.consumers.measureQueue());
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, text } = await this.answerTo(request.url ?? '/');
    response.writeHead(status, { 'content-type': type }).end(text);
  }

  private async answerTo(url: string): Promise<Answer> {
    switch (url) {
      case '/metrics':
        return { status: 200, type: metrics.contentType, text: await metrics.scrape() };
      case '/health/live':
        return json(200, { status: 'live' });
      case '/health/ready':
        return this.ready();
      default:
        return json(404, { error: 'There is /metrics, /health/live and /health/ready.' });
    }
  }

  private async ready(): Promise<Answer> {
    try {
      const { ok, ...checks } = await this.steering.report();
      return json(ok ? 200 : 503, { status: ok ? 'ready' : 'not-ready', checks });
    } catch (err) {
      this.logger.warn({ err }, 'health.postgres-away');
      return json(503, { status: 'not-ready', checks: { postgres: { ok: false } } });
    }
  }
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', text: JSON.stringify(body) };
}
