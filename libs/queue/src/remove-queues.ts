import { queueBackend, type QueueSettings } from './backends/queue-backend';

/**
 * Removes the named queues (see `queueNames`) with every job in them, also those that a killed worker was at: for an
 * installation that will not come back. @throws `QueueUnavailable` or `QueueRefused` when the server cannot be used.
 */
export async function removeQueues(settings: QueueSettings, names: readonly string[]): Promise<void> {
  const backend = queueBackend(settings);
  try {
    await backend.start();
    for (const name of names) {
      const queue = backend.openQueue(name);
      await queue.obliterate({ force: true });
      await queue.close();
    }
  } finally {
    await backend.close();
  }
}
