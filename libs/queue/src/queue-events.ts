import type { BackendReport } from './backends/queue-backend';

/** What happens in the queue, for the log and the metrics. Durations in real ms. */
export type QueueEvent =
  | { readonly event: 'queue.started'; readonly report: BackendReport; readonly queues: readonly string[] }
  /** Once when the queue goes away or misbehaves, and once when it is back. */
  | { readonly event: 'queue.trouble'; readonly error: Error }
  | { readonly event: 'queue.recovered' }
  | (JobEvent & { readonly event: 'job.done' })
  | (JobEvent & { readonly event: 'job.skipped'; readonly reason: string })
  | (JobEvent & { readonly event: 'job.failed'; readonly error: unknown; readonly willRetry: boolean });

export interface JobEvent {
  readonly queue: string;
  readonly name: string;
  readonly attempt: number;
  readonly durationMs: number;
  /** From when it was due to when this attempt began. */
  readonly latenessMs: number;
}

export type QueueEventListener = (event: QueueEvent) => void;
