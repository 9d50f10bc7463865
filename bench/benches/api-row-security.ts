import { asSystem, Database, forTenant } from '@warmshift/db';
import { SteerableDevices } from '@warmshift/fleet-sync';
import { best, type BenchResult } from '../bench';
import type { BenchFleet } from '../fleet-database';

const limit = 1_000;
const pages = 100;
/** Alternating, so that both see the same machine. */
const rounds = 6;

/** The statement of a page as the api's role, which policies bind, against the same one as a user who stands above them. */
export async function rowSecurity(fleet: BenchFleet, say: (line: string) => void): Promise<BenchResult> {
  const db = new Database({ url: fleet.url, scope: 'tenants', poolSize: 1 });
  const bound: Side = { db, ask: (work) => forTenant(fleet.supplierId, work) };
  const free: Side = { db, ask: asSystem };
  try {
    await assertBound(bound, true);
    await assertBound(free, false);
    const places = await placesOf(fleet);
    const [withPolicies, without]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round += 1) {
      const one = await medianMs(fleet, bound, places);
      const other = await medianMs(fleet, free, places);
      // The first round fills caches and prepares statements.
      if (round === 0) continue;
      withPolicies.push(one);
      without.push(other);
      say(`row-level security: ${one.toFixed(1)} ms a page, without ${other.toFixed(1)} ms`);
    }
    const [ours, floor] = [best(withPolicies), best(without)];
    return {
      bench: 'api row-level security',
      measured: { 'ms a page': ours },
      floor: { 'ms a page': floor },
      ratio: ours / floor,
      target: 'none: what row-level security costs',
      met: true,
    };
  } finally {
    await db.close();
  }
}

/** Who asks: the database keeps connections of their own for both. */
interface Side {
  readonly db: Database;
  readonly ask: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A comparison of two that are alike would say that it costs nothing. */
async function assertBound({ db, ask }: Side, isBound: boolean): Promise<void> {
  const [row] = await ask(() =>
    db.rows<{ active: boolean }>(`SELECT row_security_active('devices') AS active`),
  );
  if (row?.active !== isBound) throw new Error(`Row-level security is ${isBound ? 'not ' : ''}active.`);
}

/** Where pages begin, all over the fleet. */
async function placesOf({ db }: BenchFleet): Promise<string[]> {
  const rows = await db.rows<{ id: string }>('SELECT id FROM devices ORDER BY hashtext(id::text) LIMIT $1', [
    pages,
  ]);
  return rows.map(({ id }) => id);
}

async function medianMs(
  { supplierId }: BenchFleet,
  { db, ask }: Side,
  places: readonly string[],
): Promise<number> {
  const devices = new SteerableDevices(db);
  const times: number[] = [];
  for (const afterId of places) {
    const startedAt = performance.now();
    await ask(() => devices.page(supplierId, {}, { limit, afterId, statusOnly: false }));
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
