import type { Instant } from '@warmshift/domain';
import type { Role } from '@warmshift/security';

/** A key as it is listed: never the key itself. */
export interface ApiKey {
  readonly apiKeyId: string;
  readonly name: string;
  readonly role: Role;
  /** What lists, logs and the audit call it. */
  readonly prefix: string;
  readonly createdAt: Instant;
  readonly expiresAt?: Instant | undefined;
  readonly lastUsedAt?: Instant | undefined;
  readonly revokedAt?: Instant | undefined;
}

/** Who is asking, known from the key. */
export interface Caller {
  readonly supplierId: string;
  readonly supplierName: string;
  readonly role: Role;
  /** `key/PREFIX`: what the audit and campaigns call the caller. */
  readonly actor: string;
}
