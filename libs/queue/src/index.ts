export {
  queueBackend,
  type BackendName,
  type BackendReport,
  type QueueBackend,
  type QueueSettings,
} from './backends/queue-backend';
export { maxPostgresConnections } from './backends/postgres-backend';
export * from './errors';
export {
  handle,
  handlerTable,
  type BoundHandler,
  type JobContext,
  type JobHandler,
  type JobOutcome,
} from './job-handlers';
export { maxDelayMs } from './job-options';
export * from './job-producer';
export * from './job-worker-host';
export {
  isJobName,
  jobNames,
  jobs,
  outboundQueue,
  parseJob,
  parsePayload,
  planningQueue,
  queueNames,
  syncQueue,
  webhooksQueue,
  type JobName,
  type JobPayload,
  type NewJob,
} from './jobs';
export * from './outbox-relay';
export * from './queue-depths';
export * from './queue-events';
export * from './remove-queues';
