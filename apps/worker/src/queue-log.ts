import type { Logger } from '@warmshift/observability';
import type { QueueEvent, RelayEvent } from '@warmshift/queue';

/** What the queue tells, as log lines. */
export function queueLog(logger: Logger): (event: QueueEvent | RelayEvent) => void {
  return (event) => {
    switch (event.event) {
      case 'queue.started':
        logger.info({ backend: event.report.backendName, version: event.report.serverVersion }, event.event);
        for (const warning of event.report.warnings) logger.warn({ warning }, 'queue.warning');
        return;
      case 'queue.trouble':
      case 'outbox.stuck':
        logger.warn({ err: event.error }, event.event);
        return;
      case 'queue.recovered':
      case 'outbox.unstuck':
        logger.info({}, event.event);
        return;
      case 'job.failed': {
        const { error, event: name, ...facts } = event;
        logger.warn({ ...facts, err: error }, name);
        return;
      }
      case 'outbox.refused': {
        const { event: name, ...facts } = event;
        logger.error(facts, name);
        return;
      }
      case 'job.done':
      case 'job.skipped':
      case 'outbox.relayed': {
        const { event: name, ...facts } = event;
        logger.debug(facts, name);
      }
    }
  };
}
