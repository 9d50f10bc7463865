import type { Clock } from '@warmshift/config';
import type { VendorConnections, ConnectionsService, OpenConnection } from '@warmshift/fleet-sync';
import { nextStep, type Instant, type NextStep } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { StatusService } from '@warmshift/steerable-status';
import { VendorAuthExpired, VendorError, VendorForbidden } from '@warmshift/vendors/contract';
import type { ActionsRepository } from './actions.repository';
import type { DeviceLeases } from './device-leases';
import { Dispatcher } from './dispatcher';
import { retryDelayRealMs } from './retry-delay';
import { Restorer } from './restorer';
import { StaleAction, type StoredAction } from './stored-action';
import { Verifier } from './verifier';

export interface ActionAdvancerOptions {
  readonly actions: ActionsRepository;
  readonly leases: DeviceLeases;
  readonly vendors: VendorConnections;
  readonly connections: ConnectionsService;
  readonly statuses: StatusService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What one step needs beside the action. */
export interface StepContext {
  readonly open: OpenConnection;
  readonly now: Instant;
}

export type Advanced = 'done' | { readonly skipped: string };

/** Tried again after this long when there is no way to reach the vendor at all (removed or disabled connection). */
const unreachableRetryMs = 60_000;

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

    const held = await this.options.leases.hold(seen.deviceId, () => this.advanceAllDue(seen));
    return held ? 'done' : { skipped: 'another worker is at this device' };
  }

  /** Also the other due actions of the device, which had to wait for the same lease. */
  private async advanceAllDue(first: StoredAction): Promise<void> {
    const tried = new Set<string>();
    let ids = [first.actionId];
    while (ids.length > 0) {
      for (const id of ids) {
        tried.add(id);
        await this.advanceOne(id);
      }
      ids = (await this.options.actions.dueOfDevice(first.deviceId, this.options.clock.now())).filter(
        (id) => !tried.has(id),
      );
    }
  }

  private async advanceOne(actionId: string): Promise<void> {
    const action = await this.options.actions.find(actionId);
    if (!action) return;
    try {
      await this.take(action, this.stepOf(action));
    } catch (error) {
      if (error instanceof StaleAction) return;
      await this.afterFailure(action, error);
    }
    await this.options.statuses.recompute([action.zoneId]);
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

  private async take(action: StoredAction, step: NextStep): Promise<void> {
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
    const context: StepContext = { open, now };
    switch (step.kind) {
      case 'dispatch':
        return this.dispatcher.dispatch(action, context);
      case 'resume':
        return this.verifier.resume(action, context);
      case 'verify':
        return this.verifier.verify(action, context, step.last);
      case 'restore':
        return this.restorer.restore(action, context);
    }
  }

  /** The vendor could not be asked, or something broke: the step is tried again, sooner for the first tries. */
  private async afterFailure(action: StoredAction, error: unknown): Promise<void> {
    const { actions, clock, connections, logger } = this.options;
    const now = clock.now();
    const fresh = (await actions.find(action.actionId)) ?? action;
    const vendorError = error instanceof VendorError ? error : undefined;
    const delayMs = retryDelayRealMs(vendorError, fresh.attempts, clock);
    if (vendorError) {
      if (isForAPerson(vendorError)) await connections.noteFailure(action.connectionId, vendorError);
      logger.debug({ actionId: action.actionId, error: vendorError.message }, 'action.step-put-off');
    } else {
      logger.error({ actionId: action.actionId, err: error }, 'action.step-failed');
    }
    const cause = error instanceof Error ? error.message : String(error);
    await actions
      .putOff(fresh, now + clock.virtualMs(delayMs), cause, now, vendorError?.words)
      .catch((problem: unknown) => {
        if (!(problem instanceof StaleAction)) throw problem;
      });
  }
}

/** One refused device is that device's matter; refused credentials are the connection's. */
function isForAPerson(error: VendorError): boolean {
  return error instanceof VendorAuthExpired || error instanceof VendorForbidden;
}
