import { at, Batch, byKey, given, type Database } from '@warmshift/db';
import { isFinal, transition, type ActionState, type Instant, type Span } from '@warmshift/domain';
import type { LiveSpan } from '@warmshift/steerable-status';
import { actionColumns, toAction, type ActionRow } from './action-rows';
import { ActionWrites, type Change, type NoteEvent } from './action-writes';
import type { ActionPatch, StoredAction } from './stored-action';

export interface Note {
  readonly event: NoteEvent;
  readonly patch: ActionPatch;
  readonly cause: string;
  readonly words?: string | undefined;
}

type LiveRow = Omit<LiveSpan, 'span'> & Span & { readonly deviceId: string };

/**
 * Actions in Postgres: every change of state is one transaction with its history, its next job and its ledger. What many
 * steps ask at the same time goes to Postgres as one statement.
 */
export class ActionsRepository {
  private readonly finds = new Batch((ids: readonly string[]) => this.byIds(ids));
  private readonly versions = new Batch((ids: readonly string[]) => this.versionsOf(ids));
  private readonly spans = new Batch((deviceIds: readonly string[]) => this.liveSpansOf(deviceIds));
  private readonly writes: ActionWrites;

  constructor(private readonly db: Database) {
    this.writes = new ActionWrites(db);
  }

  find(actionId: string): Promise<StoredAction | undefined> {
    return this.finds.add(actionId);
  }

  /** Whether an action is still as it was read. */
  async isFresh({ actionId, version }: Pick<StoredAction, 'actionId' | 'version'>): Promise<boolean> {
    return (await this.versions.add(actionId)) === version;
  }

  /** Spans of the device that a schedule must hold now: everything not ended and not about to be given back. */
  liveSpans(deviceId: string): Promise<LiveSpan[]> {
    return this.spans.add(deviceId);
  }

  private async byIds(ids: readonly string[]): Promise<(StoredAction | undefined)[]> {
    const rows = await this.db.rows<ActionRow>(
      `SELECT ${actionColumns} FROM actions action JOIN devices device ON device.id = action.device_id
       WHERE action.id = ANY($1::uuid[])`,
      [ids],
    );
    const found = byKey(rows, ({ actionId }) => actionId);
    return ids.map((id) => {
      const row = found.get(id.toLowerCase());
      return row && toAction(row);
    });
  }

  private async versionsOf(ids: readonly string[]): Promise<(number | undefined)[]> {
    const rows = await this.db.rows<{ id: string; version: number }>(
      'SELECT id, version FROM actions WHERE id = ANY($1::uuid[])',
      [ids],
    );
    const found = byKey(rows, ({ id }) => id);
    return ids.map((id) => found.get(id)?.version);
  }

  private async liveSpansOf(deviceIds: readonly string[]): Promise<LiveSpan[][]> {
    const rows = await this.db.rows<LiveRow>(
      `SELECT device_id AS "deviceId", id AS "actionId", zone_kind AS zone, direction, starts_at AS "startsAt",
         ends_at AS "endsAt"
       FROM actions
       WHERE device_id = ANY($1::uuid[]) AND state IN ('DISPATCHING', 'SENT', 'ACTIVE') AND end_requested_at IS NULL
       ORDER BY starts_at, zone_kind`,
      [deviceIds],
    );
    const byDevice = new Map<string, LiveSpan[]>();
    for (const { deviceId, startsAt, endsAt, ...rest } of rows) {
      const spans = byDevice.get(deviceId) ?? [];
      spans.push({ ...rest, span: { startsAt, endsAt } });
      byDevice.set(deviceId, spans);
    }
    return deviceIds.map((deviceId) => byDevice.get(deviceId) ?? []);
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
      dueAt: isFinal(next.to)
        ? undefined
        : notPastTheEnd(action, next.to, change.patch?.dueAt ?? action.dueAt ?? now, now),
      version: action.version + 1,
    };
    await this.writes.write(action, updated, change, now);
    return updated;
  }

  /** Something happened to an action that leaves its state as it is: a try was put off, a command was sent again. */
  async note(action: StoredAction, note: Note, now: Instant): Promise<StoredAction> {
    if (isFinal(action.state)) throw new Error(`Action ${action.actionId} has ended (${action.state}).`);
    const dueAt = notPastTheEnd(action, action.state, note.patch.dueAt ?? action.dueAt ?? now, now);
    const updated = { ...action, ...note.patch, dueAt, version: action.version + 1 };
    await this.writes.write(action, updated, { ...note, event: { kind: note.event } }, now);
    return updated;
  }

  /** Puts off the next try of the present step. */
  async putOff(
    action: StoredAction,
    dueAt: Instant,
    cause: string,
    now: Instant,
    words?: string,
  ): Promise<void> {
    const patch = { dueAt, attempts: action.attempts + 1 };
    await this.note(action, { event: 'put_off', patch, cause, words }, now);
  }

  /** How often the command of an action went out. */
  async sendsOf(actionId: string): Promise<number> {
    const [row] = await this.db.rows<{ sends: number }>(
      `SELECT count(*) AS sends FROM action_history WHERE action_id = $1 AND event IN ('command_sent', 'sent_again')`,
      [actionId],
    );
    return row?.sends ?? 0;
  }

  /** How often in a row the vendor did not know the device, up to now. */
  async missesInARow(actionId: string): Promise<number> {
    const [row] = await this.db.rows<{ misses: number }>(
      `SELECT count(*) AS misses FROM action_history WHERE action_id = $1 AND event = 'device_missing'
         AND id > coalesce((SELECT max(id) FROM action_history WHERE action_id = $1 AND event <> 'device_missing'), 0)`,
      [actionId],
    );
    return row?.misses ?? 0;
  }

  /** When the giving back began: nothing was sent to steer the device after that. */
  async restoringSince(actionId: string): Promise<Instant | undefined> {
    const [row] = await this.db.rows<{ at: Instant | null }>(
      `SELECT max(at) AS at FROM action_history
       WHERE action_id = $1 AND to_state = 'RESTORING' AND from_state <> 'RESTORING'`,
      [actionId],
    );
    return given(row?.at);
  }

  /**
   * When the last order that the action's device got took this action back as well: it was the restore of another action, and it was
   * the same command or was sent after this one's end.
   */
  async sameRestoreSentAt(
    { actionId, deviceId, endsAt }: StoredAction,
    command: Record<string, unknown>,
  ): Promise<Instant | undefined> {
    const [row] = await this.db.rows<{ sentAt: Instant | null }>(
      `SELECT max(last.restore_sent_at) AS "sentAt" FROM actions last
       WHERE last.device_id = $2 AND last.id <> $1 AND (last.restore_command = $3::jsonb OR last.restore_sent_at >= $4)
         AND NOT EXISTS (SELECT FROM actions later WHERE later.device_id = $2
           AND greatest(later.sent_at, later.restore_sent_at) > last.restore_sent_at)`,
      [actionId, deviceId, JSON.stringify(command), at(endsAt)],
    );
    return given(row?.sentAt);
  }

  /** Moves only the due time: nothing was tried, so nothing is recorded. */
  async reschedule(action: StoredAction, wantedDueAt: Instant, now: Instant): Promise<void> {
    await this.writes.reschedule(action, notPastTheEnd(action, action.state, wantedDueAt, now), now);
  }

  /** Connections that have something due and not done, those with restores first. */
  async connectionsWithDue(now: Instant): Promise<string[]> {
    const rows = await this.db.rows<{ connectionId: string }>(
      `SELECT connection_id AS "connectionId" FROM actions WHERE due_at <= $1
       GROUP BY connection_id
       ORDER BY bool_or(state = 'RESTORING' OR ends_at <= $1 OR end_requested_at IS NOT NULL) DESC, min(due_at)`,
      [at(now)],
    );
    return rows.map(({ connectionId }) => connectionId);
  }
}

/** However long a vendor wants us to wait: the end of the window is due when it comes. */
function notPastTheEnd(
  { endsAt }: Pick<StoredAction, 'endsAt'>,
  state: ActionState,
  dueAt: Instant,
  now: Instant,
): Instant {
  return state === 'RESTORING' || endsAt <= now ? dueAt : Math.min(dueAt, endsAt);
}
