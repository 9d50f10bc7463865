import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database, type OutboxJob } from '@warmshift/db';
import { InvalidInput, NotFound, type Instant } from '@warmshift/domain';
import type { StatusService } from '@warmshift/steerable-status';
import { advanceJob } from './advance-job';
import type { StoredAction } from './stored-action';

export type HoldScope =
  | { readonly kind: 'supplier' }
  | { readonly kind: 'connection'; readonly id: string }
  | { readonly kind: 'device'; readonly id: string };

export interface HoldResult {
  readonly held: boolean;
  /** Actions that were on a device and are being given back now. */
  readonly restoring: number;
  /** Actions that had not gone out and never will. */
  readonly cancelled: number;
}

type Hit = Pick<StoredAction, 'actionId' | 'connectionId' | 'vendor' | 'state' | 'endsAt'>;

const tables = { supplier: 'suppliers', connection: 'connections', device: 'devices' } as const;
const columns = { supplier: 'supplier_id', connection: 'connection_id', device: 'device_id' } as const;

/**
 * Nothing new goes out, everything active is given back now. One transaction, so that nothing slips between. The statuses
 * follow it at once.
 */
export class EmergencyStopService {
  constructor(
    private readonly db: Database,
    private readonly statuses: Pick<StatusService, 'recomputeAtOnce'>,
    private readonly clock: Clock,
  ) {}

  async stop(supplierId: string, scope: HoldScope, reason: string, actor: string): Promise<HoldResult> {
    if (reason.trim() === '') throw InvalidInput.because('reason', 'say why, it goes into the audit');
    const now = this.clock.now();
    const id = scope.kind === 'supplier' ? supplierId : scope.id;
    const result = await this.db.transaction(async (sql) => {
      const held = await sql.run(
        `UPDATE ${tables[scope.kind]} SET held_at = coalesce(held_at, $3)${scope.kind === 'device' ? '' : ', held_reason = $4'}
         WHERE id = $1 AND ${scope.kind === 'supplier' ? 'id' : 'supplier_id'} = $2`,
        [id, supplierId, at(now), ...(scope.kind === 'device' ? [] : [reason])],
      );
      if (held === 0) throw new NotFound(scope.kind, id);
      const hits = await sql.rows<Hit>(
        `UPDATE actions SET end_requested_at = $3, end_code = 'EMERGENCY_STOP', due_at = $3, version = version + 1
         WHERE id IN (
           SELECT id FROM actions
           WHERE ${columns[scope.kind]} = $1 AND supplier_id = $2 AND end_requested_at IS NULL
             AND state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE')
           ORDER BY id FOR UPDATE)
         RETURNING id AS "actionId", connection_id AS "connectionId", vendor, state, ends_at AS "endsAt"`,
        [id, supplierId, at(now)],
      );
      await addToOutbox(
        sql,
        hits.map((hit) => endNow(hit, now)),
        now,
      );
      await sql.run(
        `INSERT INTO audit (supplier_id, at, actor, action, subject, detail) VALUES ($1, $2, $3, 'emergency-stop', $4, $5)`,
        [supplierId, at(now), actor, `${scope.kind}/${id}`, JSON.stringify({ reason, actions: hits.length })],
      );
      const cancelled = hits.filter((hit) => hit.state === 'PLANNED').length;
      return { held: true, cancelled, restoring: hits.length - cancelled };
    });
    await this.tellStatuses(scope.kind, id);
    return result;
  }

  /** Lifts a stop. Nothing starts by itself: campaigns that were ended stay ended. */
  async lift(supplierId: string, scope: HoldScope, actor: string): Promise<HoldResult> {
    const now = this.clock.now();
    const id = scope.kind === 'supplier' ? supplierId : scope.id;
    await this.db.transaction(async (sql) => {
      const lifted = await sql.run(
        `UPDATE ${tables[scope.kind]} SET held_at = NULL${scope.kind === 'device' ? '' : ', held_reason = NULL'} WHERE id = $1 AND ${scope.kind === 'supplier' ? 'id' : 'supplier_id'} = $2`,
        [id, supplierId],
      );
      if (lifted === 0) throw new NotFound(scope.kind, id);
      await sql.run(
        `INSERT INTO audit (supplier_id, at, actor, action, subject) VALUES ($1, $2, $3, 'emergency-stop.lift', $4)`,
        [supplierId, at(now), actor, `${scope.kind}/${id}`],
      );
    });
    await this.tellStatuses(scope.kind, id);
    return { held: false, restoring: 0, cancelled: 0 };
  }

  /** The stop holds already: statuses that cannot be told at once follow within a minute, by their refresh. */
  private async tellStatuses(kind: HoldScope['kind'], id: string): Promise<void> {
    await this.statuses.recomputeAtOnce(kind, id).catch(() => undefined);
  }
}

/** The job that ends an action now. */
export function endNow(hit: Hit, now: Instant): OutboxJob {
  return advanceJob({ ...hit, dueAt: now, endRequestedAt: now });
}
