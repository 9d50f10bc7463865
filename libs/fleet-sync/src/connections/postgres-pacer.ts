import { Batch, type Database } from '@warmshift/db';
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
 * taking a turn: it is done later, and the worker is free for another connection.
 */
const patienceRealMs: Readonly<Record<Purpose, number>> = { steer: 30_000, read: 60_000, restore: 60_000 };

/**
 * How long the line may be for a request to join it, real ms. Restores go first: steering leaves them room, and reading, which never ends,
 * takes only what is free now, or it would take every turn there is.
 */
const longestLineRealMs: Readonly<Record<Purpose, number>> = { steer: 30_000, read: 100, restore: 60_000 };

/** A fast connection takes the turns of so long at once: asking for each would cost more than the request. Real ms. */
const aheadRealMs = 25;

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

/** Turns that were taken ahead; those not used in time are lost, so that they never come on top of later ones. */
interface Spare {
  readonly until: number;
  readonly sendAt: Instant[];
}

/**
 * Generic cell rate algorithm on one row per connection: `next_free_at` is the theoretical arrival time. Valid across
 * processes, in time of the injected clock. Requests that ask at the same time take their turns in one statement.
 */
export class PostgresPacer implements Pacer {
  /** ms between two requests. */
  private readonly emissionMs: number;
  private readonly sleep: (realMs: number) => Promise<void>;
  private readonly turns: Readonly<Record<Purpose, Batch<undefined, Instant | undefined>>>;
  private readonly spare = new Map<Purpose, Spare>();
  private readonly ahead: number;

  constructor(private readonly options: PostgresPacerOptions) {
    const exactMs = 1000 / options.pacing.requestsPerSecond;
    // The database keeps whole ms; below one they are rounded per statement.
    this.emissionMs = exactMs < 1 ? exactMs : Math.ceil(exactMs);
    this.sleep = options.sleep ?? ((realMs) => new Promise((resolve) => setTimeout(resolve, realMs)));
    const aheadMs = aheadRealMs / options.clock.realMs(1);
    this.ahead = options.pacing.requestsPerDay === undefined ? Math.floor(aheadMs / this.emissionMs) : 0;
    const batch = (purpose: Purpose) =>
      new Batch((asked: readonly undefined[]) => this.turnsAndSpare(purpose, asked.length));
    this.turns = { read: batch('read'), steer: batch('steer'), restore: batch('restore') };
  }

  /** @throws VendorRateLimited when the day's quota is used up, or the wait would be longer than is reasonable. */
  async take(purpose: Purpose): Promise<void> {
    const { clock } = this.options;
    const askAgainRealMs = Math.max(longestLineRealMs[purpose] / 2, clock.realMs(this.emissionMs));
    for (let leftRealMs = patienceRealMs[purpose]; ; leftRealMs -= askAgainRealMs) {
      const sendAt = this.takeSpare(purpose) ?? (await this.turns[purpose].add(undefined));
      const now = clock.now();
      if (sendAt !== undefined) return sendAt > now ? this.sleep(clock.realMs(sendAt - now)) : undefined;
      const mayWait = leftRealMs > longestLineRealMs[purpose];
      const refusal = await this.refusal(purpose, now);
      if (!mayWait || refusal.daily) throw refusal.error;
      await this.sleep(askAgainRealMs);
    }
  }

  private takeSpare(purpose: Purpose): Instant | undefined {
    const spare = this.spare.get(purpose);
    return spare !== undefined && performance.now() < spare.until ? spare.sendAt.pop() : undefined;
  }

  private async turnsAndSpare(purpose: Purpose, count: number): Promise<(Instant | undefined)[]> {
    const all = await this.turnsFor(purpose, count + this.ahead);
    const sendAt = all.slice(count).filter((at) => at !== undefined);
    this.spare.set(purpose, { until: performance.now() + aheadRealMs, sendAt: sendAt.reverse() });
    return all.slice(0, count);
  }

  /** When each of `count` requests may go out; `undefined` for those that get no turn. */
  private async turnsFor(purpose: Purpose, count: number): Promise<(Instant | undefined)[]> {
    const { clock, connectionId, db } = this.options;
    const now = clock.now();
    const longestLineMs = Math.max(this.virtualMs(longestLineRealMs[purpose]), this.emissionMs);
    const latestFreeAt = now + longestLineMs + this.burstMs - this.emissionMs;
    const [row] = await db.rows<{ fromAt: Instant; granted: number }>(
      `UPDATE connection_runtime runtime
       SET next_free_at = turn.from_at + make_interval(secs => ceil(turn.granted * $3::float8) / 1000.0),
           quota_day = $4,
           quota_used = CASE WHEN quota_day = $4 THEN quota_used ELSE 0 END + turn.granted
       FROM (
         SELECT connection_id, from_at,
           least($7::int, $5::int - used, 1 + floor(extract(epoch FROM $6 - from_at) * 1000 / $3::float8))::int AS granted
         FROM (SELECT connection_id, greatest(coalesce(next_free_at, $2), $2) AS from_at,
                 CASE WHEN quota_day = $4 THEN quota_used ELSE 0 END AS used
               FROM connection_runtime WHERE connection_id = $1 FOR UPDATE) present) turn
       WHERE runtime.connection_id = turn.connection_id AND turn.granted > 0
       RETURNING turn.from_at AS "fromAt", turn.granted AS granted`,
      [
        connectionId,
        new Date(now),
        this.emissionMs,
        utcDay(now),
        this.quotaFor(purpose) ?? null,
        new Date(latestFreeAt),
        count,
      ],
    );
    const { fromAt, granted } = row ?? { fromAt: now, granted: 0 };
    return Array.from({ length: count }, (_, index) =>
      index < granted ? fromAt + Math.ceil((index + 1) * this.emissionMs) - this.burstMs : undefined,
    );
  }

  async backOff(ms: number): Promise<void> {
    const { clock, connectionId, db } = this.options;
    await db.run(
      'UPDATE connection_runtime SET next_free_at = greatest(coalesce(next_free_at, $2), $2) WHERE connection_id = $1',
      [connectionId, new Date(clock.now() + ms + this.burstMs - this.emissionMs)],
    );
  }

  private virtualMs(realMs: number): number {
    return Math.floor(realMs / this.options.clock.realMs(1));
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

  private async refusal(
    purpose: Purpose,
    now: Instant,
  ): Promise<{ readonly error: Error; readonly daily: boolean }> {
    const { connectionId, db } = this.options;
    const day = utcDay(now);
    const [turn] = await db.rows<Turn>(
      `SELECT next_free_at AS "nextFreeAt", quota_day AS "quotaDay", quota_used AS "quotaUsed"
       FROM connection_runtime WHERE connection_id = $1`,
      [connectionId],
    );
    if (!turn) throw new Error(`Connection ${connectionId} has no pacing row.`);
    const quota = this.quotaFor(purpose);
    if (quota !== undefined && turn.quotaDay === day && turn.quotaUsed >= quota) {
      const untilNextUtcDay = dayMs - (now % dayMs);
      const error = new VendorRateLimited(
        `The daily quota of ${quota} requests is used up.`,
        untilNextUtcDay,
      );
      return { error, daily: true };
    }
    const waitMs = (turn.nextFreeAt ?? now) - (this.burstMs - this.emissionMs) - now;
    const retryAfterMs = Math.max(this.emissionMs, waitMs - this.virtualMs(patienceRealMs[purpose]) / 2);
    const error = new VendorRateLimited(
      'The connection is busy: its rate limit leaves no turn soon.',
      retryAfterMs,
    );
    return { error, daily: false };
  }
}

function utcDay(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}
