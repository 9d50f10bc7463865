import { Redis, type RedisOptions } from 'ioredis';
import { Queue, Worker } from 'bullmq';
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

export interface RedisQueueSettings {
  /** `redis://` or `rediss://`; a password in it never appears in messages. */
  readonly redisUrl: string;
  /** Of all keys; lets several installations share one Redis. */
  readonly prefix?: string | undefined;
}

const minimumVersion = [6, 2] as const;

/**
 * BullMQ on Redis. Connections per process: one for adding, one shared by all workers, and one blocking
 * connection per worker.
 */
export class RedisBackend implements QueueBackend {
  readonly backendName = 'redis';
  private readonly prefix: string;
  private readonly adding: Redis;
  private working: Redis | undefined;
  private ready: Promise<void> | undefined;
  private report: BackendReport | undefined;
  private readonly listeners: ((error: Error) => void)[] = [];

  constructor(private readonly settings: RedisQueueSettings) {
    this.prefix = settings.prefix ?? 'warmshift';
    this.adding = this.connect({
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: 5_000,
    });
  }

  async start(): Promise<BackendReport> {
    this.report ??= await this.check();
    return this.report;
  }

  openQueue(name: string): AnyQueue {
    const queue = new Queue(name, {
      connection: this.adding,
      prefix: this.prefix,
      skipVersionCheck: true,
      streams: eventStream,
    });
    // Reported once already, by the shared connection.
    queue.on('error', () => undefined);
    return queue;
  }

  openWorker(name: string, processor: JobProcessor, settings: WorkerSettings): AnyWorker {
    this.working ??= this.connect({ maxRetriesPerRequest: null });
    // No `skipVersionCheck` here: without knowing the version BullMQ wakes for delayed jobs up to 1 s late.
    return new Worker(name, processor, {
      ...workerOptions(settings),
      connection: this.working,
      prefix: this.prefix,
    });
  }

  async close(): Promise<void> {
    this.working?.disconnect();
    this.adding.disconnect();
    await Promise.resolve();
  }

  onError(listener: (error: Error) => void): void {
    this.listeners.push(listener);
  }

  private connect(options: RedisOptions): Redis {
    const redis = new Redis(this.settings.redisUrl, {
      connectTimeout: 5_000,
      retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 2_000),
      ...options,
    });
    redis.on('error', (error) => this.listeners.forEach((listener) => listener(error)));
    return redis;
  }

  private async check(): Promise<BackendReport> {
    const info = await within(startLimitMs, `Reaching Redis at ${this.address()}`, this.info());
    const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    const serverVersion = value('redis_version');
    if (isOlder(serverVersion)) {
      throw new QueueRefused(
        `Redis at ${this.address()} is version ${serverVersion}; ${minimumVersion.join('.')} or newer is needed.`,
      );
    }
    const policy = value('maxmemory_policy');
    const warnings =
      policy === 'noeviction'
        ? []
        : [`Redis may evict jobs: maxmemory-policy is ${policy || 'unknown'}; set it to noeviction.`];
    return { backendName: this.backendName, serverVersion, warnings };
  }

  private async info(): Promise<string> {
    try {
      if (this.adding.status === 'wait') await this.adding.connect();
      else if (this.adding.status !== 'ready') await (this.ready ??= becameReady(this.adding));
      return await this.adding.info();
    } catch (error) {
      const { message } = error as Error;
      if (/NOAUTH|WRONGPASS/.test(message)) {
        throw new QueueRefused(`Redis at ${this.address()} refuses the credentials of the configured URL.`);
      }
      throw new QueueUnavailable(`Redis at ${this.address()} cannot be reached: ${message}`);
    }
  }

  private address(): string {
    const { host, port } = this.adding.options;
    return `${host}:${port}`;
  }
}

function becameReady(redis: Redis): Promise<void> {
  return new Promise((resolve) => redis.once('ready', () => resolve()));
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < minimumVersion[0] || (major === minimumVersion[0] && minor < minimumVersion[1]);
}
