import type { Instant } from '@warmshift/domain';
import type { ConnectionStatus } from './connection';

/** What became of the last sync that an operator asked for. */
export interface RequestedSync {
  readonly requestedAt: Instant;
  readonly state: SyncState;
}

export const syncStates = ['PENDING', 'DONE', 'FAILED'] as const;
export type SyncState = (typeof syncStates)[number];

interface Facts {
  readonly syncRequestedAt?: Instant | undefined;
  readonly lastDiscoveredAt?: Instant | undefined;
  readonly lastReadAt?: Instant | undefined;
  readonly status: ConnectionStatus;
  /** Whether the vendor's devices are read apart from their listing. */
  readonly reads: boolean;
}

/**
 * Done once the devices were listed and read after the request. Failed when the vendor cannot be asked: credentials that do
 * not work are not tried again by themselves, and whoever waits is better told of a vendor that is away.
 */
export function syncOf(facts: Facts): RequestedSync | undefined {
  const { syncRequestedAt: requestedAt, lastDiscoveredAt, lastReadAt, reads, status } = facts;
  if (requestedAt === undefined) return undefined;
  const since = (at: Instant | undefined) => at !== undefined && at >= requestedAt;
  if (since(lastDiscoveredAt) && (!reads || since(lastReadAt))) return { requestedAt, state: 'DONE' };
  return { requestedAt, state: status === 'ACTIVE' ? 'PENDING' : 'FAILED' };
}
