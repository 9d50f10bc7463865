import type { Instant } from '@warmshift/domain';
import type { VendorClock } from '@warmshift/vendors/contract';

const opensAfterFailures = 10;
const halfOpenAfterMs = 60_000;
/** Somebody's heating waits for a restore: it may try sooner, one at a time. */
const restoreProbeAfterMs = 5_000;

/**
 * Spares a vendor that is away, and us the waiting. Closed: everything passes. After 10 transient failures in a row
 * it opens: for 60 s (of the injected clock; 5 s for restores) nothing passes, then one probe. A probe that is
 * answered closes it, one that fails opens it anew. One per connection and process.
 */
export class CircuitBreaker {
  private failures = 0;
  private openedAt: Instant | undefined;
  private probing = false;

  constructor(private readonly clock: Pick<VendorClock, 'now'>) {}

  /** `undefined`: go on, and tell `succeeded`, `failed` or `undecided` afterwards. Else: how long it stays open, ms. */
  enter(purpose: 'read' | 'steer' | 'restore'): number | undefined {
    if (this.openedAt === undefined) return undefined;
    const waitMs = purpose === 'restore' ? restoreProbeAfterMs : halfOpenAfterMs;
    const leftMs = this.openedAt + waitMs - this.clock.now();
    if (leftMs > 0) return leftMs;
    if (this.probing) return waitMs;
    this.probing = true;
    return undefined;
  }

  succeeded(): void {
    this.failures = 0;
    this.openedAt = undefined;
    this.probing = false;
  }

  failed(): void {
    this.failures += 1;
    this.probing = false;
    if (this.failures >= opensAfterFailures) this.openedAt = this.clock.now();
  }

  /** The request never went out: nothing was learned. */
  undecided(): void {
    this.probing = false;
  }
}
