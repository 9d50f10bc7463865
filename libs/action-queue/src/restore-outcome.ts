import { setTimeout as pause } from 'node:timers/promises';
import type { Instant } from '@warmshift/domain';
import { VendorError, VendorProtocolError, VendorUnavailable } from '@warmshift/vendors/contract';
import { StaleAction, type StoredAction } from './stored-action';

/** How long a process keeps what Postgres does not take, and how often it tries. Real ms. */
const storing = { forMs: 60_000, everyMs: 500 };

/**
 * What an error of a send says of what was sent. An answer of no documented shape says nothing, and so does an error of our own:
 * it may have come before the request went out.
 */
export function fateOf(error: unknown): 'sent' | 'not_sent' | 'in_doubt' {
  if (!(error instanceof VendorError) || error instanceof VendorProtocolError) return 'in_doubt';
  return error instanceof VendorUnavailable && error.sent ? 'sent' : 'not_sent';
}

/** The vendor has not taken a restore, for certain. */
export class RestoreNotSent extends Error {
  constructor(
    readonly why: VendorError,
    private readonly triedBefore: Instant | undefined,
    private readonly triedAt: Instant | undefined,
  ) {
    super(why.message);
    this.name = 'RestoreNotSent';
  }

  /** The action without this try; an earlier one may still be open. */
  withoutTry(action: StoredAction): StoredAction {
    if (action.restoreTriedAt !== this.triedAt) return action;
    return { ...action, restoreTriedAt: this.triedBefore };
  }
}

/**
 * Stores what nobody else knows, also when Postgres is away for a while.
 *
 * @throws StaleAction at once; what `store` threw last when the time is over.
 */
export async function untilStored(store: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + storing.forMs;
  for (;;) {
    try {
      await store();
      return;
    } catch (error) {
      if (error instanceof StaleAction || performance.now() >= until) throw error;
      await pause(storing.everyMs);
    }
  }
}
