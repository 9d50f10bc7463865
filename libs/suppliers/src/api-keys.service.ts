import type { Clock } from '@warmshift/config';
import { asSystem, type Database } from '@warmshift/db';
import { Conflict, InvalidInput, minuteMs, NotFound, Unauthenticated, type Instant } from '@warmshift/domain';
import { newApiKey, parseApiKey, verifyApiKey, type Role } from '@warmshift/security';
import type { ApiKey, Caller } from './api-key';
import { insertApiKey, type ApiKeysRepository, type StoredKey } from './api-keys.repository';
import { recordAudit } from './audit-trail';

/** The use of a key is noted at most so often. */
const noteUseEveryMs = minuteMs;
/** Compared with when a key is not known, so that the answer takes as long as with a wrong one. */
const nobodysHash = '0'.repeat(64);

/** Keys of suppliers: made, revoked, checked. */
export class ApiKeysService {
  constructor(
    private readonly db: Database,
    private readonly keys: ApiKeysRepository,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @throws Unauthenticated, in the same words for a missing, unknown, wrong, expired or revoked key. */
  authenticate(presented: string | undefined): Promise<Caller> {
    // Whose the key is shows only then.
    return asSystem(() => this.callerOf(presented));
  }

  private async callerOf(presented: string | undefined): Promise<Caller> {
    const now = this.clock.now();
    const parsed = presented === undefined ? undefined : parseApiKey(presented);
    const stored = parsed && (await this.keys.byPrefix(parsed.prefix));
    const matches = verifyApiKey(presented ?? '', stored?.hash ?? nobodysHash);
    if (stored === undefined || !matches || !isValid(stored, now)) {
      throw new Unauthenticated('Send a valid key in the header x-api-key.');
    }
    if (stored.lastUsedAt === null || stored.lastUsedAt <= now - noteUseEveryMs) {
      await this.keys.noteUse(stored.apiKeyId, now, noteUseEveryMs);
    }
    const { supplierId, supplierName, role, prefix } = stored;
    return { supplierId, supplierName, role, actor: `key/${prefix}` };
  }

  list(supplierId: string): Promise<ApiKey[]> {
    return this.keys.list(supplierId);
  }

  /** @returns the key itself too, which is not stored and cannot be shown again. */
  async create(
    caller: Caller,
    wanted: { readonly name: string; readonly role: Role; readonly expiresAt?: Instant | undefined },
  ): Promise<{ readonly apiKey: ApiKey; readonly key: string }> {
    const now = this.clock.now();
    if (wanted.expiresAt !== undefined && wanted.expiresAt <= now) {
      throw InvalidInput.because('expiresAt', 'must lie in the future');
    }
    const { key, prefix, hash } = newApiKey();
    const { supplierId, actor } = caller;
    return this.db.transaction(async (sql) => {
      const apiKey = await insertApiKey(sql, { supplierId, prefix, hash, ...wanted }, now);
      if (apiKey === undefined) throw new Conflict('The new key collided with another one. Try again.');
      const detail = { name: wanted.name, role: wanted.role, prefix };
      await recordAudit(
        sql,
        { supplierId, actor, action: 'api-key.create', subject: `api-key/${apiKey.apiKeyId}`, detail },
        now,
      );
      return { apiKey, key };
    });
  }

  /**
   * Makes a key with the name and role of an old one, which stays valid for `overlapMs` more (or until its own end), so that
   * clients can change over without a gap.
   * @throws NotFound, InvalidInput for an `expiresAt` in the past, Conflict for a key that is not valid any more.
   */
  async rotate(
    caller: Caller,
    apiKeyId: string,
    wanted: { readonly overlapMs: number; readonly expiresAt?: Instant | undefined },
  ): Promise<{ readonly apiKey: ApiKey; readonly key: string; readonly replaced: ApiKey }> {
    const now = this.clock.now();
    const { expiresAt, overlapMs } = wanted;
    if (expiresAt !== undefined && expiresAt <= now)
      throw InvalidInput.because('expiresAt', 'must lie in the future');
    const { key, prefix, hash } = newApiKey();
    const { supplierId, actor } = caller;
    return this.db.transaction(async (sql) => {
      const replaced = await this.keys.endAt(sql, supplierId, apiKeyId, now + overlapMs, now);
      if (replaced === undefined) {
        if (!(await this.keys.exists(sql, supplierId, apiKeyId))) throw new NotFound('API key', apiKeyId);
        throw new Conflict('This key is not valid any more. Make a new one.');
      }
      const { name, role } = replaced;
      const apiKey = await insertApiKey(sql, { supplierId, prefix, hash, name, role, expiresAt }, now);
      if (apiKey === undefined) throw new Conflict('The new key collided with another one. Try again.');
      const detail = { prefix, replaces: replaced.prefix, replacedExpiresAt: replaced.expiresAt };
      const subject = `api-key/${apiKey.apiKeyId}`;
      await recordAudit(sql, { supplierId, actor, action: 'api-key.rotate', subject, detail }, now);
      return { apiKey, key, replaced };
    });
  }

  /** Valid at once in every process. @throws Conflict for the last admin key: nobody could get in any more. */
  async revoke(caller: Caller, apiKeyId: string): Promise<ApiKey> {
    const now = this.clock.now();
    const { supplierId, actor } = caller;
    return this.db.transaction(async (sql) => {
      await sql.rows('SELECT 1 FROM suppliers WHERE id = $1 FOR UPDATE', [supplierId]);
      const revoked = await this.keys.revoke(sql, supplierId, apiKeyId, now);
      if ((await this.keys.adminsLeft(sql, supplierId, now)) === 0) {
        throw new Conflict('This is the last admin key. Make another one first.');
      }
      const detail = { prefix: revoked.prefix };
      await recordAudit(
        sql,
        { supplierId, actor, action: 'api-key.revoke', subject: `api-key/${apiKeyId}`, detail },
        now,
      );
      return revoked;
    });
  }
}

function isValid({ expiresAt, revokedAt }: StoredKey, now: Instant): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}
