import { Batch, iso, recordset, type Database } from '@warmshift/db';
import { isFinal, type ActionEvent, type Instant } from '@warmshift/domain';
import { metrics } from '@warmshift/observability';
import { advanceJob } from './advance-job';
import { rescheduleSql, settlingWriteSql, writeSql } from './action-writes.sql';
import { StaleAction, type ActionPatch, type StoredAction } from './stored-action';

export interface Change {
  readonly event: ActionEvent;
  readonly patch?: ActionPatch;
  /** Why, in a sentence, for the action's history. */
  readonly cause?: string;
  /** The vendor's own words, redacted. */
  readonly words?: string | undefined;
}

/** What may happen to an action without moving it. */
export type NoteEvent = 'put_off' | 'sent_again' | 'restore_sent' | 'device_missing';

export type HistoryChange = Omit<Change, 'event'> & { readonly event: { readonly kind: string } };

/** Hands off for the rest of the day and the night after a customer changed something. */
const overrideQuietMs = 12 * 3_600_000;

interface Write {
  readonly before: StoredAction;
  readonly after: StoredAction;
  readonly change: HistoryChange;
  readonly now: Instant;
}

/**
 * Writes changes of actions, those of the same moment in one statement. For each action it is all or nothing: the new
 * state, its history row, the job of its next step, and what its end gives back.
 */
export class ActionWrites {
  private readonly writes = new Batch((writes: readonly Write[]) => this.writeAll(writes));
  private readonly reschedules = new Batch((rows: readonly object[]) => this.rescheduleAll(rows));

  constructor(private readonly db: Database) {}

  /** @throws StaleAction when `before` is no longer what is stored; then nothing is written. */
  async write(before: StoredAction, after: StoredAction, change: HistoryChange, now: Instant): Promise<void> {
    if (!(await this.writes.add({ before, after, change, now }))) throw new StaleAction(before.actionId);
    count(before, after, change, now);
  }

  /** Moves only the due time, unless the action was changed meanwhile. */
  async reschedule(action: StoredAction, dueAt: Instant, now: Instant): Promise<void> {
    const { actionId, version } = action;
    const job = advanceJob({ ...action, dueAt });
    await this.reschedules.add({ actionId, version, dueAt: iso(dueAt), at: iso(now), job: job.payload });
  }

  /** Of two writes to one version of one action only the first can win: the second waits for the next statement. */
  private async writeAll(writes: readonly Write[]): Promise<boolean[]> {
    const written = new Map<Write, boolean>();
    let left = writes;
    while (left.length > 0) {
      const round = firstOfEachAction(left);
      const ends = round.some(({ after }) => isFinal(after.state));
      const rows = await this.db.rows<{ id: string }>(ends ? settlingWriteSql : writeSql, [
        recordset(round.map(toRow)),
      ]);
      const changed = new Set(rows.map(({ id }) => id));
      for (const write of round) written.set(write, changed.has(write.before.actionId));
      left = left.filter((write) => !written.has(write));
    }
    return writes.map((write) => written.get(write) === true);
  }

  private async rescheduleAll(rows: readonly object[]): Promise<void[]> {
    await this.db.run(rescheduleSql, [recordset(rows)]);
    return rows.map(() => undefined);
  }
}

function firstOfEachAction(writes: readonly Write[]): Write[] {
  const seen = new Set<string>();
  return writes.filter(({ before: { actionId } }) => !seen.has(actionId) && seen.add(actionId));
}

/** For the metrics of this process. */
function count(before: StoredAction, after: StoredAction, { event }: HistoryChange, now: Instant): void {
  const { vendor } = after;
  if (before.state !== after.state)
    metrics.actionTransitions.inc({ to: after.state, code: after.code ?? '' });
  if (event.kind === 'command_sent' || event.kind === 'sent_again')
    metrics.vendorCommands.inc({ vendor, purpose: 'steer', outcome: 'sent' });
  if (event.kind === 'restore_sent')
    metrics.vendorCommands.inc({ vendor, purpose: 'restore', outcome: 'sent' });
  if (event.kind === 'not_applied' && after.code === 'VENDOR_REJECTED')
    metrics.vendorCommands.inc({ vendor, purpose: 'steer', outcome: 'refused' });
  if (event.kind === 'command_sent')
    metrics.actionLateness.observe({ vendor }, Math.max(0, now - after.startsAt) / 1000);
}

function toRow({ before, after, change, now }: Write) {
  const job = jobOf(before, after);
  return {
    actionId: before.actionId,
    version: before.version,
    supplierId: before.supplierId,
    from: before.state,
    to: after.state,
    code: after.code,
    reason: change.patch?.reason,
    snapshot: after.snapshot,
    command: after.command,
    restoreCommand: after.restoreCommand,
    restoreSentAt: iso(after.restoreSentAt),
    sentAt: iso(after.sentAt),
    activeAt: iso(after.activeAt),
    attempts: after.attempts,
    dueAt: iso(after.dueAt),
    limitC: after.limitC,
    at: iso(now),
    ended: isFinal(after.state),
    event: change.event.kind,
    cause: change.cause,
    words: change.words,
    job: job?.payload,
    ...(isFinal(after.state) ? settlementOf(after, now) : {}),
  };
}

/**
 * Whoever saved the snapshot sends at once. If it dies in between, the reconciler finds the action by its due time, as it
 * finds every other whose job got lost.
 */
function jobOf(before: StoredAction, after: StoredAction) {
  if (after.dueAt === undefined) return undefined;
  const sendsAtOnce = before.state === 'PLANNED' && after.state === 'DISPATCHING';
  return sendsAtOnce ? undefined : advanceJob(after);
}

/** What the end of an action gives back: unused cycles, the rest period's start, hands off after an override. */
function settlementOf(action: StoredAction, now: Instant) {
  const nothingOnDevice = action.activeAt === undefined && action.restoreSentAt === undefined;
  const overridden = action.state === 'OVERRIDDEN' || action.code === 'USER_OVERRIDE';
  return {
    deviceId: action.deviceId,
    zoneId: action.zoneId,
    cycleDay: action.cycleDay,
    cyclesBack: nothingOnDevice ? action.cyclesReserved : 0,
    restsFrom: action.sentAt !== undefined || !nothingOnDevice ? iso(now) : undefined,
    quietUntil: overridden ? iso(now + overrideQuietMs) : undefined,
  };
}
