import { minuteMs, overrideWatchMs, type Instant } from '@warmshift/domain';
import type { Comparison, VendorState } from '@warmshift/vendors/contract';
import type { ActionAdvancerOptions, StepContext } from './action-advancer';
import type { Dispatcher } from './dispatcher';
import { intentOf } from './intent';
import type { Restorer } from './restorer';
import type { StoredAction } from './stored-action';

/** A command is sent at most so often, and again only when a read-back said that it was not applied. */
const maxSends = 3;

/** SENT to ACTIVE, and the watch over ACTIVE: does the device show what we asked for? */
export class Verifier {
  constructor(
    private readonly options: ActionAdvancerOptions,
    private readonly dispatcher: Dispatcher,
    private readonly restorer: Restorer,
  ) {}

  async verify(action: StoredAction, context: StepContext, last: boolean): Promise<void> {
    const { state, comparison } = await this.look(action, context);
    const now = this.options.clock.now();
    if (comparison === 'applied') return this.applied(action, now);
    if (comparison === 'pending') {
      return this.options.actions.reschedule(action, this.nextLookAt(action, context, now), now);
    }
    if (action.state === 'ACTIVE' || (comparison === 'changed' && last))
      return this.changed(action, context, state, now);
    if (last) return this.notApplied(action, context, state, now);
    const dueAt = this.nextLookAt(action, context, now);
    return this.options.actions.putOff(action, dueAt, 'The device does not show it yet.', now);
  }

  /** A worker died between saving the snapshot and hearing the vendor's answer: look before sending. */
  async resume(action: StoredAction, context: StepContext): Promise<void> {
    const { state, comparison } = await this.look(action, context);
    const now = this.options.clock.now();
    switch (comparison) {
      case 'not_applied':
        return this.dispatcher.resume(action, context);
      case 'changed':
        return this.changed(action, context, state, now);
      case 'applied':
      case 'pending':
        await this.options.actions.apply(
          action,
          {
            event: { kind: 'command_sent' },
            patch: {
              sentAt: now,
              dueAt: this.nextLookAt({ ...action, sentAt: now }, context, now),
              attempts: 0,
            },
            cause: 'Taken up again after an interruption; the device may hold the command already.',
          },
          now,
        );
    }
  }

  private async look(
    action: StoredAction,
    { open }: StepContext,
  ): Promise<{ state: VendorState; comparison: Comparison }> {
    const { steering } = open.adapter;
    if (!steering || !action.command || !action.snapshot)
      throw new Error(`Action ${action.actionId} has nothing to compare.`);
    const state = await steering.readState(action.device, 'steer');
    const comparison = steering.compare(
      steering.commandSchema.parse(action.command),
      steering.stateSchema.parse(action.snapshot),
      state,
      this.options.clock.now(),
    );
    return { state, comparison };
  }

  private async applied(action: StoredAction, now: Instant): Promise<void> {
    const dueAt = Math.min(action.endsAt, now + overrideWatchMs);
    if (action.state === 'ACTIVE') {
      await this.options.actions.reschedule(action, dueAt, now);
      return;
    }
    await this.options.actions.apply(
      action,
      {
        event: { kind: 'confirmed' },
        patch: { activeAt: now, dueAt, attempts: 0 },
        cause: 'A read-back shows it.',
      },
      now,
    );
  }

  private async changed(
    action: StoredAction,
    context: StepContext,
    state: VendorState,
    now: Instant,
  ): Promise<void> {
    const restoring = await this.options.actions.apply(
      action,
      {
        event: { kind: 'restore_started' },
        patch: { code: 'USER_OVERRIDE', dueAt: now, attempts: 0 },
        cause: 'The device no longer shows what we set.',
      },
      now,
    );
    await this.restorer.decide(restoring, context, state);
  }

  private async notApplied(
    action: StoredAction,
    context: StepContext,
    state: VendorState,
    now: Instant,
  ): Promise<void> {
    const { actions } = this.options;
    const sends = await actions.sendsOf(action.actionId);
    const objection = await this.objectionTo(action, context, state, now);
    if (sends < maxSends && objection === undefined) {
      await this.dispatcher.send(action, context);
      return;
    }
    await actions.apply(
      action,
      {
        event: { kind: 'not_applied' },
        patch: { dueAt: now, attempts: 0 },
        cause: objection ?? `Sent ${sends} times; the device never showed it.`,
      },
      now,
    );
  }

  /** Why the command would no longer do anything: a vendor that starts on quarter hours has none left in the window. */
  private async objectionTo(
    action: StoredAction,
    { open }: StepContext,
    state: VendorState,
    now: Instant,
  ): Promise<string | undefined> {
    const intent = intentOf(action, await this.options.actions.liveSpans(action.deviceId));
    const decision = open.adapter.steering?.commandFor(intent, state, now);
    return decision?.kind === 'refuse' ? decision.reason : undefined;
  }

  /** Looks come at growing distances, from the vendor's first read-back time on, the first ones close together. */
  private nextLookAt(action: StoredAction, { open }: StepContext, now: Instant): Instant {
    const firstMs = open.manifest.steering?.readBackAfterMs ?? minuteMs;
    const from = Math.max(now, action.startsAt);
    return from + firstMs * 2 ** Math.min(action.attempts, 4);
  }
}
