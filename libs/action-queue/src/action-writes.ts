import { Batch, iso, outboxRecordset, recordset, type Database, type OutboxJob } from '@warmshift/db';
import { isFinal, type ActionEvent, type Instant } from '@warmshift/domain';
import { metrics } from '@warmshift/observability';
import { advanceJob } from './advance-job';
import { rescheduleSql, settlingWriteSql, writeSql } from './action-writes.sql';
import { byColumn, type WriteRow } from './write-columns';
import { sawOurs, StaleAction, type ActionPatch, type StoredAction } from './stored-action';

export interface Change {
  readonly event: ActionEvent;
  readonly patch?: ActionPatch;
  /** Why, in a sentence, for the action's history. */
  readonly cause?: string;
  /** The vendor's own words, redacted. */
  readonly words?: string | undefined;
}

/** What may happen to an action without moving it. */
export type NoteEvent =
  'put_off' | 'sent_again' | 'restore_tried' | 'restore_sent' | 'restore_covered' | 'device_missing';

export type HistoryChange = Omit<Change, 'event'> & { readonly event: { readonly kind: string } };

/** Hands off for the rest of the day and the night after a customer changed something. */
const overrideQuietMs = 12 * 3_600_000;

interface Reschedule {
  readonly actionId: string;
  readonly version: number;
  readonly dueAt: Instant;
  readonly job: OutboxJob;
  readonly now: Instant;
}

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
  private readonly reschedules = new Batch((all: readonly Reschedule[]) => this.rescheduleAll(all));

  constructor(private readonly db: Database) {}

  /** @throws StaleAction when `before` is no longer what is stored; then nothing is written. */
  async write(before: StoredAction, after: StoredAction, change: HistoryChange, now: Instant): Promise<void> {
    if (!(await this.writes.add({ before, after, change, now }))) throw new StaleAction(before.actionId);
    count(before, after, change, now);
  }

  /** Moves only the due time, unless the action was changed meanwhile. */
  async reschedule(action: StoredAction, dueAt: Instant, now: Instant): Promise<void> {
    const { actionId, version } = action;
    await this.reschedules.add({ actionId, version, dueAt, job: advanceJob({ ...action, dueAt }), now });
  }

  /** Of two writes to one version of one action only the first can win: the second waits for the next statement. */
  private async writeAll(writes: readonly Write[]): Promise<boolean[]> {
    const written = new Map<Write, boolean>();
    let left = writes;
    while (left.length > 0) {
      const round = firstOfEachAction(left);
      const ends = round.some(({ after }) => isFinal(after.state));
      const rows = await this.db.rows<{ id: string }>(ends ? settlingWriteSql : writeSql, [
        ...byColumn(round.map(toRow)),
        outboxRecordset(round.flatMap(jobsOf), latest(round)),
      ]);
      const changed = new Set(rows.map(({ id }) => id));
      for (const write of round) written.set(write, changed.has(write.before.actionId));
      left = left.filter((write) => !written.has(write));
    }
    return writes.map((write) => written.get(write) === true);
  }

  private async rescheduleAll(all: readonly Reschedule[]): Promise<void[]> {
    const rows = all.map(({ actionId, version, dueAt }) => ({ actionId, version, dueAt: iso(dueAt) }));
    const jobs = all.map(({ job }) => job);
    await this.db.run(rescheduleSql, [recordset(rows), outboxRecordset(jobs, latest(all))]);
    return all.map(() => undefined);
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

function toRow({ before, after, change, now }: Write): WriteRow {
  const { event, patch, cause, words } = change;
  return {
    actionId: before.actionId,
    version: before.version,
    supplierId: before.supplierId,
    from: before.state,
    to: after.state,
    code: after.code,
    reason: patch?.reason,
    snapshot: json(patch?.snapshot),
    command: json(patch?.command),
    restoreCommand: json(patch?.restoreCommand),
    restoreSentAt: iso(patch?.restoreSentAt),
    restoreTriedAt: iso(after.restoreTriedAt),
    sentAt: iso(patch?.sentAt),
    activeAt: iso(patch?.activeAt),
    attempts: after.attempts,
    dueAt: iso(after.dueAt),
    limitC: patch?.limitC,
    at: iso(now),
    ended: isFinal(after.state),
    event: event.kind,
    cause,
    words,
    ...(isFinal(after.state) ? settlementOf(after, now) : {}),
  };
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/**
 * Whoever saved the snapshot, or that it gives back, sends at once. If it dies in between, the reconciler finds the action by its due
 * time, as it finds every other whose job got lost.
 */
function jobsOf({ before, after }: Write): OutboxJob[] {
  if (after.dueAt === undefined) return [];
  const givesBack = after.restoreTriedAt !== undefined && after.restoreTriedAt !== before.restoreTriedAt;
  const sendsAtOnce = givesBack || (before.state === 'PLANNED' && after.state === 'DISPATCHING');
  return sendsAtOnce ? [] : [advanceJob(after)];
}

function latest(all: readonly { readonly now: Instant }[]): Instant {
  return Math.max(...all.map(({ now }) => now));
}

/** What the end of an action gives back: unused cycles, the rest period's start, hands off after an override. */
function settlementOf(action: StoredAction, now: Instant) {
  const nothingOnDevice = !sawOurs(action);
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
