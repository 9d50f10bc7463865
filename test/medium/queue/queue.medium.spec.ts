import {
  handle,
  InvalidJob,
  maxDelayMs,
  outboundQueue,
  planningQueue,
  syncQueue,
  type NewJob,
} from '@warmshift/queue';
import { describeOnBothBackends } from './backends';
import { gate, QueueWorld, until } from './queue-world';

class Later extends Error {
  readonly retry = 'later';
}
class Never extends Error {
  readonly retry = 'never';
}

const advance = (vendor: string, connectionId: string, priority: 'restore' | 'steer' = 'steer') =>
  ({
    name: 'connection.advance',
    payload: { v: 1, connectionId, vendor, priority, dueAt: 0 },
  }) satisfies NewJob;
const discover = (vendor: string, connectionId: string) =>
  ({ name: 'connection.discover', payload: { v: 1, connectionId, vendor } }) satisfies NewJob;
const read = (vendor: string, connectionId: string) =>
  ({ name: 'connection.read', payload: { v: 1, connectionId, vendor, scope: 'active' } }) satisfies NewJob;

describeOnBothBackends('the queue', (store) => {
  let world: QueueWorld;
  let vendor: string;
  let tests = 0;

  beforeAll(() => {
    world = new QueueWorld(store.settings());
  });
  beforeEach(() => {
    vendor = `vendor-${++tests}`;
  });
  afterEach(() => world.closeHosts());
  afterAll(() => world.close());

  /** A handler for `connection.advance` that keeps the ids it saw. */
  const keeping = (seen: string[]) =>
    handle('connection.advance', async ({ connectionId }) => {
      seen.push(connectionId);
      return 'done';
    });

  describe('enqueue', () => {
    it('brings the payload to the handler of its name, without what the catalogue does not know', async () => {
      const seen: unknown[] = [];
      await world.newHost(
        vendor,
        [
          handle('connection.read', async (payload, { queue, attempt }) => {
            seen.push({ payload, queue, attempt });
            return 'done';
          }),
        ],
        {},
      );
      const job = read(vendor, 'c1');
      await world.producer.enqueue([
        { ...job, payload: { ...job.payload, token: 'x' } as typeof job.payload },
      ]);
      await until('the job was done', () => seen.length === 1);
      expect(seen).toEqual([{ payload: job.payload, queue: syncQueue(vendor), attempt: 1 }]);
    });

    it('adds none of the jobs when one does not fit', async () => {
      const wrong = { ...advance(vendor, 'has:colon') };
      const added = world.producer.enqueue([advance(vendor, 'a1'), wrong]);
      await expect(added).rejects.toThrow(InvalidJob);
      await expect(added).rejects.toThrow(/connection\.advance: connectionId: must be/);
      await expect(
        world.producer.enqueue([
          advance(vendor, 'a1'),
          { ...advance(vendor, 'a2'), delayMs: maxDelayMs + 1 },
        ]),
      ).rejects.toThrow(/delayMs: 900001 is above 900000 \(15 min\); keep the job in the outbox/);
      expect(await world.depth(outboundQueue(vendor))).toMatchObject({ waiting: 0, delayed: 0 });
    });

    it('holds a delayed job back until it is due', async () => {
      let startedAt = 0;
      await world.newHost(vendor, [
        handle('connection.advance', async () => {
          startedAt = Date.now();
          return 'done';
        }),
      ]);
      const addedAt = Date.now();
      await world.producer.enqueue([{ ...advance(vendor, 'a1'), delayMs: 400 }]);
      expect(await world.depth(outboundQueue(vendor))).toMatchObject({ delayed: 1, active: 0 });
      await until('the job ran', () => startedAt > 0);
      expect(startedAt - addedAt).toBeGreaterThanOrEqual(395);
      expect(startedAt - addedAt).toBeLessThan(1_400);
    });
  });

  describe('a duplicate', () => {
    it('of a waiting job merges with it, and can be added again once that one is done', async () => {
      const seen: string[] = [];
      await world.producer.enqueue([advance(vendor, 'a1'), advance(vendor, 'a1'), advance(vendor, 'a2')]);
      await world.producer.enqueue([advance(vendor, 'a1')]);
      expect(await world.depth(outboundQueue(vendor))).toMatchObject({ waiting: 2 });
      await world.newHost(vendor, [keeping(seen)]);
      await until('both ran', () => seen.length === 2);
      await until('both are gone', async () => (await world.depth(outboundQueue(vendor))).active === 0);
      await world.producer.enqueue([advance(vendor, 'a1')]);
      await until('the first ran again', () => seen.length === 3);
      expect(seen.sort()).toEqual(['a1', 'a1', 'a2']);
    });

    it('of an active order runs after it, once', async () => {
      const running = gate();
      let runs = 0;
      await world.newHost(vendor, [
        handle('connection.advance', async () => {
          runs++;
          await running.passed;
          return 'done';
        }),
      ]);
      await world.producer.enqueue([advance(vendor, 'a1')]);
      await until('the job is active', () => runs === 1);
      await world.producer.enqueue([advance(vendor, 'a1')]);
      await world.producer.enqueue([advance(vendor, 'a1')]);
      running.open();
      await until('the duplicate ran', () => runs === 2);
      await until('nothing is left', async () => {
        const { active, waiting, delayed } = await world.depth(outboundQueue(vendor));
        return active + waiting + delayed === 0;
      });
      expect(runs).toBe(2);
    });

    it('of an active periodic job is dropped', async () => {
      const running = gate();
      const seen: string[] = [];
      await world.newHost(vendor, [
        handle('connection.read', async ({ connectionId }) => {
          seen.push(connectionId);
          if (connectionId === 'c1') await running.passed;
          return 'done';
        }),
      ]);
      await world.producer.enqueue([read(vendor, 'c1')]);
      await until('the job is active', () => seen.length === 1);
      await world.producer.enqueue([read(vendor, 'c1')]);
      running.open();
      await until('it is done', async () => (await world.depth(syncQueue(vendor))).active === 0);
      await world.producer.enqueue([read(vendor, 'c2')]);
      await until('a later job ran', () => seen.includes('c2'));
      expect(seen).toEqual(['c1', 'c2']);
    });

    it('cuts short the wait for the next attempt of an order', async () => {
      const attempts: number[] = [];
      await world.newHost(vendor, [
        handle('connection.discover', async (_payload, { attempt }) => {
          attempts.push(attempt);
          if (attempt === 1) throw new Later('vendor is away');
          return 'done';
        }),
      ]);
      await world.producer.enqueue([discover(vendor, 'c1')]);
      await until(
        'it waits for its next attempt',
        async () => (await world.depth(syncQueue(vendor))).delayed === 1,
      );
      await world.producer.enqueue([discover(vendor, 'c1')]);
      await until('it was tried again at once', () => attempts.length === 2, 2_500);
      expect(attempts).toEqual([1, 2]);
    });

    it('due soon is not swallowed by one due later', async () => {
      const seen: string[] = [];
      await world.newHost(vendor, [keeping(seen)]);
      await world.producer.enqueue([{ ...advance(vendor, 'a1'), delayMs: 600_000 }]);
      await world.producer.enqueue([{ ...advance(vendor, 'a1'), delayMs: 100 }, advance(vendor, 'a1')]);
      await until('both near ones ran', () => seen.length === 2);
      expect(await world.depth(outboundQueue(vendor))).toMatchObject({ delayed: 1 });
    });
  });

  it('lets restores overtake everything that waits', async () => {
    const seen: string[] = [];
    const steer = ['s1', 's2', 's3', 's4'].map((id) => advance(vendor, id));
    await world.producer.enqueue(steer);
    await world.producer.enqueue([advance(vendor, 'r1', 'restore'), advance(vendor, 'r2', 'restore')]);
    expect(await world.depth(outboundQueue(vendor))).toMatchObject({ waiting: 6 });
    await world.newHost(vendor, [keeping(seen)], { concurrency: 1 });
    await until('all ran', () => seen.length === 6);
    expect(seen).toEqual(['r1', 'r2', 's1', 's2', 's3', 's4']);
  });

  describe('a failing handler', () => {
    it('is tried again after the back-off unless the error says never', async () => {
      const attempts: Record<string, number> = { later: 0, never: 0, bug: 0 };
      const { events } = await world.newHost(vendor, [
        handle('connection.advance', async ({ connectionId }, { attempt }) => {
          attempts[connectionId] = attempt;
          if (connectionId === 'never') throw new Never('device is gone');
          if (attempt > 1) return 'done';
          throw connectionId === 'later' ? new Later('busy') : new TypeError('postgres://user:secret@host');
        }),
      ]);
      await world.producer.enqueue(['later', 'never', 'bug'].map((id) => advance(vendor, id)));
      await until('the two were tried twice', () => attempts['later'] === 2 && attempts['bug'] === 2);
      expect(attempts['never']).toBe(1);
      const failures = events.flatMap((e) => (e.event === 'job.failed' ? [[e.attempt, e.willRetry]] : []));
      expect(failures.sort()).toEqual([
        [1, false],
        [1, true],
        [1, true],
      ]);
      expect(await world.depth(outboundQueue(vendor))).toMatchObject({ failed: 1 });
    });

    it('leaves no words in the queue that nobody vouches for', async () => {
      await world.newHost(vendor, [
        handle('connection.advance', async ({ connectionId }) => {
          if (connectionId === 'never') throw new Never('Device 7 is gone');
          throw new TypeError('postgres://user:secret@host');
        }),
      ]);
      const queue = world.backend.openQueue(outboundQueue(vendor));
      const last = { attempts: 1, removeOnComplete: true };
      const { name, payload } = advance(vendor, 'bug');
      await world.producer.enqueue([advance(vendor, 'never')]);
      await queue.addBulk([{ name, data: payload, opts: last }]);
      await until('both failed', async () => (await queue.getFailed()).length === 2);
      const failed = await queue.getFailed();
      await queue.close();
      expect(failed.map(({ failedReason }) => failedReason).sort()).toEqual([
        'Never: Device 7 is gone',
        "TypeError (see the worker's log)",
      ]);
      expect(JSON.stringify(failed)).not.toContain('secret');
    });

    it('never sees a payload that does not fit the catalogue', async () => {
      const seen: string[] = [];
      const { events } = await world.newHost(vendor, [keeping(seen)]);
      const queue = world.backend.openQueue(outboundQueue(vendor));
      await queue.addBulk([
        {
          name: 'connection.advance',
          data: { v: 99, connectionId: 'a1' },
          opts: { attempts: 5, removeOnComplete: true },
        },
      ]);
      await until('it was given up', async () => (await queue.getFailed()).length === 1);
      await queue.close();
      expect(seen).toEqual([]);
      expect(events).toContainEqual(expect.objectContaining({ event: 'job.failed', willRetry: false }));
    });
  });

  describe('start', () => {
    it('refuses a worker whose handlers do not cover the catalogue', async () => {
      const { host, backend } = await world.newHost(vendor, []);
      const missing = host.start({ queues: [planningQueue], handlers: [keeping([])], concurrency: 1 });
      await expect(missing).rejects.toThrow(
        /No handler for job 'occurrence\.plan': add handle\('occurrence\.plan'/,
      );
      expect(backend.backendName).toBe(world.backend.backendName);
    });

    it('works when many processes do it at once on an empty store', async () => {
      const settings = store.freshSettings();
      const worlds = Array.from({ length: 4 }, () => new QueueWorld(settings));
      const reports = await Promise.all(worlds.map(({ backend }) => backend.start()));
      expect(new Set(reports.map(({ serverVersion }) => serverVersion)).size).toBe(1);
      await worlds[0]?.producer.enqueue([advance(vendor, 'a1')]);
      expect(await worlds[3]?.depth(outboundQueue(vendor))).toMatchObject({ waiting: 1 });
      await Promise.all(worlds.map((each) => each.close()));
    });
  });

  describe('stop', () => {
    it('finishes what is in flight and takes nothing more', async () => {
      const running = gate();
      const seen: string[] = [];
      const { host } = await world.newHost(
        vendor,
        [
          handle('connection.advance', async ({ connectionId }) => {
            seen.push(connectionId);
            await running.passed;
            return 'done';
          }),
        ],
        { concurrency: 1 },
      );
      await world.producer.enqueue([advance(vendor, 'a1')]);
      await until('the first is active', () => seen.length === 1);
      await world.producer.enqueue([advance(vendor, 'a2')]);
      const stopped = host.stop();
      running.open();
      expect(await stopped).toEqual({ unfinished: 0 });
      expect(seen).toEqual(['a1']);
      expect(await world.depth(outboundQueue(vendor))).toMatchObject({ active: 0, waiting: 1, failed: 0 });
    });

    it('gives up waiting at its limit and says how much is unfinished', async () => {
      const running = gate();
      let runs = 0;
      const { host } = await world.newHost(
        vendor,
        [
          handle('connection.advance', async () => {
            runs++;
            await running.passed;
            return 'done';
          }),
        ],
        { stopLimitMs: 50 },
      );
      await world.producer.enqueue([advance(vendor, 'a1')]);
      await until('it is active', () => runs === 1);
      expect(await host.stop()).toEqual({ unfinished: 1 });
      running.open();
    });
  });

  it('shares the work between hosts, each job once', async () => {
    const seen: string[][] = [[], []];
    const ids = Array.from({ length: 200 }, (_unused, i) => `a${i}`);
    for (const mine of seen) {
      await world.newHost(
        vendor,
        [
          handle('connection.advance', async ({ connectionId }) => {
            mine.push(connectionId);
            await until('the other host works too', () => seen.every((each) => each.length > 0));
            return 'done';
          }),
        ],
        { concurrency: 4 },
      );
    }
    await world.producer.enqueue(ids.map((id) => advance(vendor, id)));
    await until('all are done', () => seen.flat().length === ids.length);
    expect(seen.flat().sort()).toEqual([...ids].sort());
  });
});
