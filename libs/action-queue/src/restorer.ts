import { eventAfterRestore } from '@warmshift/domain';
import { VendorNotFound, type VendorState } from '@warmshift/vendors/contract';
import type { ActionAdvancerOptions, StepContext } from './action-advancer';
import { intentOf } from './intent';
import type { StoredAction } from './stored-action';

/** A device that the vendor no longer knows is asked for so often before it counts as taken away by its owner. */
const goneAfterTries = 5;

/** RESTORING to RESTORED or OVERRIDDEN: gives back what was there, unless the customer chose something else. */
export class Restorer {
  constructor(private readonly options: ActionAdvancerOptions) {}

  async restore(action: StoredAction, context: StepContext): Promise<void> {
    const { actions, clock } = this.options;
    const { steering } = context.open.adapter;
    if (!steering) throw new Error(`Connection ${action.connectionId} can no longer steer.`);
    const restoring = action.state === 'RESTORING' ? action : await this.begin(action);
    let state: VendorState;
    try {
      state = await steering.readState(restoring.device, 'restore');
    } catch (error) {
      if (!(error instanceof VendorNotFound) || restoring.attempts < goneAfterTries) throw error;
      await actions.apply(
        restoring,
        {
          event: { kind: 'rejected', code: 'DEVICE_GONE' },
          cause: 'The vendor no longer knows this device.',
          words: error.words,
        },
        clock.now(),
      );
      return;
    }
    await this.decide(restoring, context, state);
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
    switch (decision.kind) {
      case 'restored': {
        const sawOurs = action.activeAt !== undefined || action.restoreSentAt !== undefined;
        await actions.apply(
          action,
          {
            event: eventAfterRestore({ sawOurs, code: action.code }),
            cause: 'A read-back shows nothing of ours.',
          },
          now,
        );
        return;
      }
      case 'overridden':
        await actions.apply(action, { event: { kind: 'overridden' }, cause: decision.what }, now);
        return;
      case 'write':
        await this.write(action, context, decision.command);
    }
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
    { open }: StepContext,
    command: Record<string, unknown>,
  ): Promise<void> {
    const { actions, clock } = this.options;
    const { steering } = open.adapter;
    const times = open.manifest.steering;
    if (!steering || !times) throw new Error(`Connection ${action.connectionId} can no longer steer.`);
    const before = clock.now();
    if (action.restoreSentAt !== undefined && before < action.restoreSentAt + times.readBackUntilMs) {
      const lookAgainMs = times.readBackAfterMs * 2 ** Math.min(action.attempts, 4);
      await actions.putOff(
        action,
        before + lookAgainMs,
        'Given back; the device does not show it yet.',
        before,
      );
      return;
    }
    const receipt = await steering.send(action.device, steering.commandSchema.parse(command), 'restore');
    const now = clock.now();
    await actions.note(
      action,
      {
        event: 'restore_sent',
        patch: {
          restoreCommand: command,
          restoreSentAt: now,
          dueAt: now + times.readBackAfterMs,
          attempts: 0,
        },
        cause: `The vendor answered: ${receipt.outcome}.`,
        words: receipt.words,
      },
      now,
    );
  }
}
