import { eventAfterRestore, type Instant, type OutcomeCode } from '@warmshift/domain';
import { VendorNotFound, VendorUnavailable, type VendorState } from '@warmshift/vendors/contract';
import type { ActionAdvancerOptions, StepContext } from './action-advancer';
import { intentOf } from './intent';
import { lookAgainMs, retryDelayRealMs } from './retry-delay';
import type { StoredAction } from './stored-action';

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
    const restoring = action.state === 'RESTORING' ? action : await this.begin(action);
    let state: VendorState;
    try {
      state = await steering.readState(restoring.device, 'restore');
    } catch (error) {
      if (!(error instanceof VendorNotFound)) throw error;
      return this.missing(restoring, error);
    }
    await this.decide(restoring, context, state);
  }

  private async missing(action: StoredAction, error: VendorNotFound): Promise<void> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const misses = (await actions.missesInARow(action.actionId)) + 1;
    const cause = 'The vendor no longer knows this device.';
    if (misses < goneAfterMisses) {
      const dueAt = now + clock.virtualMs(retryDelayRealMs(error, misses - 1, clock));
      const patch = { dueAt, attempts: action.attempts + 1 };
      return actions.note(action, { event: 'device_missing', patch, cause, words: error.words }, now);
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
    const now = clock.now();
    const decision = steering.restoreFor(
      intentOf(action, await actions.liveSpans(action.deviceId)),
      steering.commandSchema.parse(action.command),
      steering.stateSchema.parse(action.snapshot),
      state,
      now,
    );
    if (decision.kind === 'write') return this.write(action, context, decision.command);
    if (!(await this.isSettled(action, context, now))) return;
    if (decision.kind === 'overridden') {
      await actions.apply(action, { event: { kind: 'overridden' }, cause: decision.what }, now);
      return;
    }
    const event = eventAfterRestore({
      sawOurs: sawOurs(action),
      code: action.code ?? whyNothingWasSeen(action),
    });
    await actions.apply(action, { event, cause: 'A read-back shows nothing of ours.' }, now);
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

  private async begin(action: StoredAction): Promise<StoredAction> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const patch = { dueAt: now, attempts: 0 };
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
    if (action.restoreSentAt !== undefined && before < action.restoreSentAt + patienceMs(action, times)) {
      const dueAt = before + lookAgainMs(times.readBackAfterMs, action.attempts, clock);
      await actions.putOff(action, dueAt, 'Given back; the device does not show it yet.', before);
      return;
    }
    const coveredAt = await this.coveredAt(action, context, command);
    if (coveredAt !== undefined) {
      const cause = 'What was given back for the other zone of the device says the same.';
      const patch = { restoreSentAt: coveredAt, dueAt: before + times.readBackAfterMs, attempts: 0 };
      return actions.note(action, { event: 'restore_covered', patch, cause }, before);
    }
    const sent = steering.commandSchema.parse(command);
    try {
      const { outcome, words } = await steering.send(action.device, sent, 'restore');
      await this.noteSent(action, context, `The vendor answered: ${outcome}.`, words, command);
    } catch (error) {
      if (!(error instanceof VendorUnavailable) || !error.sent) throw error;
      await this.noteSent(action, context, `No answer (${error.message}); it may have arrived.`, error.words);
    }
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

  /** @param taken the command, when the vendor said that it has it. */
  private async noteSent(
    action: StoredAction,
    { open }: StepContext,
    cause: string,
    words: string | undefined,
    taken?: Record<string, unknown>,
  ): Promise<void> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const patch = {
      ...(taken === undefined ? {} : { restoreCommand: taken }),
      restoreSentAt: now,
      dueAt: now + (open.manifest.steering?.readBackAfterMs ?? 0),
      attempts: 0,
    };
    await actions.note(action, { event: 'restore_sent', patch, cause, words }, now);
  }
}

/**
 * For how long a device that still shows ours may yet come to show what was given back. A write that nobody answered gets only
 * the time until the first look: it may never have arrived, and somebody would stay steered meanwhile.
 */
function patienceMs(
  { restoreCommand }: StoredAction,
  {
    readBackAfterMs,
    readBackUntilMs,
  }: { readonly readBackAfterMs: number; readonly readBackUntilMs: number },
): number {
  return restoreCommand === undefined ? readBackAfterMs : readBackUntilMs;
}

/** A read-back or the restore's own comparison found our command on the device. */
function sawOurs(action: StoredAction): boolean {
  return action.activeAt !== undefined || action.restoreSentAt !== undefined;
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
