import { eventAfterRestore, type Instant, type OutcomeCode } from '@warmshift/domain';
import { VendorError, VendorNotFound, type VendorState } from '@warmshift/vendors/contract';
import type { ActionAdvancerOptions, StepContext } from './action-advancer';
import { intentOf } from './intent';
import { fateOf, RestoreNotSent, untilStored } from './restore-outcome';
import { lookAgainMs, retryDelayRealMs } from './retry-delay';
import { sawOurs, StaleAction, type ActionPatch, type StoredAction } from './stored-action';

/**
 * A device that the vendor does not know so often in a row counts as taken away by its owner: for almost two minutes, for
 * a vendor that is being updated may answer 404 as well.
 */
const goneAfterMisses = 10;

/** RESTORING to RESTORED or OVERRIDDEN: gives back what was there, unless the customer chose something else. */
export class Restorer {
  constructor(private readonly options: ActionAdvancerOptions) {}

  async restore(action: StoredAction, context: StepContext): Promise<void> {
    const { steering } = context.open.adapter;
    if (!steering) throw new Error(`Connection ${action.connectionId} can no longer steer.`);
    let state: VendorState;
    try {
      state = await steering.readState(action.device, 'restore');
    } catch (error) {
      const restoring = await this.begun(action);
      if (!(error instanceof VendorNotFound)) throw error;
      return this.missing(restoring, error);
    }
    await this.decide(action, context, state);
  }

  private async missing(action: StoredAction, error: VendorNotFound): Promise<void> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const misses = (await actions.missesInARow(action.actionId)) + 1;
    const cause = 'The vendor no longer knows this device.';
    if (misses < goneAfterMisses) {
      const dueAt = now + clock.virtualMs(retryDelayRealMs(error, misses - 1, clock));
      const patch = { dueAt, attempts: action.attempts + 1 };
      await actions.note(action, { event: 'device_missing', patch, cause, words: error.words }, now);
      return;
    }
    const event = { kind: 'rejected', code: 'DEVICE_GONE' } as const;
    await actions.apply(action, { event, cause, words: error.words }, now);
  }

  /** With the device's present state in hand: is it given back, did the customer choose, or is a write due? */
  async decide(action: StoredAction, context: StepContext, state: VendorState): Promise<void> {
    const { actions, clock } = this.options;
    const { steering } = context.open.adapter;
    if (!steering || !action.command || !action.snapshot)
      throw new Error(`Action ${action.actionId} has nothing to give back.`);
    const live = await actions.liveSpans(action.deviceId);
    const now = clock.now();
    const decision = steering.restoreFor(
      intentOf(
        action,
        live.filter(({ actionId }) => actionId !== action.actionId),
      ),
      steering.commandSchema.parse(action.command),
      steering.stateSchema.parse(action.snapshot),
      state,
      now,
    );
    if (decision.kind === 'write') return this.write(action, context, decision.command);
    const restoring = await this.begun(action);
    if (!(await this.isSettled(restoring, context, now))) return;
    if (decision.kind === 'overridden') {
      await actions.apply(restoring, { event: { kind: 'overridden' }, cause: decision.what }, now);
      return;
    }
    const event = eventAfterRestore({
      sawOurs: sawOurs(restoring),
      code: restoring.code ?? whyNothingWasSeen(restoring),
    });
    await actions.apply(restoring, { event, cause: 'A read-back shows nothing of ours.' }, now);
  }

  /**
   * Whether what the device shows is final. A command that no read-back ever showed may still be on its way (a gateway
   * that polls, an answer that was lost): until that time is over the action stays open, else nobody would take it back.
   */
  private async isSettled(action: StoredAction, { open }: StepContext, now: Instant): Promise<boolean> {
    const { actions, clock } = this.options;
    const times = open.manifest.steering;
    if (sawOurs(action) || !times || wasRefused(action)) return true;
    const lastPossibleAt = action.sentAt ?? (await actions.restoringSince(action.actionId)) ?? now;
    if (now >= lastPossibleAt + times.readBackUntilMs) return true;
    const dueAt = now + lookAgainMs(times.readBackAfterMs, action.attempts, clock);
    await actions.putOff(
      action,
      dueAt,
      'Nothing of ours is on the device; the command may still arrive.',
      now,
    );
    return false;
  }

  private async begun(action: StoredAction): Promise<StoredAction> {
    return action.state === 'RESTORING' ? action : this.begin(action, { dueAt: this.options.clock.now() });
  }

  private begin(action: StoredAction, more: ActionPatch): Promise<StoredAction> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const patch = { attempts: 0, ...more };
    if (action.endRequestedAt === undefined) {
      return actions.apply(
        action,
        { event: { kind: 'restore_started' }, patch, cause: 'Its time is over.' },
        now,
      );
    }
    const code = action.endCode ?? 'CAMPAIGN_CANCELLED';
    return actions.apply(action, { event: { kind: 'cancelled', code }, patch, cause: 'Ended early.' }, now);
  }

  private async write(
    action: StoredAction,
    context: StepContext,
    command: Record<string, unknown>,
  ): Promise<void> {
    const { open } = context;
    const { actions, clock } = this.options;
    const { steering } = open.adapter;
    const times = open.manifest.steering;
    if (!steering || !times) throw new Error(`Connection ${action.connectionId} can no longer steer.`);
    const before = clock.now();
    if (before < showsBy(action, times)) {
      const dueAt = before + lookAgainMs(times.readBackAfterMs, action.attempts, clock);
      await actions.putOff(action, dueAt, 'Given back; the device does not show it yet.', before);
      return;
    }
    const coveredAt = await this.coveredAt(action, context, command);
    if (coveredAt !== undefined) {
      const cause = 'What was given back for the other zone of the device says the same.';
      const dueAt = before + times.readBackAfterMs;
      const patch = { restoreSentAt: coveredAt, restoreTriedAt: undefined, dueAt, attempts: 0 };
      await actions.note(await this.begun(action), { event: 'restore_covered', patch, cause }, before);
      return;
    }
    const sent = steering.commandSchema.parse(command);
    const tried = await this.noteTried(action, times.readBackAfterMs);
    const doubt = isInDoubt(action) ? ' Sent once more: nobody knows whether the one before arrived.' : '';
    let outcome: Outcome;
    try {
      const receipt = await steering.send(tried.device, sent, 'restore');
      const cause = `The vendor answered: ${receipt.outcome}.${doubt}`;
      outcome = { cause, words: receipt.words, taken: command };
    } catch (error) {
      const fate = fateOf(error);
      if (!(error instanceof VendorError) || fate === 'in_doubt') throw error;
      if (fate === 'not_sent') throw new RestoreNotSent(error, action.restoreTriedAt, tried.restoreTriedAt);
      outcome = { cause: `No answer (${error.message}); it may have arrived.${doubt}`, words: error.words };
    }
    await this.noteSent(tried, context, outcome);
  }

  /**
   * Committed before the restore goes out, in one statement with the change to RESTORING where that is due as well: whoever
   * takes the action up after a crash knows that it may have arrived.
   */
  private async noteTried(action: StoredAction, readBackAfterMs: number): Promise<StoredAction> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const patch = { restoreTriedAt: now, dueAt: now + readBackAfterMs };
    if (action.state !== 'RESTORING') return this.begin(action, patch);
    return actions.note(action, { event: 'restore_tried', patch, cause: 'About to be given back.' }, now);
  }

  /** A vendor's order for the whole device, sent when another zone of it was given back, is not sent again for this one. */
  private async coveredAt(
    action: StoredAction,
    { open }: StepContext,
    command: Record<string, unknown>,
  ): Promise<Instant | undefined> {
    if (action.restoreSentAt !== undefined || open.manifest.zones.length < 2) return undefined;
    return this.options.actions.sameRestoreSentAt(action, command);
  }

  /** Only this process knows what became of the restore: while Postgres is away it keeps that and goes on trying. */
  private async noteSent(
    tried: StoredAction,
    { open }: StepContext,
    { cause, words, taken }: Outcome,
  ): Promise<void> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const patch = {
      ...(taken === undefined ? {} : { restoreCommand: taken }),
      restoreSentAt: now,
      restoreTriedAt: undefined,
      dueAt: now + (open.manifest.steering?.readBackAfterMs ?? 0),
      attempts: 0,
    };
    const note = (on: StoredAction) => actions.note(on, { event: 'restore_sent', patch, cause, words }, now);
    await untilStored(() =>
      note(tried).catch(async (error: unknown) => {
        if (!(error instanceof StaleAction)) throw error;
        const fresh = await actions.find(tried.actionId);
        const isStillOpen = fresh?.state === 'RESTORING' && fresh.restoreTriedAt === tried.restoreTriedAt;
        if (!isStillOpen) throw error;
        return note(fresh);
      }),
    );
  }
}

interface Outcome {
  readonly cause: string;
  readonly words: string | undefined;
  /** The command, when the vendor said that it has it. */
  readonly taken?: Record<string, unknown>;
}

/** No restore is known to have gone out, and one may have. */
function isInDoubt({ restoreSentAt, restoreTriedAt }: StoredAction): boolean {
  return restoreSentAt === undefined && restoreTriedAt !== undefined;
}

/**
 * Until when a device that still shows ours may yet come to show what was given back. A write that nobody answered, or whose answer
 * nobody stored, gets only the time until the first look: it may never have arrived, and somebody would stay steered meanwhile.
 */
function showsBy(
  { restoreCommand, restoreSentAt, restoreTriedAt }: StoredAction,
  {
    readBackAfterMs,
    readBackUntilMs,
  }: { readonly readBackAfterMs: number; readonly readBackUntilMs: number },
): Instant {
  if (restoreTriedAt !== undefined) return restoreTriedAt + readBackAfterMs;
  if (restoreSentAt === undefined) return -Infinity;
  return restoreSentAt + (restoreCommand === undefined ? readBackAfterMs : readBackUntilMs);
}

/** The vendor said no to the only write. */
function wasRefused({ code, sentAt }: StoredAction): boolean {
  return sentAt === undefined && (code === 'VENDOR_REJECTED' || code === 'DEVICE_GONE');
}

/** For an action whose window ended before it was seen on the device. */
function whyNothingWasSeen({ endRequestedAt, sentAt }: StoredAction): OutcomeCode | undefined {
  if (endRequestedAt !== undefined) return undefined;
  return sentAt === undefined ? 'VENDOR_UNAVAILABLE' : 'NOT_APPLIED';
}
