import type { Clock } from '@warmshift/config';
import type { VendorConnections, ConnectionsService, OpenConnection } from '@warmshift/fleet-sync';
import { isFinal, nextStep, type Instant, type NextStep } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { StatusService } from '@warmshift/steerable-status';
import {
  DeviceUnreachable,
  VendorAuthExpired,
  VendorError,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import type { ActionsRepository } from './actions.repository';
import type { DeviceLease, DeviceLeases, HeldDevice } from './device-leases';
import { Dispatcher } from './dispatcher';
import { retryDelayRealMs } from './retry-delay';
import { Restorer } from './restorer';
import { StaleAction, type StoredAction } from './stored-action';
import { StatusUpdates } from './status-updates';
import { Verifier } from './verifier';

export interface ActionAdvancerOptions {
  readonly actions: ActionsRepository;
  readonly leases: DeviceLeases;
  readonly vendors: Pick<VendorConnections, 'open' | 'steeringTimes'>;
  readonly connections: Pick<ConnectionsService, 'noteFailure' | 'noteHealthy'>;
  readonly statuses: StatusService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What one step needs beside the action. */
export interface StepContext {
  readonly open: OpenConnection;
  readonly now: Instant;
  readonly lease: DeviceLease;
}

/** `vendorAway`: the step was tried and put off, because nobody answered at the vendor. */
export type Advanced = 'done' | { readonly skipped: string; readonly vendorAway?: true };

/** Tried again after this long when there is no way to reach the vendor at all (removed or disabled connection). */
const unreachableRetryMs = 60_000;
/** Steps that one hold of a device may take; there are two zones and a few states. */
const maxStepsPerHold = 12;

/**
 * Takes the next step of an action, whatever it is. Jobs and the reconciler both end here; calling it twice, late or
 * from two processes is harmless, because what is due is decided from Postgres while holding the device's lease.
 */
export class ActionAdvancer {
  private readonly dispatcher: Dispatcher;
  private readonly verifier: Verifier;
  private readonly restorer: Restorer;
  private readonly statusUpdates: StatusUpdates;

  constructor(private readonly options: ActionAdvancerOptions) {
    this.statusUpdates = new StatusUpdates(options.statuses, options.logger);
    this.dispatcher = new Dispatcher(options);
    this.restorer = new Restorer(options);
    this.verifier = new Verifier(options, this.dispatcher, this.restorer);
  }

  async advance(actionId: string): Promise<Advanced> {
    const taking = await this.options.leases.take(actionId, this.options.clock.now());
    if (taking.kind !== 'held') return { skipped: whyNot[taking.kind] };
    const { device } = taking;
    try {
      const first = await this.advanceOne(actionId, device);
      if (first === 'nothing') return { skipped: 'nothing is due' };
      await this.advanceOthers(first.done, device);
      return isAway(first.trouble) ? { skipped: 'the vendor does not answer', vendorAway: true } : 'done';
    } finally {
      await this.options.leases.leave(device);
    }
  }

  /** Stores the statuses that are still to be stored; for a clean end. */
  close(): Promise<void> {
    return this.statusUpdates.flush();
  }

  /**
   * Also the other due actions of the device, which had to wait for the same lease, and this one again when somebody
   * wants it to end meanwhile: the job that asked for it found the lease taken.
   */
  private async advanceOthers(first: string, device: HeldDevice): Promise<void> {
    const { clock, leases } = this.options;
    const tried = [first];
    while (tried.length < maxStepsPerHold && device.held()) {
      const [next] = await leases.leaveUnlessDue(device, tried, clock.now());
      if (!next) return;
      tried.push(`${next.actionId} ${next.version}`);
      await this.advanceOne(next.actionId, device);
    }
  }

  /** @returns which version was looked at, and what kept the vendor from doing it, when that was a trouble of the vendor's. */
  private async advanceOne(
    actionId: string,
    lease: DeviceLease,
  ): Promise<'nothing' | { readonly done: string; readonly trouble?: VendorError | undefined }> {
    const action = await this.options.actions.find(actionId);
    if (!action) return 'nothing';
    const step = this.stepOf(action);
    if (step.kind === 'done' || step.kind === 'wait') return 'nothing';
    const done = `${actionId} ${action.version}`;
    let trouble: VendorError | undefined;
    const askedAt = this.options.clock.now();
    try {
      await this.take(action, step, lease);
    } catch (error) {
      if (error instanceof StaleAction) return { done };
      await this.afterFailure(action, error, askedAt);
      if (error instanceof VendorError) trouble = error;
    }
    this.statusUpdates.add(action.zoneId);
    return { done, trouble };
  }

  private stepOf(action: StoredAction): NextStep {
    const timing = {
      ...action,
      ...this.options.vendors.steeringTimes(action.vendor),
      cancelRequestedAt: action.endRequestedAt,
      nextTryAt: action.dueAt,
    };
    return nextStep(timing, this.options.clock.now());
  }

  private async take(action: StoredAction, step: NextStep, lease: DeviceLease): Promise<void> {
    const { actions, clock } = this.options;
    const now = clock.now();
    if (step.kind === 'done' || step.kind === 'wait') return;
    if (step.kind === 'skip') {
      const cause = 'The window passed before it could go out.';
      await actions.apply(
        action,
        { event: { kind: 'skipped', code: step.code }, patch: { reason: cause }, cause },
        now,
      );
      return;
    }
    if (step.kind === 'cancel') {
      const code = action.endCode ?? 'CAMPAIGN_CANCELLED';
      await actions.apply(
        action,
        { event: { kind: 'cancelled', code }, cause: 'Called off before it went out.' },
        now,
      );
      return;
    }
    const open = await this.options.vendors.open(action.connectionId);
    if (!open) {
      await actions.putOff(action, now + unreachableRetryMs, 'The connection is disabled or removed.', now);
      return;
    }
    const context: StepContext = { open, now, lease };
    switch (step.kind) {
      case 'dispatch':
        return this.dispatcher.dispatch(action, context);
      case 'resume':
        await this.verifier.resume(action, context);
        break;
      case 'verify':
        await this.verifier.verify(action, context, step.last);
        break;
      case 'restore':
        await this.restorer.restore(action, context);
    }
    if (open.connection.status !== 'ACTIVE')
      await this.options.connections.noteHealthy(action.connectionId, now);
  }

  /** The vendor could not be asked, or something broke: the step is tried again, sooner for the first tries. */
  private async afterFailure(action: StoredAction, error: unknown, askedAt: Instant): Promise<void> {
    const { actions, clock, connections, logger } = this.options;
    const now = clock.now();
    const vendorError = error instanceof VendorError ? error : undefined;
    // One refused device is that device's matter; refused credentials are the connection's.
    if (vendorError instanceof VendorAuthExpired)
      await connections.noteFailure(action.connectionId, vendorError, askedAt);
    if (vendorError)
      logger.debug({ actionId: action.actionId, error: vendorError.message }, 'action.step-put-off');
    else logger.error({ actionId: action.actionId, err: error }, 'action.step-failed');

    const fresh = (await actions.find(action.actionId)) ?? action;
    const wantedToEnd = fresh.endRequestedAt !== undefined && action.endRequestedAt === undefined;
    if (isFinal(fresh.state) || wantedToEnd) return;
    const delayMs = retryDelayRealMs(vendorError, fresh.attempts, clock);
    const cause = error instanceof Error ? error.message : String(error);
    await actions
      .putOff(fresh, now + clock.virtualMs(delayMs), cause, now, vendorError?.words)
      .catch((problem: unknown) => {
        if (!(problem instanceof StaleAction)) throw problem;
      });
  }
}

const whyNot = {
  unknown: 'unknown action',
  ended: 'already ended',
  'not-due': 'nothing is due',
  taken: 'another worker is at this device',
} as const;

function isAway(error: VendorError | undefined): boolean {
  return error instanceof VendorUnavailable && !(error instanceof DeviceUnreachable);
}
