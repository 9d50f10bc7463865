import {
  handle,
  JobProducer,
  JobWorkerHost,
  jobNames,
  outboundQueue,
  queueBackend,
  QueueDepths,
  syncQueue,
  type BoundHandler,
  type JobName,
  type QueueBackend,
  type QueueDepth,
  type QueueEvent,
  type QueueSettings,
} from '@warmshift/queue';
import { eventually } from '../../support';

/** One "process": its own connections. */
interface TestHost {
  readonly host: JobWorkerHost;
  readonly backend: QueueBackend;
  readonly events: QueueEvent[];
}

/** Producers and hosts on one store, closed together. */
export class QueueWorld {
  readonly backend: QueueBackend;
  readonly producer: JobProducer;
  private hosts: TestHost[] = [];
  private depths: QueueDepths[] = [];

  constructor(readonly settings: QueueSettings) {
    this.backend = queueBackend(settings);
    this.producer = new JobProducer(this.backend);
  }

  /** A running host that consumes the queues of `vendor`. Jobs without a handler given here are just done. */
  async newHost(
    vendor: string,
    handlers: readonly BoundHandler[],
    options: { concurrency?: number; stopLimitMs?: number; queues?: readonly string[] } = {},
  ): Promise<TestHost> {
    const backend = queueBackend(this.settings);
    const events: QueueEvent[] = [];
    const host = new JobWorkerHost(backend, {
      realMs: (ms) => ms,
      onEvent: (event) => events.push(event),
      stopLimitMs: options.stopLimitMs ?? 5_000,
    });
    const testHost = { host, backend, events };
    this.hosts.push(testHost);
    await host.start({
      queues: options.queues ?? [syncQueue(vendor), outboundQueue(vendor)],
      handlers: completed(handlers),
      concurrency: options.concurrency ?? 5,
    });
    return testHost;
  }

  async depth(queue: string): Promise<QueueDepth> {
    const reader = new QueueDepths(this.backend, [queue]);
    this.depths.push(reader);
    const [depth] = await reader.queueDepths();
    if (!depth) throw new Error(`No depth of ${queue}.`);
    return depth;
  }

  async closeHosts(): Promise<void> {
    for (const { host, backend } of this.hosts) {
      await host.stop();
      await backend.close();
    }
    this.hosts = [];
  }

  async close(): Promise<void> {
    await this.closeHosts();
    await Promise.all(this.depths.map((reader) => reader.close()));
    await this.producer.close();
    await this.backend.close();
  }
}

/** All handlers of the catalogue: the given ones, and for the rest ones that do nothing. */
export function completed(given: readonly BoundHandler[]): BoundHandler[] {
  const missing = jobNames.filter((name) => !given.some((handler) => handler.name === name));
  return [...given, ...missing.map((name) => handle<JobName>(name, async () => 'done'))];
}

/** Waits until something is true. */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  await eventually(isTrue, { timeoutMs: limitMs }).catch((cause: unknown) => {
    throw new Error(`Waited ${limitMs} ms in vain until ${what}.`, { cause });
  });
}

/** A gate that handlers wait at until the test opens it. */
export function gate(): { readonly passed: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}
