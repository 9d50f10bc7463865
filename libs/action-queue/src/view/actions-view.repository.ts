import { at, type Database } from '@warmshift/db';
import { holdingStates, NotFound, type ActionState, type Instant } from '@warmshift/domain';
import type { ActionDetail, ActionHistoryEntry, ActionView } from './action-view';

export interface ActionFilter {
  readonly states?: readonly ActionState[] | undefined;
  readonly overdue?: boolean | undefined;
  readonly occurrenceId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly vendor?: string | undefined;
}

/** A place in the list; `asOf` keeps what is overdue the same on all pages. */
export interface ActionsPlace {
  readonly asOf: Instant;
  readonly overdue: boolean;
  readonly startsAt: Instant;
  readonly actionId: string;
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

const holding = holdingStates.map((state) => `'${state}'`).join(', ');

/** `now` is the place of a parameter. `least` passes over NULL. */
const isOverdue = (now: string): string =>
  `(action.state IN (${holding}) AND least(action.ends_at, action.end_requested_at) < ${now})`;

const columns = `action.id AS "actionId", action.purpose, occurrence.campaign_id AS "campaignId", campaign.name AS "campaignName",
  action.occurrence_id AS "occurrenceId", action.connection_id AS "connectionId", action.vendor,
  action.device_id AS "deviceId", device.name AS "deviceName", action.zone_id AS "zoneId", action.zone_kind AS zone,
  action.direction, action.starts_at AS "startsAt", action.ends_at AS "endsAt", action.state, action.code, action.reason,
  ${isOverdue('$2')} AS overdue, action.expected_yield_w AS "expectedYieldW", action.baseline_w AS "baselineW",
  action.cycles_reserved AS "cyclesReserved", action.sent_at AS "sentAt", action.active_at AS "activeAt",
  action.restore_sent_at AS "restoreSentAt", action.ended_at AS "endedAt", action.end_requested_at AS "endRequestedAt",
  action.end_code AS "endCode", action.attempts, action.due_at AS "dueAt",
  (SELECT jsonb_strip_nulls(jsonb_build_object('at', (extract(epoch FROM history.at) * 1000)::bigint,
     'from', history.from_state, 'to', history.to_state, 'event', history.event, 'code', history.code,
     'cause', history.cause, 'words', history.words))
   FROM action_history history WHERE history.action_id = action.id ORDER BY history.id DESC LIMIT 1) AS "lastEvent"`;

const source = `FROM actions action
  LEFT JOIN occurrences occurrence ON occurrence.id = action.occurrence_id
  LEFT JOIN campaigns campaign ON campaign.id = occurrence.campaign_id
  JOIN devices device ON device.id = action.device_id
  WHERE action.supplier_id = $1`;

/** Actions of one supplier, for reading. */
export class ActionsView {
  constructor(private readonly db: Database) {}

  /** Overdue restores first, then the newest window first. */
  async list(
    supplierId: string,
    filter: ActionFilter,
    page: { readonly limit: number; readonly after?: ActionsPlace | undefined; readonly asOf: Instant },
  ): Promise<ActionView[]> {
    const { after } = page;
    const rows = await this.db.rows<Nullable<ActionView>>(
      `SELECT ${columns} ${source}
         AND ($3::text[] IS NULL OR action.state = ANY($3))
         AND ($4::uuid IS NULL OR action.occurrence_id = $4)
         AND ($5::uuid IS NULL OR action.device_id = $5)
         AND ($6::uuid IS NULL OR action.connection_id = $6)
         AND ($7::text IS NULL OR action.vendor = $7)
         AND ($8::boolean IS NULL OR ${isOverdue('$2')} = $8)
         AND ($9::boolean IS NULL OR (${isOverdue('$2')}, action.starts_at, action.id) < ($9, $10::timestamptz, $11::uuid))
       ORDER BY overdue DESC, action.starts_at DESC, action.id DESC LIMIT $12`,
      [
        supplierId,
        at(page.asOf),
        filter.states ?? null,
        filter.occurrenceId ?? null,
        filter.deviceId ?? null,
        filter.connectionId ?? null,
        filter.vendor ?? null,
        filter.overdue ?? null,
        after?.overdue ?? null,
        at(after?.startsAt),
        after?.actionId ?? null,
        page.limit,
      ],
    );
    return rows.map((row) => withoutNulls<ActionView>(row));
  }

  /** @throws NotFound also for an action of another supplier. */
  async get(supplierId: string, actionId: string, now: Instant): Promise<ActionDetail> {
    const [row] = await this.db.rows<Nullable<Omit<ActionDetail, 'history'>>>(
      `SELECT ${columns}, action.snapshot, action.command, action.restore_command AS "restoreCommand" ${source} AND action.id = $3`,
      [supplierId, at(now), actionId],
    );
    if (!row) throw new NotFound('action', actionId);
    const history = await this.db.rows<Nullable<ActionHistoryEntry>>(
      `SELECT at, from_state AS "from", to_state AS "to", event, code, cause, words
       FROM action_history WHERE action_id = $1 ORDER BY id LIMIT 1000`,
      [actionId],
    );
    return {
      ...withoutNulls<Omit<ActionDetail, 'history'>>(row),
      history: history.map((entry) => withoutNulls<ActionHistoryEntry>(entry)),
    };
  }

  /** Of all suppliers: when the step that has been due for longest was due. Absent when nothing is due. */
  async oldestDueAt(now: Instant): Promise<Instant | undefined> {
    const [row] = await this.db.rows<{ at: Instant | null }>(
      'SELECT min(due_at) AS at FROM actions WHERE due_at <= $1',
      [at(now)],
    );
    return row?.at ?? undefined;
  }

  /** Of all suppliers, for health and metrics. */
  async overdueRestores(now: Instant): Promise<number> {
    const [row] = await this.db.rows<{ overdue: number }>(
      `SELECT count(*) AS overdue FROM actions action WHERE ${isOverdue('$1')}`,
      [at(now)],
    );
    return row?.overdue ?? 0;
  }
}

function withoutNulls<T extends object>(row: Nullable<T>): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
