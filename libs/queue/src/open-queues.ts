import type { AnyQueue, QueueBackend } from './backends/queue-backend';

/** Queues opened on first use and kept open. */
export class OpenQueues {
  private readonly queues = new Map<string, AnyQueue>();

  constructor(private readonly backend: QueueBackend) {}

  get(name: string): AnyQueue {
    const known = this.queues.get(name);
    if (known) return known;
    const opened = this.backend.openQueue(name);
    this.queues.set(name, opened);
    return opened;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
    this.queues.clear();
  }
}
