import type { Database } from '@warmshift/db';
import { dayMs, type Instant } from '@warmshift/domain';
import {
  VendorRateLimited,
  type Pacer,
  type VendorClock,
  type VendorManifest,
} from '@warmshift/vendors/contract';

type Purpose = Parameters<Pacer['take']>[0];

/**
 * How long a request waits for its turn, real ms, for a worker waits with it. What would wait longer is refused without
 * taking a turn: it is done later, and the worker is free for another connection. Steering is refused first, so that the line is never long
 * when something has to be given back.
 */
const patienceRealMs: Readonly<Record<Purpose, number>> = { steer: 30_000, read: 60_000, restore: 60_000 };

export interface PostgresPacerOptions {
  readonly db: Database;
  readonly connectionId: string;
  readonly pacing: VendorManifest['pacing'];
  readonly clock: VendorClock;
  /** Waits so many real ms. */
  readonly sleep?: (realMs: number) => Promise<void>;
}

interface Turn {
  readonly nextFreeAt: Instant | null;
  readonly quotaDay: string | null;
  readonly quotaUsed: number;
}

/**
 * Generic cell rate algorithm on one row per connection: `next_free_at` is the theoretical arrival time. One statement
 * per request, valid across processes, in time of the injected clock.
 */
export class PostgresPacer implements Pacer {
  /** Rounded up, because the database keeps whole ms. */
  private readonly emissionMs: number;
  private readonly sleep: (realMs: number) => Promise<void>;

  constructor(private readonly options: PostgresPacerOptions) {
    this.emissionMs = Math.ceil(1000 / options.pacing.requestsPerSecond);
    this.sleep = options.sleep ?? ((realMs) => new Promise((resolve) => setTimeout(resolve, realMs)));
  }

  /** @throws VendorRateLimited when the day's quota is used up, or the wait would be longer than is reasonable. */
  async take(purpose: Purpose): Promise<void> {
    const { clock, connectionId, db } = this.options;
    const now = clock.now();
    const day = new Date(now).toISOString().slice(0, 10);
    const latestFreeAt = now + this.patienceMs(purpose) + this.burstMs - this.emissionMs;
    const [row] = await db.rows<{ freeAt: Instant }>(
      `UPDATE connection_runtime
       SET next_free_at = greatest(coalesce(next_free_at, $2), $2) + make_interval(secs => $3 / 1000.0),
           quota_day = $4,
           quota_used = CASE WHEN quota_day = $4 THEN quota_used + 1 ELSE 1 END
       WHERE connection_id = $1 AND (next_free_at IS NULL OR next_free_at <= $6)
         AND ($5::int IS NULL OR (CASE WHEN quota_day = $4 THEN quota_used ELSE 0 END) < $5)
       RETURNING next_free_at AS "freeAt"`,
      [
        connectionId,
        new Date(now),
        this.emissionMs,
        day,
        this.quotaFor(purpose) ?? null,
        new Date(latestFreeAt),
      ],
    );
    if (!row) throw await this.refusal(purpose, now, day);
    const sendAt = row.freeAt - this.burstMs;
    if (sendAt > now) await this.sleep(clock.realMs(sendAt - now));
  }

  async backOff(ms: number): Promise<void> {
    const { clock, connectionId, db } = this.options;
    await db.run(
      'UPDATE connection_runtime SET next_free_at = greatest(coalesce(next_free_at, $2), $2) WHERE connection_id = $1',
      [connectionId, new Date(clock.now() + ms + this.burstMs - this.emissionMs)],
    );
  }

  private patienceMs(purpose: Purpose): number {
    return Math.floor(patienceRealMs[purpose] / this.options.clock.realMs(1));
  }

  private get burstMs(): number {
    return this.emissionMs * this.options.pacing.burst;
  }

  /** Requests of a day; a share is kept back for giving back. Absent: no statement. */
  private quotaFor(purpose: Purpose): number | undefined {
    const { requestsPerDay, restoreShare } = this.options.pacing;
    if (requestsPerDay === undefined || purpose === 'restore') return requestsPerDay;
    return Math.floor(requestsPerDay * (1 - restoreShare));
  }

  private async refusal(purpose: Purpose, now: Instant, day: string): Promise<Error> {
    const { connectionId, db } = this.options;
    const [turn] = await db.rows<Turn>(
      `SELECT next_free_at AS "nextFreeAt", quota_day AS "quotaDay", quota_used AS "quotaUsed"
       FROM connection_runtime WHERE connection_id = $1`,
      [connectionId],
    );
    if (!turn) return new Error(`Connection ${connectionId} has no pacing row.`);
    const quota = this.quotaFor(purpose);
    if (quota !== undefined && turn.quotaDay === day && turn.quotaUsed >= quota) {
      const untilNextUtcDay = dayMs - (now % dayMs);
      return new VendorRateLimited(`The daily quota of ${quota} requests is used up.`, untilNextUtcDay);
    }
    const waitMs = (turn.nextFreeAt ?? now) - (this.burstMs - this.emissionMs) - now;
    const retryAfterMs = Math.max(this.emissionMs, waitMs - this.patienceMs(purpose) / 2);
    return new VendorRateLimited('The connection is busy: its rate limit leaves no turn soon.', retryAfterMs);
  }
}
