import { outboundQueue, queueBackend } from '@warmshift/queue';
import { between, realPause, until, type Attack, type Scene } from './attack';

const copies = 3;

/**
 * The queue itself never holds a job twice, so the copies go past its producer: without a deduplication id, each of them
 * is handed to whichever worker is free.
 */
export const doubledJobs: Attack = {
  name: 'doubled-jobs',
  what: 'every job of every open action three times in the queue, over and over',
  async perform(scene) {
    const { window, random, installation } = scene;
    const { redisUrl, redisPrefix } = { redisUrl: scene.ground.redis?.url, redisPrefix: 'warmshift' };
    const { databaseUrl } = installation;
    const backend = queueBackend(
      redisUrl === undefined ? { databaseUrl } : { redisUrl, prefix: redisPrefix },
    );
    await backend.start();
    try {
      await until(scene, window.startsAt, -1_000);
      const stopAt = window.endsAt + installation.clock.virtualMs(5_000);
      let added = 0;
      while (installation.clock.now() < stopAt) {
        added += await addCopies(scene, backend);
        await realPause(between(random, 500, 2_000));
      }
      scene.say(`${added} jobs too many were added`);
    } finally {
      await backend.close();
    }
    return Date.now();
  },
};

async function addCopies({ installation }: Scene, backend: ReturnType<typeof queueBackend>): Promise<number> {
  const due = await installation.rows<{
    connectionId: string;
    vendor: string;
    restores: boolean;
    dueAt: number;
  }>(
    `SELECT connection_id AS "connectionId", vendor, (state = 'RESTORING' OR ends_at <= $1) AS restores,
       (extract(epoch FROM due_at) * 1000)::float8 AS "dueAt" FROM actions
     WHERE state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING') AND due_at <= $1`,
    [new Date(installation.clock.now() + 60_000)],
  );
  for (const vendor of new Set(due.map((action) => action.vendor))) {
    const queue = backend.openQueue(outboundQueue(vendor));
    const jobs = due
      .filter((action) => action.vendor === vendor)
      .flatMap(({ connectionId, dueAt, restores }) => {
        const priority = restores ? 'restore' : 'steer';
        const data = { v: 1, connectionId, vendor, priority, dueAt: Math.round(dueAt) };
        const opts = { removeOnComplete: true, removeOnFail: true, priority: restores ? 0 : 1 };
        return Array.from({ length: copies }, () => ({ name: 'connection.advance', data, opts }));
      });
    await queue.addBulk(jobs);
    await queue.close();
  }
  return due.length * copies;
}
