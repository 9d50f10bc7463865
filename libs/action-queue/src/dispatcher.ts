import { Batch } from '@warmshift/db';
import type { Instant, StatusCode, ZoneFacts } from '@warmshift/domain';
import { minuteMs, runHeating, setpointFor } from '@warmshift/domain';
import type { DispatchAnswer } from '@warmshift/steerable-status';
import {
  VendorForbidden,
  VendorNotFound,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import type { ActionAdvancerOptions, StepContext } from './action-advancer';
import type { DeviceLease } from './device-leases';
import { intentOf, liveSpanOf } from './intent';
import { StaleAction, type StoredAction } from './stored-action';

/** Reasons that may go away inside the window: the action waits for them and then goes out shortened. */
const passing: ReadonlySet<StatusCode> = new Set<StatusCode>([
  'OFFLINE',
  'STALE_DATA',
  'IN_ACTIVE_ACTION',
  'MIN_RUN_TIME',
  'VENDOR_NOT_STEERABLE',
]);

const askAgainMs = minuteMs;

/** PLANNED to SENT: asks the rules once more, saves the snapshot, sends the command. In this order. */
export class Dispatcher {
  private readonly assessments: Batch<StoredAction, DispatchAnswer>;

  constructor(private readonly options: ActionAdvancerOptions) {
    const { clock, statuses } = options;
    this.assessments = new Batch((actions) => statuses.assessAllForDispatch(actions, clock.now()));
  }

  async dispatch(action: StoredAction, context: StepContext): Promise<void> {
    const { actions, clock } = this.options;
    const { steering } = context.open.adapter;
    const asked = await this.assessments.add(action);
    if (!asked.assessment.canActivate) return this.refused(action, asked.assessment, context.now);
    if (!steering) {
      return this.skip(action, 'NO_VENDOR_CONTROL', 'The vendor documents no way to steer this device.');
    }
    const limitC = asked.facts && limitOf(action, asked.facts, context.now);
    if (limitC === undefined) {
      return this.skip(action, 'NO_HEADROOM', 'No setpoint that the rules allow would change anything.');
    }
    const intent = intentOf({ ...action, limitC }, [...asked.otherSpans, liveSpanOf(action)]);
    const snapshot = await steering.readState(action.device, 'steer');
    const now = clock.now();
    const decision = steering.commandFor(intent, snapshot, now);
    if (decision.kind === 'refuse') return this.skip(action, 'NO_HEADROOM', decision.reason);
    if (now >= action.endsAt) return actions.reschedule(action, now, now);
    const saved = await actions.apply(
      action,
      {
        event: { kind: 'dispatch_started' },
        patch: { limitC, snapshot, command: decision.command, attempts: 0, dueAt: now + askAgainMs },
      },
      now,
    );
    if (clock.now() < action.endsAt && context.lease.held()) await this.sendNow(saved, context);
  }

  /**
   * For an action whose snapshot is saved and whose command is not on the device: the rules are asked again, for it may
   * have been interrupted for long.
   */
  async resume(action: StoredAction, context: StepContext): Promise<void> {
    const { actions, clock } = this.options;
    const { assessment } = await this.assessments.add(action);
    const now = clock.now();
    if (assessment.canActivate) return this.send(action, context);
    const { code, reason } = assessment;
    if (passing.has(code) && now + askAgainMs < action.endsAt)
      return actions.reschedule(action, now + askAgainMs, now);
    await actions.apply(
      action,
      {
        event: { kind: 'not_applied', code },
        patch: { reason, dueAt: now, attempts: 0 },
        cause: reason,
      },
      now,
    );
  }

  private refused(
    action: StoredAction,
    { code, reason }: { readonly code: StatusCode; readonly reason: string },
    now: Instant,
  ): Promise<void> {
    const waits = passing.has(code) && now + askAgainMs < action.endsAt;
    if (waits) return this.options.actions.reschedule(action, now + askAgainMs, now);
    return this.skip(action, code, reason);
  }

  private async skip(action: StoredAction, code: StatusCode, reason: string): Promise<void> {
    await this.options.actions.apply(
      action,
      { event: { kind: 'skipped', code }, patch: { reason }, cause: reason },
      this.options.clock.now(),
    );
  }

  /** Sends the saved command. The caller has made sure that it is not on the device. */
  async send(action: StoredAction, context: StepContext): Promise<void> {
    await this.lastLook(action, context.lease);
    await this.sendNow(action, context);
  }

  /** Right after a look at the stored action, or a write that found it unchanged. */
  private async sendNow(action: StoredAction, { open }: StepContext): Promise<void> {
    const { actions, clock } = this.options;
    const { steering } = open.adapter;
    if (!steering || !action.command) throw new Error(`Action ${action.actionId} has nothing to send.`);
    const command = steering.commandSchema.parse(action.command);
    try {
      const receipt = await steering.send(action.device, command, 'steer');
      await this.noteSent(action, open, receipt.words, `The vendor answered: ${receipt.outcome}.`);
    } catch (error) {
      if (
        error instanceof VendorRejected ||
        error instanceof VendorNotFound ||
        error instanceof VendorForbidden
      ) {
        const code = error instanceof VendorNotFound ? 'DEVICE_GONE' : 'VENDOR_REJECTED';
        await actions.apply(
          action,
          // A vendor that needs several writes may have taken some of them: the comparison of the restore decides.
          {
            event: { kind: 'not_applied', code },
            patch: { dueAt: clock.now(), attempts: 0 },
            cause: error.message,
            words: error.words,
          },
          clock.now(),
        );
        return;
      }
      if (error instanceof VendorUnavailable && error.sent) {
        await this.noteSent(action, open, error.words, `No answer (${error.message}); it may have arrived.`);
        return;
      }
      throw error;
    }
  }

  /** Right before a write: a stop, another worker or the end of the window may have come while the vendor was read. */
  private async lastLook(action: StoredAction, lease: DeviceLease): Promise<void> {
    const { actions, clock } = this.options;
    if (!(await actions.isFresh(action)) || !lease.held()) throw new StaleAction(action.actionId);
    if (clock.now() < action.endsAt) return;
    await actions.reschedule(action, clock.now(), clock.now());
    throw new StaleAction(action.actionId);
  }

  /** Told in any case: when somebody asked the action to end meanwhile, the write is noted on the newer row. */
  private async noteSent(
    action: StoredAction,
    open: StepContext['open'],
    words: string | undefined,
    cause: string,
  ): Promise<void> {
    try {
      await this.recordSent(action, open, words, cause);
    } catch (error) {
      if (!(error instanceof StaleAction)) throw error;
      const fresh = await this.options.actions.find(action.actionId);
      if (fresh?.state !== action.state || fresh.endRequestedAt === undefined) throw error;
      await this.recordSent(fresh, open, words, cause);
    }
  }

  private async recordSent(
    action: StoredAction,
    open: StepContext['open'],
    words: string | undefined,
    cause: string,
  ): Promise<void> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const readBackAfterMs = open.manifest.steering?.readBackAfterMs ?? minuteMs;
    const dueAt = action.endRequestedAt === undefined ? firstReadBackAt(action, now, readBackAfterMs) : now;
    const patch = { sentAt: now, dueAt, attempts: 0 };
    if (action.state === 'DISPATCHING') {
      await actions.apply(action, { event: { kind: 'command_sent' }, patch, cause, words }, now);
    } else {
      await actions.note(action, { event: 'sent_again', patch, cause, words }, now);
    }
  }
}

/**
 * The temperature to which the action may go, °C, by the rules and the campaign's own limit: a disinfection run's is the one
 * that its profile asks for.
 */
function limitOf(
  { direction, endsAt, maxOffsetK, purpose, startsAt }: StoredAction,
  facts: ZoneFacts,
  now: Instant,
): number | undefined {
  if (purpose === 'disinfection') return runHeating(facts, endsAt - Math.max(now, startsAt))?.limitC;
  const maxDeltaK = Math.min(facts.comfort.maxDeltaK, maxOffsetK ?? Infinity);
  return setpointFor({ direction, facts: { ...facts, comfort: { ...facts.comfort, maxDeltaK } } });
}

/** A vendor that keeps the time itself shows nothing before the start. */
function firstReadBackAt(action: StoredAction, sentAt: Instant, readBackAfterMs: number): Instant {
  return Math.max(sentAt, action.startsAt) + readBackAfterMs;
}
