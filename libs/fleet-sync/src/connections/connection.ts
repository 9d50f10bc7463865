import type { Instant } from '@warmshift/domain';

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
  readonly status: ConnectionStatus;
  /** The vendor's own words when the status is not ACTIVE. */
  readonly statusReason?: string | undefined;
  readonly statusSince: Instant;
  readonly heldAt?: Instant | undefined;
  readonly createdAt: Instant;
  readonly lastDiscoveredAt?: Instant | undefined;
  readonly lastReadAt?: Instant | undefined;
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
  readonly supplierId: string;
  readonly vendor: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly credentials: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
}
