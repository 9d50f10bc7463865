import type { QueueBackend } from './backends/queue-backend';
import { OpenQueues } from './open-queues';

export interface QueueDepth {
  readonly queue: string;
  /** Could run now. */
  readonly waiting: number;
  /** Due later, or waiting for the next attempt. */
  readonly delayed: number;
  readonly active: number;
  /** Given up, kept for a day. */
  readonly failed: number;
}

/** Counts the jobs of the named queues (see `queueNames`), for the metrics. */
export class QueueDepths {
  private readonly opened: OpenQueues;

  constructor(
    backend: QueueBackend,
    private readonly queues: readonly string[],
  ) {
    this.opened = new OpenQueues(backend);
  }

  /** Rejects when the queue is away. */
  queueDepths(): Promise<QueueDepth[]> {
    return Promise.all(this.queues.map((queue) => this.depth(queue)));
  }

  close(): Promise<void> {
    return this.opened.close();
  }

  private async depth(queue: string): Promise<QueueDepth> {
    const counts = await this.opened
      .get(queue)
      .getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed');
    const of = (state: string) => counts[state] ?? 0;
    return {
      queue,
      waiting: of('waiting') + of('prioritized'),
      delayed: of('delayed'),
      active: of('active'),
      failed: of('failed'),
    };
  }
}
