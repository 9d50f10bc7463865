import type { Instant } from '@warmshift/domain';
import type { RequestedSync } from './sync-state';

export const connectionStatuses = ['ACTIVE', 'NEEDS_REAUTHENTICATION', 'UNAVAILABLE', 'DISABLED'] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** A connection as operators see it. Never holds credentials. */
export interface Connection {
  readonly connectionId: string;
  readonly supplierId: string;
  readonly vendor: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly settings: Record<string, unknown>;
  /** Agreed with the vendor; absent: what the manifest says. */
  readonly requestsPerSecond?: number | undefined;
  readonly status: ConnectionStatus;
  /** The vendor's own words when the status is not ACTIVE. */
  readonly statusReason?: string | undefined;
  readonly statusSince: Instant;
  readonly heldAt?: Instant | undefined;
  readonly createdAt: Instant;
  readonly lastDiscoveredAt?: Instant | undefined;
  readonly lastReadAt?: Instant | undefined;
  /** Absent: nobody has asked for a sync out of turn. */
  readonly sync?: RequestedSync | undefined;
  /** What could not be used of the last listing; redacted. */
  readonly lastProblems: readonly ConnectionProblem[];
}

export interface ConnectionProblem {
  readonly where: string;
  readonly message: string;
  readonly vendorDeviceId?: string | undefined;
  readonly sample?: string | undefined;
}

export interface NewConnection {
  readonly vendor: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly credentials: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
  readonly requestsPerSecond?: number | undefined;
}

/** What an operator may change of a connection without new credentials; `null` takes a value back. */
export interface ConnectionPatch {
  readonly name?: string | undefined;
  readonly requestsPerSecond?: number | null | undefined;
}
