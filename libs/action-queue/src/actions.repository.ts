import { addToOutbox, at, given, type Database, type Sql } from '@warmshift/db';
import {
  isFinal,
  transition,
  type ActionEvent,
  type Direction,
  type Instant,
  type Span,
  type ZoneKind,
} from '@warmshift/domain';
import { advanceJob } from './advance-job';
import { StaleAction, type ActionPatch, type StoredAction } from './stored-action';

const selectAction = `
  SELECT action.id AS "actionId", action.supplier_id AS "supplierId", action.occurrence_id AS "occurrenceId",
         action.connection_id AS "connectionId", action.device_id AS "deviceId", action.zone_id AS "zoneId",
         action.zone_kind AS zone, action.vendor, action.direction, action.starts_at AS "startsAt",
         action.ends_at AS "endsAt", action.state, action.code, action.cycles_reserved AS "cyclesReserved",
         action.cycle_day AS "cycleDay", action.limit_c AS "limitC", action.snapshot, action.command, action.restore_command AS "restoreCommand",
         action.restore_sent_at AS "restoreSentAt", action.sent_at AS "sentAt", action.active_at AS "activeAt",
         action.end_requested_at AS "endRequestedAt", action.end_code AS "endCode", action.attempts,
         action.due_at AS "dueAt", action.version, device.vendor_device_id AS "vendorDeviceId",
         device.vendor_site_id AS "vendorSiteId", device.kind AS "deviceKind"
  FROM actions action JOIN devices device ON device.id = action.device_id`;

type Row = Omit<StoredAction, 'device'> & {
  vendorDeviceId: string;
  vendorSiteId: string | null;
  deviceKind: string;
};

export interface Change {
  readonly event: ActionEvent;
  readonly patch?: ActionPatch;
  /** Why, in a sentence, for the action's history. */
  readonly cause?: string;
  /** The vendor's own words, redacted. */
  readonly words?: string | undefined;
}

export interface Note {
  readonly event: 'put_off' | 'sent_again' | 'restore_sent';
  readonly patch: ActionPatch;
  readonly cause: string;
  readonly words?: string | undefined;
}

export interface LiveSpan {
  readonly actionId: string;
  readonly zone: ZoneKind;
  readonly direction: Direction;
  readonly span: Span;
}

/** Actions in Postgres: every change of state is one transaction with its history, its next job and its ledger. */
export class ActionsRepository {
  constructor(private readonly db: Database) {}

  async find(actionId: string): Promise<StoredAction | undefined> {
    const [row] = await this.db.rows<Row>(`${selectAction} WHERE action.id = $1`, [actionId]);
    return row && toAction(row);
  }

  /** Spans of the device that a schedule must hold now: everything not ended and not about to be given back. */
  async liveSpans(deviceId: string): Promise<LiveSpan[]> {
    const rows = await this.db.rows<{
      actionId: string;
      zone: ZoneKind;
      direction: Direction;
      startsAt: Instant;
      endsAt: Instant;
    }>(
      `SELECT id AS "actionId", zone_kind AS zone, direction, starts_at AS "startsAt", ends_at AS "endsAt"
       FROM actions WHERE device_id = $1 AND state IN ('DISPATCHING', 'SENT', 'ACTIVE') AND end_requested_at IS NULL
       ORDER BY starts_at, zone_kind`,
      [deviceId],
    );
    return rows.map(({ startsAt, endsAt, ...rest }) => ({ ...rest, span: { startsAt, endsAt } }));
  }

  /**
   * Moves an action by an event. Writes the new state, its history row, the job of its next step and what its end gives
   * back, or nothing.
   *
   * @throws StaleAction when the action is no longer as it was read; Error when the event cannot happen in its state.
   */
  async apply(action: StoredAction, change: Change, now: Instant): Promise<StoredAction> {
    const next = transition(action.state, change.event);
    if (!next.ok) throw new Error(`Action ${action.actionId}: ${next.reason}`);
    const code = change.patch?.code ?? next.code ?? action.code;
    const updated: StoredAction = {
      ...action,
      ...change.patch,
      state: next.to,
      code,
      dueAt: isFinal(next.to) ? undefined : (change.patch?.dueAt ?? action.dueAt),
      version: action.version + 1,
    };
    await this.db.transaction(async (sql) => {
      await write(sql, action, updated, change, now);
      if (isFinal(next.to)) await settle(sql, updated, now);
    });
    return updated;
  }

  /** Something happened to an action that leaves its state as it is: a try was put off, a command was sent again. */
  async note(action: StoredAction, note: Note, now: Instant): Promise<void> {
    const updated = { ...action, ...note.patch, version: action.version + 1 };
    await this.db.transaction((sql) =>
      write(sql, action, updated, { ...note, event: { kind: note.event } }, now),
    );
  }

  /** Puts off the next try of the present step. */
  putOff(action: StoredAction, dueAt: Instant, cause: string, now: Instant, words?: string): Promise<void> {
    return this.note(
      action,
      { event: 'put_off', patch: { dueAt, attempts: action.attempts + 1 }, cause, words },
      now,
    );
  }

  /** How often the command of an action went out. */
  async sendsOf(actionId: string): Promise<number> {
    const [row] = await this.db.rows<{ sends: number }>(
      `SELECT count(*) AS sends FROM action_history WHERE action_id = $1 AND event IN ('command_sent', 'sent_again')`,
      [actionId],
    );
    return row?.sends ?? 0;
  }

  /** Moves only the due time: nothing was tried, so nothing is recorded. */
  async reschedule(action: StoredAction, dueAt: Instant, now: Instant): Promise<void> {
    await this.db.transaction(async (sql) => {
      const changed = await sql.run('UPDATE actions SET due_at = $3 WHERE id = $1 AND version = $2', [
        action.actionId,
        action.version,
        at(dueAt),
      ]);
      if (changed > 0) await addToOutbox(sql, [advanceJob({ ...action, dueAt })], now);
    });
  }

  /** Due and not done, restores first, longest overdue first. */
  async due(now: Instant, limit: number): Promise<string[]> {
    const rows = await this.db.rows<{ id: string }>(
      `SELECT id FROM actions WHERE due_at <= $1
       ORDER BY (state = 'RESTORING' OR ends_at <= $1 OR end_requested_at IS NOT NULL) DESC, due_at LIMIT $2`,
      [at(now), limit],
    );
    return rows.map((row) => row.id);
  }

  async dueOfDevice(deviceId: string, now: Instant): Promise<string[]> {
    const rows = await this.db.rows<{ id: string }>(
      'SELECT id FROM actions WHERE device_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT 10',
      [deviceId, at(now)],
    );
    return rows.map((row) => row.id);
  }
}

function toAction({ vendorDeviceId, vendorSiteId, deviceKind, ...row }: Row): StoredAction {
  const plain = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, given(value)])) as Omit<
    StoredAction,
    'device'
  >;
  return {
    ...plain,
    device: {
      vendorDeviceId,
      vendorSiteId: given(vendorSiteId),
      kind: deviceKind as StoredAction['device']['kind'],
    },
  };
}

type HistoryChange = Omit<Change, 'event'> & { readonly event: { readonly kind: string } };

async function write(
  sql: Sql,
  before: StoredAction,
  after: StoredAction,
  change: HistoryChange,
  now: Instant,
): Promise<void> {
  const changed = await sql.run(
    `UPDATE actions SET state = $3, code = $4, reason = coalesce($5, reason), snapshot = $6, command = $7,
       restore_command = $8, restore_sent_at = $9, sent_at = $10, active_at = $11, attempts = $12, due_at = $13,
       ended_at = CASE WHEN $14 THEN $15::timestamptz ELSE ended_at END, limit_c = $16, version = version + 1
     WHERE id = $1 AND version = $2`,
    [
      before.actionId,
      before.version,
      after.state,
      after.code ?? null,
      change.patch?.reason ?? null,
      json(after.snapshot),
      json(after.command),
      json(after.restoreCommand),
      at(after.restoreSentAt),
      at(after.sentAt),
      at(after.activeAt),
      after.attempts,
      at(after.dueAt),
      isFinal(after.state),
      at(now),
      after.limitC ?? null,
    ],
  );
  if (changed === 0) throw new StaleAction(before.actionId);
  await sql.run(
    `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, code, cause, words)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      before.actionId,
      before.supplierId,
      at(now),
      before.state,
      after.state,
      change.event.kind,
      after.code ?? null,
      change.cause ?? null,
      change.words ?? null,
    ],
  );
  if (after.dueAt !== undefined) await addToOutbox(sql, [advanceJob(after)], now);
}

/** What the end of an action gives back: unused cycles, the rest period's start, hands off after an override. */
async function settle(sql: Sql, action: StoredAction, now: Instant): Promise<void> {
  const neverApplied = action.activeAt === undefined;
  if (action.cyclesReserved > 0 && neverApplied) {
    await sql.run(
      `UPDATE cycle_ledger SET reserved_starts = greatest(0, reserved_starts - $3) WHERE device_id = $1 AND local_day = $2`,
      [action.deviceId, action.cycleDay, action.cyclesReserved],
    );
  }
  if (action.sentAt !== undefined) {
    await sql.run('UPDATE zones SET last_action_ended_at = $2 WHERE id = $1', [action.zoneId, at(now)]);
  }
  if (action.state === 'OVERRIDDEN' || action.code === 'USER_OVERRIDE') {
    await sql.run('UPDATE zones SET override_quiet_until = $2 WHERE id = $1', [
      action.zoneId,
      at(now + overrideQuietMs),
    ]);
  }
}

/** Hands off for the rest of the day and the night after a customer changed something. */
const overrideQuietMs = 12 * 3_600_000;

function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
