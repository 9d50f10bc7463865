import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import type { Bench, BenchResult } from '../bench';
import { benchFleet, type BenchFleet } from '../fleet-database';
import { rowSecurity } from './api-row-security';
import { watchTogether } from './api-watchers';

const devices = 100_000;
const limit = 1_000;
const concurrency = 8;
/** Alternating, so that both see the same machine. */
const rounds = 3;
const roundMs = 4_000;
const warmUpMs = 2_000;
const watchers = 1_000;
const targetRatio = 0.7;
const key = 'a-key-of-the-benchmark-0123456789abcdef';

export const apiBench: Bench = {
  name: 'api',
  work: `/v1/devices?limit=${limit} over ${devices.toLocaleString('en')} devices, against the same JSON from one SQL statement on a bare server; ${watchers.toLocaleString('en')} event streams held; what row-level security costs a page`,
  async run(say) {
    const fleet = await benchFleet(devices);
    const children: ChildProcess[] = [];
    try {
      await enrich(fleet);
      const api = await start(children, join('dist', 'apps', 'api', 'src', 'main.js'), fleet);
      const floor = await start(children, join('dist', 'bench', 'benches', 'api-floor-server.js'), fleet);
      const tokens = await tokensOf(api.url);
      await assertSame(api.url, floor.url, tokens);
      const listing = await measureListing(api, floor, tokens, say);
      const security = await rowSecurity(fleet, say);
      const streams = await watchTogether({
        fleet,
        url: api.url,
        key,
        watchers,
        rssMiB: () => rssMiB(api.child),
        say,
      });
      return [listing, security, streams];
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await fleet.close();
    }
  },
};

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

/** A process of its own, so that neither server shares a thread with the client. */
async function start(children: ChildProcess[], script: string, fleet: BenchFleet): Promise<Server> {
  const child = fork(script, [], {
    silent: true,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: fleet.url,
      SUPPLIER_ID: fleet.supplierId,
      SECRETS_KEY: randomBytes(32).toString('hex'),
      PORT: '0',
      BOOTSTRAP_ADMIN_KEY: key,
      BOOTSTRAP_SUPPLIER: 'Bench',
      LOG_LEVEL: 'warn',
      RATE_LIMIT_PER_MINUTE: '1000000',
    },
  });
  children.push(child);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout?.resume();
  const ready = once(child, 'message').then(([message]) => message as { url: string });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended: ${said}`)));
  ended.catch(() => undefined);
  return { child, url: (await Promise.race([ready, ended])).url };
}

/** What makes a page of real devices as long as it is: names, limits, statuses with reasons. */
async function enrich({ db }: BenchFleet): Promise<void> {
  await db.run(
    `UPDATE devices SET brand = 'nibe', model = 'model_g', country = 'BE', vendor_user_id = 'user_' || vendor_device_id,
       kind = 'heat_pump', max_cycles_per_day = 8, legionella_frequency_per_weeks = 1, legionella_capacity_wh = 20000,
       legionella_duration_minutes = 60, steering_enabled = true, steerable = true`,
  );
  await db.run(
    `INSERT INTO zones (id, supplier_id, device_id, kind) SELECT gen_random_uuid(), supplier_id, id, 'DHW' FROM devices`,
  );
  await db.run(
    `INSERT INTO zone_statuses (zone_id, supplier_id, code, reason, can_activate, in_active, since, assessed_at)
     SELECT id, supplier_id, code, reason, code = 'READY', false, now(), now() FROM zones,
       LATERAL (SELECT CASE WHEN hashtext(id::text) % 3 = 0 THEN 'CYCLE_LIMIT' ELSE 'READY' END AS code) code,
       LATERAL (SELECT CASE code WHEN 'READY' THEN 'Device is ready to receive an action.'
         ELSE 'All 8 starts of the day are taken.' END AS reason) reason`,
  );
  await db.run('VACUUM (ANALYZE) devices');
  await db.run('VACUUM (ANALYZE) zones');
  await db.run('VACUUM (ANALYZE) zone_statuses');
}

const headers = { 'x-api-key': key };

/** A token for each page of the fleet, the first page's is none: requests go all over the fleet. */
async function tokensOf(url: string): Promise<(string | undefined)[]> {
  const tokens: (string | undefined)[] = [undefined];
  for (;;) {
    const answer = await fetch(`${url}${pathOf(tokens.at(-1))}`, { headers });
    const { meta } = (await answer.json()) as { meta: { next_token: string | null } };
    if (meta.next_token === null) return tokens;
    tokens.push(meta.next_token);
  }
}

function pathOf(token: string | undefined): string {
  return `/v1/devices?limit=${limit}${token === undefined ? '' : `&next_token=${token}`}`;
}

async function assertSame(
  ours: string,
  floor: string,
  tokens: readonly (string | undefined)[],
): Promise<void> {
  for (const token of [tokens[0], tokens[50], tokens.at(-1)]) {
    const [a, b] = await Promise.all(
      [ours, floor].map(async (url) => (await fetch(`${url}${pathOf(token)}`, { headers })).json()),
    );
    const [pageA, pageB] = [a, b] as { data: unknown[] }[];
    if (JSON.stringify(pageA?.data) !== JSON.stringify(pageB?.data))
      throw new Error('The floor does not answer the same devices.');
  }
}

interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly bytes: number;
}

async function load(url: string, tokens: readonly (string | undefined)[], durationMs: number): Promise<Load> {
  const client = new Pool(url, { connections: concurrency });
  const latencies: number[] = [];
  let bytes = 0;
  const startedAt = performance.now();
  const end = startedAt + durationMs;
  const one = async (worker: number): Promise<void> => {
    for (let n = worker; performance.now() < end; n += concurrency) {
      const sentAt = performance.now();
      const { statusCode, body } = await client.request({
        method: 'GET',
        path: pathOf(tokens[n % tokens.length]),
        headers,
      });
      const content = await body.arrayBuffer();
      if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
      bytes = content.byteLength;
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, worker) => one(worker)));
  const seconds = (performance.now() - startedAt) / 1000;
  await client.close();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    bytes,
  };
}

async function measureListing(
  api: Server,
  floor: Server,
  tokens: readonly (string | undefined)[],
  say: (line: string) => void,
): Promise<BenchResult> {
  for (const { url } of [api, floor]) await load(url, tokens, warmUpMs);
  const ours: Load[] = [];
  const floors: Load[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    ours.push(await load(api.url, tokens, roundMs));
    floors.push(await load(floor.url, tokens, roundMs));
    say(
      `round ${round}: ${ours.at(-1)!.perSecond.toFixed(0)} pages/s, floor ${floors.at(-1)!.perSecond.toFixed(0)} pages/s`,
    );
  }
  const total = (loads: readonly Load[]) => loads.reduce((sum, { perSecond }) => sum + perSecond, 0) / rounds;
  const worst = (loads: readonly Load[]) => Math.max(...loads.map(({ p99Ms }) => p99Ms));
  const ratio = total(ours) / total(floors);
  return {
    bench: 'api',
    measured: {
      'pages/s': total(ours),
      'p99 ms': worst(ours),
      'KiB a page': ours[0]!.bytes / 1024,
      'RSS MiB': rssMiB(api.child),
    },
    floor: { 'pages/s': total(floors), 'p99 ms': worst(floors), 'RSS MiB': rssMiB(floor.child) },
    ratio,
    target: `≥ ${targetRatio} of the floor`,
    met: ratio >= targetRatio,
  };
}

/** Resident memory of a child. Linux only; elsewhere 0. */
function rssMiB({ pid }: ChildProcess): number {
  try {
    const kiB = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kiB ?? 0) / 1024;
  } catch {
    return 0;
  }
}
