/** What a key has left. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Real ms until one more request is allowed. */
  readonly waitMs: number;
  /** Real ms until everything is allowed again. */
  readonly resetMs: number;
}

const windowMs = 60_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * Requests of each key in this process: a bucket that holds a minute's worth and refills evenly, so that a burst is
 * fine and a flood is not. Real time; full buckets are forgotten.
 */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  take(key: string): Allowance {
    const now = this.now();
    const bucket = this.buckets.get(key) ?? this.begin(key, now);
    const refill = ((now - bucket.filledAt) / windowMs) * this.limit;
    bucket.tokens = Math.min(this.limit, bucket.tokens + refill);
    bucket.filledAt = now;
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    return {
      allowed,
      limit: this.limit,
      remaining: Math.floor(bucket.tokens),
      waitMs: allowed ? 0 : this.msFor(1 - bucket.tokens),
      resetMs: this.msFor(this.limit - bucket.tokens),
    };
  }

  private msFor(tokens: number): number {
    return (tokens / this.limit) * windowMs;
  }

  private begin(key: string, now: number): Bucket {
    if (this.buckets.size >= 10_000) this.forgetFull(now);
    const bucket = { tokens: this.limit, filledAt: now };
    this.buckets.set(key, bucket);
    return bucket;
  }

  private forgetFull(now: number): void {
    for (const [key, { filledAt }] of this.buckets) if (now - filledAt >= windowMs) this.buckets.delete(key);
  }
}
