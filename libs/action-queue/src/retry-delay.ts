import type { Clock } from '@warmshift/config';
import { VendorAuthExpired, VendorRateLimited, type VendorError } from '@warmshift/vendors/contract';

const firstMs = 1_000;
const longestMs = 15_000;
const soonestMs = 200;
/** Trying refused credentials too often may lock the account; a person has to act anyway. */
const refusedMs = 30_000;

/**
 * Real ms until a failed step is tried again: doubling from 1 s to 15 s, or what the vendor asked for. Real, because
 * outages last in real time even where the clock is scaled; 15 s leaves room for the promise of 60 s after recovery.
 */
export function retryDelayRealMs(error: VendorError | undefined, attempts: number, clock: Clock): number {
  const backoffMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 10));
  if (error instanceof VendorAuthExpired) return refusedMs;
  if (error instanceof VendorRateLimited && error.retryAfterMs !== undefined) {
    return Math.max(soonestMs, clock.realMs(error.retryAfterMs));
  }
  return backoffMs;
}

/**
 * Time of the injected clock until a device is looked at again: doubling from the vendor's first read-back time to 16 times
 * it, but no longer than 15 real seconds where that first time is shorter.
 */
export function lookAgainMs(readBackAfterMs: number, attempts: number, clock: Clock): number {
  const doubledMs = readBackAfterMs * 2 ** Math.min(attempts, 4);
  return Math.min(doubledMs, Math.max(readBackAfterMs, clock.virtualMs(longestMs)));
}
