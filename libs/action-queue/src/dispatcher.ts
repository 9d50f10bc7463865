import type { Instant, StatusCode } from '@warmshift/domain';
import { minuteMs, setpointFor } from '@warmshift/domain';
import {
  VendorForbidden,
  VendorNotFound,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import type { ActionAdvancerOptions, StepContext } from './action-advancer';
import type { LiveSpan } from './actions.repository';
import { intentOf, liveSpanOf } from './intent';
import type { StoredAction } from './stored-action';

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
  constructor(private readonly options: ActionAdvancerOptions) {}

  async dispatch(action: StoredAction, { open, now }: StepContext): Promise<void> {
    const { actions, statuses } = this.options;
    const asked = await statuses.assessForDispatch(action, now);
    if (!asked.assessment.canActivate) {
      const { code, reason } = asked.assessment;
      if (passing.has(code) && now + askAgainMs < action.endsAt) {
        await actions.reschedule(action, now + askAgainMs, now);
      } else {
        await actions.apply(
          action,
          { event: { kind: 'skipped', code }, patch: { reason }, cause: reason },
          now,
        );
      }
      return;
    }
    const { steering } = open.adapter;
    if (!steering) {
      const reason = 'The vendor documents no way to steer this device.';
      await actions.apply(
        action,
        { event: { kind: 'skipped', code: 'NO_VENDOR_CONTROL' }, patch: { reason }, cause: reason },
        now,
      );
      return;
    }
    const limitC = setpointFor({ direction: action.direction, facts: asked.facts });
    if (limitC === undefined) {
      const reason = 'No setpoint that the rules allow would change anything.';
      await actions.apply(
        action,
        { event: { kind: 'skipped', code: 'NO_HEADROOM' }, patch: { reason }, cause: reason },
        now,
      );
      return;
    }
    const intent = intentOf({ ...action, limitC }, await spansWith(action, actions));
    const snapshot = await steering.readState(action.device, 'steer');
    const decision = steering.commandFor(intent, snapshot, this.options.clock.now());
    if (decision.kind === 'refuse') {
      await actions.apply(
        action,
        {
          event: { kind: 'skipped', code: 'NO_HEADROOM' },
          patch: { reason: decision.reason },
          cause: decision.reason,
        },
        now,
      );
      return;
    }
    const saved = await actions.apply(
      action,
      {
        event: { kind: 'dispatch_started' },
        patch: { limitC, snapshot, command: decision.command, attempts: 0, dueAt: now + askAgainMs },
      },
      now,
    );
    await this.send(saved, { open, now });
  }

  /** Sends the saved command. The caller has made sure that it is not on the device and that the window is open. */
  async send(action: StoredAction, { open }: StepContext): Promise<void> {
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

  private async noteSent(
    action: StoredAction,
    open: StepContext['open'],
    words: string | undefined,
    cause: string,
  ): Promise<void> {
    const { actions, clock } = this.options;
    const now = clock.now();
    const dueAt = firstReadBackAt(action, now, open.manifest.steering?.readBackAfterMs ?? minuteMs);
    if (action.state === 'DISPATCHING') {
      await actions.apply(
        action,
        { event: { kind: 'command_sent' }, patch: { sentAt: now, dueAt, attempts: 0 }, cause, words },
        now,
      );
    } else {
      await actions.note(
        action,
        { event: 'sent_again', patch: { sentAt: now, dueAt, attempts: 0 }, cause, words },
        now,
      );
    }
  }
}

/** A vendor that keeps the time itself shows nothing before the start. */
function firstReadBackAt(action: StoredAction, sentAt: Instant, readBackAfterMs: number): Instant {
  return Math.max(sentAt, action.startsAt) + readBackAfterMs;
}

/** What the device's schedule must hold once this action is on it. */
async function spansWith(
  action: StoredAction,
  actions: ActionAdvancerOptions['actions'],
): Promise<LiveSpan[]> {
  const others = (await actions.liveSpans(action.deviceId)).filter(
    (span) => span.actionId !== action.actionId,
  );
  return [...others, liveSpanOf(action)];
}
