import { randomBytes } from 'node:crypto';
import { Database } from '@warmshift/db';
import { dayMs } from '@warmshift/domain';
import { SecretBox } from '@warmshift/security';
import { pacingOf } from '@warmshift/fleet-sync';
import { VendorRateLimited } from '@warmshift/vendors/contract';
import { PostgresPacer } from '../../../libs/fleet-sync/src/connections/postgres-pacer';
import { PostgresTokenStore } from '../../../libs/fleet-sync/src/connections/vendor-runtime';
import { testDatabase } from '../../support';
import { evening, World } from '../../support/world';

const db = testDatabase();
let world: World;
let connectionId: string;
beforeEach(async () => {
  world = new World(db);
  connectionId = await world.rows.connection(await world.rows.supplier());
});
afterEach(() => world.close());

describe('pacing', () => {
  const polite = { requestsPerSecond: 3, burst: 4, concurrency: 4, restoreShare: 0.25 };

  /** When requests of two processes go out, on a clock that stands still: waiting only notes how long. */
  async function sendTimes(pacing: typeof polite, count: number, purpose: 'steer' | 'restore' = 'restore') {
    const sentAt: number[] = [];
    const other = new Database({ url: db.url });
    const take = async (through: Database) => {
      let waitedMs = 0;
      const sleep = (realMs: number) => {
        waitedMs = realMs;
        return Promise.resolve();
      };
      await new PostgresPacer({ db: through, connectionId, pacing, clock: world.clock, sleep }).take(purpose);
      sentAt.push(world.clock.now() + waitedMs);
    };
    try {
      await Promise.all(
        Array.from({ length: count }, (_, index) => take(index % 2 === 0 ? world.db : other)),
      );
    } finally {
      await other.close();
    }
    return sentAt.sort((a, b) => a - b);
  }

  it('never lets more than the rate and the burst out in any window, whoever asks', async () => {
    const sentAt = await sendTimes(polite, 100);
    for (const [first, from] of sentAt.entries()) {
      for (const windowMs of [1, 1_000, 5_000, 20_000]) {
        const inside = sentAt.slice(first).filter((at) => at < from + windowMs).length;
        expect(inside).toBeLessThanOrEqual(
          polite.burst + Math.ceil((windowMs * polite.requestsPerSecond) / 1000),
        );
      }
    }
    expect(sentAt.slice(0, 4)).toEqual([evening, evening, evening, evening]);
    expect(sentAt.at(-1)! - evening).toBeLessThan(33_000);
  });

  it('refuses to wait for long without taking a turn, and lets restores wait longer', async () => {
    const pacer = new PostgresPacer({
      db: world.db,
      connectionId,
      pacing: polite,
      clock: world.clock,
      sleep: () => Promise.resolve(),
    });
    await pacer.backOff(45_000);
    await expect(pacer.take('steer')).rejects.toThrow(VendorRateLimited);
    const waits: number[] = [];
    const patient = new PostgresPacer({
      db: world.db,
      connectionId,
      pacing: polite,
      clock: world.clock,
      sleep: (ms) => Promise.resolve(void waits.push(ms)),
    });
    await patient.take('restore');
    expect(waits).toEqual([45_000]);
  });

  it('lets reading have what is free, and steering and giving back go before it', async () => {
    const slept: number[] = [];
    const pacerThat = (sleep: (realMs: number) => void) =>
      new PostgresPacer({
        db: world.db,
        connectionId,
        pacing: polite,
        clock: world.clock,
        sleep: (realMs) => Promise.resolve(sleep(realMs)),
      });
    const standing = pacerThat(() => undefined);
    const passing = pacerThat((realMs) => {
      slept.push(realMs);
      world.clock.advance(realMs);
    });
    for (let times = 0; times < polite.burst + 2; times += 1) await standing.take('steer');
    await expect(standing.take('read')).rejects.toThrow(VendorRateLimited);
    await standing.take('steer');
    await standing.take('restore');
    const before = world.clock.now();
    await passing.take('read');
    expect(slept.length).toBeGreaterThan(1);
    expect(world.clock.now() - before).toBeLessThan(6 * (1000 / polite.requestsPerSecond));
  });

  it('follows the pace that was agreed for a connection, with a burst as long as before', () => {
    expect(pacingOf({ pacing: polite }, undefined)).toBe(polite);
    expect(pacingOf({ pacing: polite }, 30)).toEqual({ ...polite, requestsPerSecond: 30, burst: 40 });
    expect(pacingOf({ pacing: polite }, 0.1)).toMatchObject({ requestsPerSecond: 0.1, burst: 1 });
  });

  it('keeps the share of the day for giving back, and starts anew the next day', async () => {
    const scarce = { ...polite, requestsPerDay: 8, burst: 100 };
    const pacer = new PostgresPacer({ db: world.db, connectionId, pacing: scarce, clock: world.clock });
    for (let times = 0; times < 6; times += 1) await pacer.take('steer');
    await expect(pacer.take('steer')).rejects.toThrow('daily quota of 6');
    await expect(pacer.take('read')).rejects.toMatchObject({ retryAfterMs: dayMs - (evening % dayMs) });
    await pacer.take('restore');
    await pacer.take('restore');
    await expect(pacer.take('restore')).rejects.toThrow('daily quota of 8');
    world.clock.advance(dayMs);
    await pacer.take('read');
  });
});

describe('tokens', () => {
  const secrets = new SecretBox({ version: 'v1', key: randomBytes(32) });

  it('are fetched once for 20 callers of two processes, even with few database connections', async () => {
    const small = [new Database({ url: db.url, poolSize: 2 }), new Database({ url: db.url, poolSize: 2 })];
    const stores = small.map((database) => new PostgresTokenStore(database, secrets, connectionId));
    let fetches = 0;
    const fetch = async (database: Database) => {
      fetches += 1;
      await database.rows('SELECT 1'); // as the pacer does
      return { value: `token-${fetches}` };
    };
    try {
      const tokens = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          stores[index % 2]!.renew(undefined, () => fetch(small[index % 2]!)),
        ),
      );
      expect(fetches).toBe(1);
      expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set(['token-1']));
      expect(await stores[1]!.renew('token-1', () => fetch(small[1]!))).toEqual({ value: 'token-2' });
      expect(await stores[0]!.read()).toMatchObject({ value: 'token-2' });
    } finally {
      await Promise.all(small.map((database) => database.close()));
    }
  });

  it('of many connections at once do not wait for each other for ever', async () => {
    const small = new Database({ url: db.url, poolSize: 3 });
    const supplierId = await world.rows.supplier();
    const ids: string[] = [];
    for (let index = 0; index < 12; index += 1) ids.push(await world.rows.connection(supplierId));
    try {
      const tokens = await Promise.all(
        ids.map((id) =>
          new PostgresTokenStore(small, secrets, id).renew(undefined, async () => {
            await small.rows('SELECT 1');
            return { value: id };
          }),
        ),
      );
      expect(tokens.map(({ value }) => value)).toEqual(ids);
    } finally {
      await small.close();
    }
  });
});
