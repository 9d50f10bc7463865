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
import type { DeviceLease, DeviceLeases } from './device-leases';
import { Dispatcher } from './dispatcher';
import { retryDelayRealMs } from './retry-delay';
import { Restorer } from './restorer';
import { StaleAction, type StoredAction } from './stored-action';
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

  constructor(private readonly options: ActionAdvancerOptions) {
    this.dispatcher = new Dispatcher(options);
    this.restorer = new Restorer(options);
    this.verifier = new Verifier(options, this.dispatcher, this.restorer);
  }

  async advance(actionId: string): Promise<Advanced> {
    const seen = await this.options.actions.find(actionId);
    if (!seen) return { skipped: 'unknown action' };
    const step = this.stepOf(seen);
    if (step.kind === 'done') return { skipped: 'already ended' };
    if (step.kind === 'wait') return { skipped: 'nothing is due' };

    let first: VendorError | undefined;
    const held = await this.options.leases.hold(seen.deviceId, async (lease) => {
      first = await this.advanceAllDue(seen, lease);
    });
    if (!held) return { skipped: 'another worker is at this device' };
    return isAway(first) ? { skipped: 'the vendor does not answer', vendorAway: true } : 'done';
  }

  /**
   * Also the other due actions of the device, which had to wait for the same lease, and this one again when somebody
   * wants it to end meanwhile: the job that asked for it found the lease taken.
   */
  private async advanceAllDue(first: StoredAction, lease: DeviceLease): Promise<VendorError | undefined> {
    const error = await this.advanceOne(first.actionId, lease);
    const tried = new Set([`${first.actionId} ${first.version}`]);
    while (tried.size < maxStepsPerHold && lease.held()) {
      const due = await this.options.actions.dueOfDevice(first.deviceId, this.options.clock.now());
      const next = due.find(({ actionId, version }) => !tried.has(`${actionId} ${version}`));
      if (!next) break;
      tried.add(`${next.actionId} ${next.version}`);
      await this.advanceOne(next.actionId, lease);
    }
    return error;
  }

  /** @returns what kept the vendor from doing it, when that was a trouble of the vendor's. */
  private async advanceOne(actionId: string, lease: DeviceLease): Promise<VendorError | undefined> {
    const action = await this.options.actions.find(actionId);
    if (!action) return undefined;
    let trouble: VendorError | undefined;
    const askedAt = this.options.clock.now();
    try {
      await this.take(action, this.stepOf(action), lease);
    } catch (error) {
      if (error instanceof StaleAction) return undefined;
      await this.afterFailure(action, error, askedAt);
      if (error instanceof VendorError) trouble = error;
    }
    await this.options.statuses.recompute([action.zoneId]);
    return trouble;
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

function isAway(error: VendorError | undefined): boolean {
  return error instanceof VendorUnavailable && !(error instanceof DeviceUnreachable);
}
