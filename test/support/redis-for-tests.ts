import { startLocalRedis } from '../../tools/launch/local-redis';
import { startContainer, type Started } from './containers';

/** `REDIS_URL`, else a container, else a local `redis-server` on a free port; undefined when there is none of them. */
export async function startRedis(): Promise<(Started & { ownServer: boolean }) | undefined> {
  const url = process.env.REDIS_URL;
  if (url) return { url, from: 'REDIS_URL', ownServer: false, stop: () => Promise.resolve() };
  const started = (await inContainer()) ?? (await ownServer());
  return started && { ...started, ownServer: true };
}

function inContainer(): Promise<Started | undefined> {
  return startContainer('redis:7-alpine', 6379, {}, (host, port) => `redis://${host}:${port}`);
}

async function ownServer(): Promise<Started | undefined> {
  const redis = await startLocalRedis();
  return redis && { url: redis.url, from: 'local redis-server', stop: () => redis.stop() };
}
