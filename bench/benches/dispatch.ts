import { wallSeconds, type Bench, type BenchResult } from '../bench';
import { Installation, type Backend, type SteeredHeater } from '../installation/installation';

const actions = 10_000;
/** For lateness: so many more actions, whose starts are spread so that less is asked than could be done. */
const spreadActions = 3_000;
const spreadPerSecond = 150;
/** The worker's own default, and the floor's. */
const concurrency = 256;
/** The actions are written before they are due: the bench's own insert is not what is measured. */
const planningMs = 10_000;
/** The vendor's documented limit is not what is measured: it grants us more than the machine can do. */
const grantedPerSecond = 20_000;
const hourMs = 3_600_000;
const targetRatio = 0.5;
const maxLatenessS = 1;
const maxMiB = 400;

export const dispatchBench: Bench = {
  name: 'dispatch',
  work: `${actions.toLocaleString('en')} actions by outbox, relay, queue, one worker process, HTTP and Postgres, against a bare undici loop of the same requests`,
  parts: ['redis', 'postgres'],
  async run(say, part) {
    return [await measured(part as Backend, say)];
  },
};

async function measured(backend: Backend, say: (line: string) => void): Promise<BenchResult> {
  const installation = await Installation.start(backend, {
    sandboxHeaters: 3 * (actions + spreadActions),
    concurrency,
    requestsPerSecond: grantedPerSecond,
  });
  try {
    const found = await installation.heaters(2 * actions + spreadActions);
    // Other heaters than the actions', so that both find them as their customers left them.
    const forFloor = found.slice(0, actions).map(({ vendorDeviceId }) => vendorDeviceId);
    const heaters = await installation.enrol(found.slice(actions));
    const floorS = await wallSeconds(() => installation.bare.dispatchAll(forFloor));
    const floorRate = (3 * actions) / floorS;
    say(`${backend}: floor ${Math.round(floorRate)} requests/s with ${concurrency} at once`);
    return await measure(installation, backend, heaters, floorRate, say);
  } finally {
    await installation.close();
  }
}

async function measure(
  installation: Installation,
  backend: Backend,
  heaters: readonly SteeredHeater[],
  floorRate: number,
  say: (line: string) => void,
): Promise<BenchResult> {
  const worker = await installation.startWorker();
  await installation.assessed();
  const requestsBefore = await installation.vendorRequests();
  const startedAt = installation.now() + planningMs;
  const all = await installation.plan(heaters.slice(0, actions), {
    startsAt: () => startedAt,
    endsAt: startedAt + hourMs,
  });
  const progress = setInterval(() => {
    void installation.states(all).then((states) => say(`${backend}: ${JSON.stringify(states)}`));
  }, 5_000);
  await installation.noneIn(all, 'PLANNED', 'DISPATCHING').finally(() => clearInterval(progress));
  const requests = (await installation.vendorRequests()) - requestsBefore;
  const seconds = (installation.now() - startedAt) / 1000;
  say(`${backend}: ${JSON.stringify(await installation.states(all))} after ${seconds.toFixed(1)} s`);
  const lateness = await spread(installation, heaters.slice(actions));
  const peakMiB = worker.peakMiB ?? Number.NaN;
  const rate = requests / seconds;
  const ratio = rate / floorRate;
  const met = ratio >= targetRatio && lateness.p99S <= maxLatenessS && !(peakMiB > maxMiB);
  return {
    bench: `dispatch (${backend})`,
    measured: {
      'actions/s': actions / seconds,
      'requests/s': rate,
      [`p50 lateness s at ${spreadPerSecond}/s`]: lateness.p50S,
      'p99 lateness s': lateness.p99S,
      'worker RSS MiB': peakMiB,
    },
    floor: { 'bare requests/s': floorRate },
    ratio,
    target:
      backend === 'redis'
        ? `≥ ${targetRatio} of the floor, p99 lateness ≤ ${maxLatenessS} s, RSS ≤ ${maxMiB} MiB`
        : 'none: beside it',
    met: backend === 'postgres' || met,
  };
}

/** How long after its start each action was sent: by the vendor's answer to the command. */
async function spread(
  installation: Installation,
  heaters: readonly SteeredHeater[],
): Promise<{ p50S: number; p99S: number }> {
  const firstAt = installation.now() + 3_000;
  const occurrenceId = await installation.plan(heaters.slice(0, spreadActions), {
    startsAt: (index) => firstAt + Math.floor((index * 1000) / spreadPerSecond),
    endsAt: firstAt + hourMs,
  });
  await installation.noneIn(occurrenceId, 'PLANNED', 'DISPATCHING');
  const [row] = await installation.db.rows<{ p50S: number; p99S: number }>(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY late) AS "p50S", percentile_cont(0.99) WITHIN GROUP (ORDER BY late) AS "p99S"
     FROM (SELECT extract(epoch FROM sent_at - starts_at)::float8 AS late FROM actions
           WHERE occurrence_id = $1 AND sent_at IS NOT NULL) sent`,
    [occurrenceId],
  );
  if (!row) throw new Error('Nothing was sent.');
  return row;
}
