import { Client } from 'undici';
import type { BenchFleet } from '../fleet-database';
import type { BenchResult } from '../bench';

interface Wanted {
  readonly fleet: BenchFleet;
  readonly url: string;
  readonly key: string;
  readonly watchers: number;
  readonly rssMiB: () => number;
  readonly say: (line: string) => void;
}

const changes = 5;
const longestWaitMs = 10_000;
const actions = 1_000;

/** Many watch one occurrence; each change must reach all of them. */
export async function watchTogether({
  fleet,
  url,
  key,
  watchers,
  rssMiB,
  say,
}: Wanted): Promise<BenchResult> {
  const occurrenceId = await occurrenceUnderWay(fleet);
  const clients: Client[] = [];
  /** How many streams have shown each state of the first action. */
  const shown = new Map<number, number>();
  const before = rssMiB();
  try {
    for (let n = 0; n < watchers; n += 1) {
      const client = new Client(url, { bodyTimeout: 0 });
      clients.push(client);
      await watch(client, `/admin/v1/occurrences/${occurrenceId}/events`, key, (count) =>
        shown.set(count, (shown.get(count) ?? 0) + 1),
      );
    }
    say(`${watchers} streams open`);
    const lateness: number[] = [];
    let held = watchers;
    for (let change = 1; change <= changes; change += 1) {
      const changedAt = performance.now();
      await fleet.db.run(
        `UPDATE actions SET state = 'RESTORED' WHERE id IN (SELECT id FROM actions WHERE state = 'ACTIVE' LIMIT 1)`,
      );
      while ((shown.get(actions - change) ?? 0) < watchers && performance.now() - changedAt < longestWaitMs)
        await new Promise((resolve) => setTimeout(resolve, 5));
      lateness.push(performance.now() - changedAt);
      held = Math.min(held, shown.get(actions - change) ?? 0);
    }
    return {
      bench: 'api streams',
      measured: {
        'streams held': held,
        'longest until all know ms': Math.max(...lateness),
        'RSS MiB': rssMiB(),
        'MiB for the streams': rssMiB() - before,
      },
      floor: {},
      ratio: held / watchers,
      target: `all of ${watchers.toLocaleString('en')} told every change`,
      met: held === watchers,
    };
  } finally {
    for (const client of clients) void client.destroy().catch(() => undefined);
  }
}

/** Resolves when the stream is open. `onActive`: actions that are active, of each event. */
function watch(client: Client, path: string, key: string, onActive: (count: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    client
      .request({ method: 'GET', path, headers: { 'x-api-key': key } })
      .then(({ statusCode, body }) => {
        if (statusCode !== 200) return reject(new Error(`HTTP ${statusCode}`));
        let text = '';
        body.setEncoding('utf8');
        body.on('error', () => undefined);
        body.on('data', (chunk: string) => {
          const events = (text + chunk).split('\n\n');
          text = events.pop() ?? '';
          for (const event of events) {
            const active = /"ACTIVE":(\d+)/.exec(event)?.[1];
            if (active !== undefined) onActive(Number(active));
          }
        });
        resolve();
      })
      .catch(reject);
  });
}

async function occurrenceUnderWay({ db, supplierId }: BenchFleet): Promise<string> {
  const [row] = await db.rows<{ id: string }>(
    `WITH campaign AS (
       INSERT INTO campaigns (id, supplier_id, name, direction, starts_at, ends_at, stagger_ms, seed, created_by, created_at)
       VALUES (gen_random_uuid(), $1, 'Evening', 'decrease', now() - interval '20 minutes', now() + interval '2 hours', 0, 1,
         'bench', now()) RETURNING id, starts_at, ends_at)
     INSERT INTO occurrences (id, campaign_id, supplier_id, starts_at, ends_at, plan_at, status)
     SELECT gen_random_uuid(), id, $1, starts_at, ends_at, starts_at, 'RUNNING' FROM campaign RETURNING id`,
    [supplierId],
  );
  if (!row) throw new Error('no occurrence was written');
  await db.run(
    `INSERT INTO actions (id, supplier_id, occurrence_id, connection_id, device_id, zone_id, zone_kind, vendor, direction,
       starts_at, ends_at, state, active_at, expected_yield_w, baseline_w, cycles_reserved, cycle_day, created_at)
     SELECT gen_random_uuid(), $1, occurrence.id, device.connection_id, device.id, zone.id, zone.kind, 'heatingcontrol',
       'decrease', occurrence.starts_at, occurrence.ends_at, 'ACTIVE', occurrence.starts_at, 900, 1000, 0, '2026-01-14', now()
     FROM occurrences occurrence, devices device JOIN zones zone ON zone.device_id = device.id AND zone.kind = 'room'
     WHERE occurrence.id = $2 LIMIT $3`,
    [supplierId, row.id, actions],
  );
  return row.id;
}
