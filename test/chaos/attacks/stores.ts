import { between, realPause, someMomentOf, until, type Attack, type Scene } from './attack';

const minuteMs = 60_000;

export const redisFlushed: Attack = {
  name: 'redis-flushed',
  what: 'FLUSHALL three times while commands and restores are under way',
  needsRedis: true,
  async perform(scene) {
    const { window, random, ground } = scene;
    const lengthRealMs = scene.installation.clock.realMs(window.endsAt - window.startsAt);
    const moments = [
      between(random, -1_000, 3_000),
      between(random, 3_000, lengthRealMs - 500),
      between(random, lengthRealMs - 500, lengthRealMs + 3_000),
    ];
    for (const moment of moments) {
      await until(scene, window.startsAt, moment);
      await ground.flushRedis();
      scene.say('Redis flushed');
    }
    return Date.now();
  },
};

export const redisDown: Attack = {
  name: 'redis-down',
  what: 'kill -9 of Redis, which comes back after a minute',
  needsRedis: true,
  async perform(scene) {
    const { redis } = scene.ground;
    if (!redis) throw new Error('There is no Redis to kill.');
    await someMomentOf(scene);
    process.kill(redis.pid, 'SIGKILL');
    scene.say('Redis killed');
    await realPause(minuteMs);
    await redis.startAgain();
    scene.say('Redis is back');
    return Date.now();
  },
};

export const postgresRestarted: Attack = {
  name: 'postgres-restarted',
  what: 'kill -9 of Postgres, which is started again on the same data after up to 5 s',
  async perform(scene) {
    await someMomentOf(scene);
    return restartPostgres(scene);
  },
};

async function restartPostgres({ ground: { postgres }, random, say }: Scene): Promise<number> {
  process.kill(postgres.pid, 'SIGKILL');
  say('Postgres killed');
  await realPause(between(random, 0, 5_000));
  await postgres.startAgain();
  say('Postgres is back');
  return Date.now();
}
