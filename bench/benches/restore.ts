import { at } from '@warmshift/db';
import { wallSeconds, type Bench, type BenchResult } from '../bench';
import { Installation, type Backend } from '../installation/installation';

const actions = 10_000;
const maxS = 60;
const maxMiB = 400;
/** The vendor's documented limit is not what is measured: it grants us more than the machine can do. */
const grantedPerSecond = 20_000;

export const restoreBench: Bench = {
  name: 'restore',
  work: `${actions.toLocaleString('en')} actions made active by the real pipeline, the worker killed (kill -9), the queue emptied, all windows over: until all are given back after the restart`,
  parts: ['redis', 'postgres'],
  async run(say, part) {
    return [await measured(part as Backend, say)];
  },
};

async function measured(backend: Backend, say: (line: string) => void): Promise<BenchResult> {
  const installation = await Installation.start(backend, {
    sandboxHeaters: 2 * actions,
    concurrency: 256,
    requestsPerSecond: grantedPerSecond,
  });
  try {
    return await measure(installation, backend, say);
  } finally {
    await installation.close();
  }
}

async function measure(
  installation: Installation,
  backend: Backend,
  say: (line: string) => void,
): Promise<BenchResult> {
  const before = await installation.steeredNow();
  const heaters = await installation.enrol(await installation.heaters(actions));
  const first = await installation.startWorker();
  const startsAt = installation.now();
  const all = await installation.plan(heaters, { startsAt: () => startsAt, endsAt: startsAt + 3_600_000 });
  await installation.noneIn(all, 'PLANNED', 'DISPATCHING', 'SENT');
  const active = (await installation.states(all))['ACTIVE'] ?? 0;
  say(`${backend}: ${active} active after ${((installation.now() - startsAt) / 1000).toFixed(1)} s`);
  await first.kill();
  await emptyQueue(installation);
  await windowsEnd(installation, all);
  const seconds = await wallSeconds(async () => {
    await installation.startWorker();
    await installation.noneIn(all, 'SENT', 'ACTIVE', 'RESTORING');
  });
  const states = await installation.states(all);
  const peakMiB = installation.workers.at(-1)?.peakMiB ?? Number.NaN;
  const still = await installation.steeredNow();
  const left = heaters.filter(({ vendorDeviceId: id }) => still.has(id) && !before.has(id)).length;
  say(
    `${backend}: all ended ${seconds.toFixed(1)} s after the restart: ${JSON.stringify(states)}; ${left} heaters still steered, by the sandbox`,
  );
  const whole = active >= 0.99 * actions && states['RESTORED'] === active && left === 0;
  return {
    bench: `restore (${backend})`,
    measured: { 'restored after s': seconds, active, 'left steered': left, 'worker RSS MiB': peakMiB },
    floor: {},
    ratio: maxS / seconds,
    target: backend === 'redis' ? `≤ ${maxS} s, RSS ≤ ${maxMiB} MiB` : 'none: beside it',
    met: backend === 'postgres' || (whole && seconds <= maxS && !(peakMiB > maxMiB)),
  };
}

async function emptyQueue({ db, redis }: Installation): Promise<void> {
  if (redis) return redis.flush();
  await db.run('DROP SCHEMA IF EXISTS bullmq CASCADE');
}

/** While nobody works, the hour passes: what is left of every window is cut, and nothing else is touched. */
async function windowsEnd(installation: Installation, occurrenceId: string): Promise<void> {
  await installation.db.run(
    'UPDATE actions SET ends_at = $2, due_at = $2 WHERE occurrence_id = $1 AND due_at IS NOT NULL',
    [occurrenceId, at(installation.now())],
  );
}
