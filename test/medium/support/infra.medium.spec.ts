import { Redis } from 'ioredis';
import { describeWithRedis, eventually, testClock, testDatabase, testRedis } from '../../support';

describe('testDatabase', () => {
  const one = testDatabase();
  const two = testDatabase();

  it('gives migrated databases that know nothing of each other', async () => {
    await one.query('CREATE TABLE only_in_one ()');
    await expect(two.query('SELECT FROM only_in_one')).rejects.toThrow(/does not exist/);
    expect(await two.query('SELECT FROM suppliers')).toEqual([]);
  });
});

describeWithRedis('testRedis', () => {
  const redis = testRedis();

  it('forgets what was written under its prefix when it is flushed', async () => {
    const client = new Redis(redis.url);
    try {
      await client.set(`${redis.keyPrefix}:job`, '1');
      await redis.flush();
      expect(await client.exists(`${redis.keyPrefix}:job`)).toBe(0);
    } finally {
      client.disconnect();
    }
  });
});

describe('eventually', () => {
  it('gives what the check gave, once it gives something', async () => {
    const answers = [undefined, false, 'there'] as const;
    let asked = 0;
    expect(await eventually(() => answers[asked++])).toBe('there');
    expect(asked).toBe(3);
  });

  it('tells the last reason when it gives up', async () => {
    const never = eventually(() => Promise.reject(new Error('still restoring')), { timeoutMs: 60 });
    await expect(never).rejects.toThrow('not within 60 ms: still restoring');
  });
});

describe('testClock', () => {
  it('moves only when told', () => {
    const clock = testClock('2026-03-29T00:59:00Z');
    clock.advance(60_000);
    expect(new Date(clock.now()).toISOString()).toBe('2026-03-29T01:00:00.000Z');
    expect(() => clock.set('tomorrow')).toThrow('not a time: tomorrow');
  });
});
