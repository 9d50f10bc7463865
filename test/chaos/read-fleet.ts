import type { Instant } from '@warmshift/domain';
import { Client } from 'pg';
import { connectFleet } from './campaign';
import type { Ground } from './ground';
import { Installation, newKeys, type Keys } from './installation';
import { fleetOf, type ChaosOptions } from './options';

/** A winter afternoon, shortly before people come home. */
const startsAt = Date.parse('2026-01-14T16:00:00Z');
/** So many seeds in a row attack the same homes: making a fleet known costs as much as an attack. */
const seedsPerFleet = 5;

/** Homes that the service has connected and read. Every run over them begins with a copy of this database. */
export interface ReadFleet {
  readonly seed: number;
  readonly databaseUrl: string;
  readonly keys: Keys;
  /** Nothing in the database is later. */
  readonly readAt: Instant;
}

/** Which homes a seed attacks. */
export function fleetSeedOf(seed: number): number {
  return Math.floor((seed - 1) / seedsPerFleet) + 1;
}

/** The fleets of one ground, each made known once. */
export class ReadFleets {
  private readonly known = new Map<number, ReadFleet>();

  constructor(
    private readonly ground: Ground,
    private readonly options: ChaosOptions,
  ) {}

  /** @throws when the service or the machine was too slow for it. */
  async of(seed: number, logDir: string): Promise<ReadFleet> {
    const known = this.known.get(seed);
    if (known) return known;
    const fleet = await this.makeKnown(seed, logDir);
    this.known.set(seed, fleet);
    return fleet;
  }

  private async makeKnown(seed: number, logDir: string): Promise<ReadFleet> {
    const { ground, options } = this;
    const databaseUrl = await ground.fresh();
    const keys = newKeys();
    const installation = new Installation({
      ...options,
      databaseUrl,
      redisUrl: ground.redis?.url,
      keys,
      startsAt,
      seed,
      fleet: fleetOf(options.devices),
      logDir,
    });
    try {
      await installation.startSandbox();
      await installation.startService();
      await connectFleet(installation);
    } finally {
      await installation.stop();
    }
    return { seed, databaseUrl, keys, readAt: installation.clock.now() };
  }
}

/**
 * Makes the copy of a fleet's database the one of a run with a sandbox of its own. That one has the same homes, knows nothing of
 * earlier tokens and sessions, and is to be read at once.
 * @param ownPace at the vendors' own paces, without an agreed one.
 */
export async function moveInto(
  databaseUrl: string,
  { readAt, sandboxUrl, ownPace }: Pick<ReadFleet, 'readAt'> & { sandboxUrl: string; ownPace: boolean },
): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `UPDATE connections SET base_url = regexp_replace(base_url, '^http://[^/]+', $1),
         requests_per_second = CASE WHEN $2 THEN NULL ELSE requests_per_second END,
         next_read_idle_at = $3`,
      [sandboxUrl, ownPace, new Date(readAt)],
    );
    await client.query(
      'UPDATE connection_runtime SET token = NULL, token_expires_at = NULL, next_free_at = NULL',
    );
    await client.query('DELETE FROM connection_memory');
  } finally {
    await client.end();
  }
}
