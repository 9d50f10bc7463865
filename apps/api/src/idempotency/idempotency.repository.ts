import type { Clock } from '@warmshift/config';
import { asSystem, at, type Database } from '@warmshift/db';
import { hourMs, type Instant } from '@warmshift/domain';
import type { SecretBox } from '@warmshift/security';

/** How long an answer can be asked for again. */
export const keptForMs = 24 * hourMs;
/** Real time after which a request without an answer counts as lost with its process. */
export const lostAfterRealMs = 120_000;

export interface IdempotentRequest {
  readonly supplierId: string;
  readonly key: string;
  /** `requestHash` of the request. */
  readonly hash: string;
}

export type Claim =
  | { readonly kind: 'ours' }
  | { readonly kind: 'in_progress' }
  | { readonly kind: 'another_request' }
  | { readonly kind: 'answered'; readonly answer: KeptAnswer };

/** What the first request got. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Row {
  readonly requestHash: string;
  readonly status: number | null;
  readonly response: { readonly sealed: string; readonly headers?: Record<string, string> } | null;
  readonly createdAt: Instant;
}

/**
 * Requests that carried an `Idempotency-Key`, with their answers. Hash and answer are sealed: an answer may show a new
 * API key, and a request may hold a password short enough to be guessed from its hash.
 */
export class IdempotencyRepository {
  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly clock: Pick<Clock, 'now' | 'virtualMs'>,
  ) {}

  /** Takes the key for this request, or says who has it. Atomic across processes. */
  async claim(request: IdempotentRequest): Promise<Claim> {
    const now = this.clock.now();
    const taken = await this.db.run(
      `INSERT INTO idempotency_keys (supplier_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (supplier_id, key) DO UPDATE SET request_hash = excluded.request_hash, status = NULL, response = NULL,
         created_at = excluded.created_at
       WHERE idempotency_keys.created_at <= $5 OR (idempotency_keys.response IS NULL AND idempotency_keys.created_at <= $6)`,
      [
        request.supplierId,
        request.key,
        this.secrets.seal(request.hash, placeOf(request, 'hash')),
        at(now),
        at(now - keptForMs),
        at(now - this.clock.virtualMs(lostAfterRealMs)),
      ],
    );
    if (taken > 0) return { kind: 'ours' };
    const [row] = await this.db.rows<Row>(
      `SELECT request_hash AS "requestHash", status, response, created_at AS "createdAt" FROM idempotency_keys
       WHERE supplier_id = $1 AND key = $2`,
      [request.supplierId, request.key],
    );
    if (row === undefined) return { kind: 'in_progress' };
    if (this.secrets.open(row.requestHash, placeOf(request, 'hash')) !== request.hash)
      return { kind: 'another_request' };
    if (row.response === null) return { kind: 'in_progress' };
    const body: unknown = JSON.parse(this.secrets.open(row.response.sealed, placeOf(request, 'answer')));
    const { headers = {} } = row.response;
    return { kind: 'answered', answer: { status: row.status ?? 200, headers, body } };
  }

  async keep(request: IdempotentRequest, { status, headers, body }: KeptAnswer): Promise<void> {
    const sealed = this.secrets.seal(JSON.stringify(body ?? null), placeOf(request, 'answer'));
    await this.db.run(
      'UPDATE idempotency_keys SET status = $3, response = $4 WHERE supplier_id = $1 AND key = $2',
      [request.supplierId, request.key, status, JSON.stringify({ sealed, headers })],
    );
  }

  /** The request failed: it may be tried again under the same key. */
  async release({ supplierId, key }: IdempotentRequest): Promise<void> {
    await this.db.run(
      'DELETE FROM idempotency_keys WHERE supplier_id = $1 AND key = $2 AND response IS NULL',
      [supplierId, key],
    );
  }

  /** Forgets what nobody can ask for any more. */
  async forgetOld(): Promise<number> {
    const until = at(this.clock.now() - keptForMs);
    return asSystem(() => this.db.run('DELETE FROM idempotency_keys WHERE created_at <= $1', [until]));
  }
}

function placeOf({ supplierId, key }: IdempotentRequest, what: 'hash' | 'answer'): string {
  return `idempotency/${supplierId}/${key}/${what}`;
}
