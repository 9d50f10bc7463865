import type { Clock } from '@warmshift/config';
import { VendorRateLimited, type VendorError } from '@warmshift/vendors/contract';

const firstMs = 1_000;
const longestMs = 15_000;

/**
 * Real ms until a failed step is tried again: doubling from 1 s to 15 s, or what the vendor asked for. Real, because
 * outages last in real time even where the clock is scaled; 15 s leaves room for the promise of 60 s after recovery.
 */
export function retryDelayRealMs(error: VendorError | undefined, attempts: number, clock: Clock): number {
  const backoffMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 10));
  if (error instanceof VendorRateLimited && error.retryAfterMs !== undefined) {
    return Math.max(backoffMs, clock.realMs(error.retryAfterMs));
  }
  return backoffMs;
}
