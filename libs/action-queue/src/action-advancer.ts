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
import { Candidates } from './candidates';
import { ConnectionRun, Lanes, type Advanced, type ConnectionWork, type Turn } from './connection-run';
import type { Claimed, DeviceLease, DeviceLeases } from './device-leases';
import { Dispatcher } from './dispatcher';
import { retryDelayRealMs } from './retry-delay';
import { RestoreNotSent } from './restore-outcome';
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
  /** Actions that this process works on at once; default 256. */
  readonly mostAtOnce?: number | undefined;
}

const defaultMostAtOnce = 256;

/** What one step needs beside the action. */
export interface StepContext {
  readonly open: OpenConnection;
  readonly now: Instant;
  readonly lease: DeviceLease;
}

/** A connection that was read so lately is not read again for the next devices. Real ms. */
const openForMs = 250;

/** Tried again after this long when there is no way to reach the vendor at all (removed or disabled connection). */
const unreachableRetryMs = 60_000;

/** A claimed action and the way to its vendor. */
interface Due extends Claimed {
  readonly actionId: string;
  readonly version: number;
  readonly open: OpenConnection | undefined;
}

/**
 * Does what is due of a connection. Jobs and the reconciler both end here; calling it twice, late or from two processes is
 * harmless, because what is due is decided from Postgres while holding the device's lease.
 */
export class ActionAdvancer {
  private readonly dispatcher: Dispatcher;
  private readonly verifier: Verifier;
  private readonly restorer: Restorer;
  private readonly statusUpdates: StatusUpdates;
  private readonly lanes: Lanes;
  private readonly runs = new Map<
    string,
    { readonly run: ConnectionRun<Due>; readonly turn: Promise<Turn> }
  >();
  /** Steps at once that a connection's vendor has shown to answer. */
  private readonly widths = new Map<string, number>();
  private stopped = false;

  constructor(private readonly options: ActionAdvancerOptions) {
    this.lanes = new Lanes(options.mostAtOnce ?? defaultMostAtOnce);
    this.statusUpdates = new StatusUpdates(options.statuses, options.logger);
    this.dispatcher = new Dispatcher(options);
    this.restorer = new Restorer(options);
    this.verifier = new Verifier(options, this.dispatcher, this.restorer);
  }

  /**
   * Works until nothing of the connection is due. While this process is at it already, that work looks again and the caller
   * is not kept.
   *
   * @returns what was done; `undefined` when it is under way already.
   */
  async advance(connectionId: string): Promise<Turn | undefined> {
    if (this.runs.get(connectionId)?.run.lookAgain() === true) return undefined;
    const run = new ConnectionRun(this.workOn(connectionId), this.lanes, this.widths.get(connectionId));
    const turn = run.untilDone().finally(() => {
      if (this.runs.get(connectionId)?.run === run) this.runs.delete(connectionId);
      this.widths.set(connectionId, run.answered);
      this.statusUpdates.settle();
    });
    this.runs.set(connectionId, { run, turn });
    return turn;
  }

  /** Begins nothing new and lets what is under way come to its end; for a clean end of the process. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.allSettled([...this.runs.values()].map(({ turn }) => turn));
    await this.statusUpdates.flush();
  }

  private workOn(connectionId: string): ConnectionWork<Due> {
    const { clock, leases, vendors } = this.options;
    const candidates = new Candidates(() => leases.due(connectionId, clock.now(), Candidates.most));
    const open = lately(() => vendors.open(connectionId), openForMs);
    return {
      claim: async (limit) => {
        const actionIds = await candidates.take(limit);
        const items = actionIds.length === 0 ? [] : await this.claim(actionIds, open);
        return { items, more: candidates.left };
      },
      step: (due) => this.step(due),
      leave: ({ device }) => leases.leave(device, clock.now()),
      stopped: () => this.stopped,
    };
  }

  private async claim(
    actionIds: readonly string[],
    openConnection: () => Promise<OpenConnection | undefined>,
  ): Promise<Due[]> {
    const { clock, leases } = this.options;
    const claimed = await leases.claim(actionIds, clock.now());
    if (claimed.length === 0) return [];
    try {
      const open = await openConnection();
      return claimed.map((one) => ({
        ...one,
        actionId: one.action.actionId,
        version: one.action.version,
        open,
      }));
    } catch (error) {
      await Promise.allSettled(claimed.map(({ device }) => leases.leave(device, clock.now())));
      throw error;
    }
  }

  private async step(due: Due): Promise<Advanced> {
    const { action } = due;
    const step = this.stepOf(action);
    if (step.kind === 'done' || step.kind === 'wait') return { skipped: 'nothing is due' };
    const askedAt = this.options.clock.now();
    let outcome: Advanced = 'done';
    try {
      await this.take(due, step);
    } catch (error) {
      if (error instanceof StaleAction) return 'done';
      await this.afterFailure(action, error, askedAt);
      if (isAway(error)) outcome = { skipped: 'the vendor does not answer', vendorAway: true };
    }
    this.statusUpdates.add(action.zoneId);
    return outcome;
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

  private async take({ action, device: lease, open }: Due, step: NextStep): Promise<void> {
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
    const notSent = error instanceof RestoreNotSent;
    const problem = notSent ? error.why : error;
    const vendorError = problem instanceof VendorError ? problem : undefined;
    // One refused device is that device's matter; refused credentials are the connection's.
    if (vendorError instanceof VendorAuthExpired)
      await connections.noteFailure(action.connectionId, vendorError, askedAt);
    if (vendorError)
      logger.debug({ actionId: action.actionId, error: vendorError.message }, 'action.step-put-off');
    else logger.error({ actionId: action.actionId, err: problem }, 'action.step-failed');

    const fresh = (await actions.find(action.actionId)) ?? action;
    const wantedToEnd = fresh.endRequestedAt !== undefined && action.endRequestedAt === undefined;
    if (isFinal(fresh.state) || wantedToEnd) return;
    const delayMs = retryDelayRealMs(vendorError, fresh.attempts, clock);
    const cause = problem instanceof Error ? problem.message : String(problem);
    const dueAt = now + clock.virtualMs(delayMs);
    await actions
      .putOff(notSent ? error.withoutTry(fresh) : fresh, dueAt, cause, now, vendorError?.words)
      .catch((stale: unknown) => {
        if (!(stale instanceof StaleAction)) throw stale;
      });
  }
}

function isAway(failure: unknown): boolean {
  const error = failure instanceof RestoreNotSent ? failure.why : failure;
  return error instanceof VendorUnavailable && !(error instanceof DeviceUnreachable);
}

/** The answer of `ask`, which is asked again once the last answer is older than `forMs` of real time. */
function lately<T>(ask: () => Promise<T>, forMs: number): () => Promise<T> {
  let answer: { readonly value: T; readonly at: number } | undefined;
  return async () => {
    if (answer === undefined || performance.now() - answer.at > forMs)
      answer = { value: await ask(), at: performance.now() };
    return answer.value;
  };
}
