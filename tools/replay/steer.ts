import {
  assess,
  eventAfterRestore,
  isFinal,
  localDayOf,
  nextStep,
  runHeating,
  setpointFor,
  transition,
  type ActionEvent,
  type Instant,
} from '@warmshift/domain';
import type { DeviceRef, Steering, SteeringIntent, VendorManifest } from '@warmshift/vendors/contract';
import type { MemoryFleet, ReplayDevice } from './memory-fleet';
import type { ReplayAction } from './replay-action';

export interface SteerCounts {
  sent: number;
  seenActive: number;
  restored: number;
  failed: number;
  /** Of those sent: planned disinfection runs. */
  disinfections: number;
  /** Never sent, by code. */
  readonly skipped: Record<string, number>;
}

const askAgainMs = 60_000;
/** Reasons for which the dispatcher waits inside the window. */
const passing: ReadonlySet<string> = new Set([
  'OFFLINE',
  'STALE_DATA',
  'IN_ACTIVE_ACTION',
  'MIN_RUN_TIME',
  'VENDOR_NOT_STEERABLE',
]);

/**
 * The life of actions: `nextStep` says what is due, `assess` is asked again before sending, `transition` moves, and the NOX adapter
 * talks HTTP to the sandbox's cloud. Nobody turns a dial in a replay, so active actions are not watched for it.
 */
export class Steer {
  readonly counts: SteerCounts = {
    sent: 0,
    seenActive: 0,
    restored: 0,
    failed: 0,
    disinfections: 0,
    skipped: {},
  };

  constructor(
    private readonly fleet: MemoryFleet,
    private readonly steering: Steering,
    private readonly times: NonNullable<VendorManifest['steering']>,
  ) {}

  /** Does what is due now, device by device. */
  async advance(now: Instant): Promise<void> {
    for (const device of this.fleet.devices.values()) {
      if (device.actions.length === 0) continue;
      for (const action of [...device.actions]) {
        if (now >= action.dueAt) await this.step(device, action, now);
      }
    }
  }

  get live(): number {
    let count = 0;
    for (const device of this.fleet.devices.values()) count += device.actions.length;
    return count;
  }

  private async step(device: ReplayDevice, action: ReplayAction, now: Instant): Promise<void> {
    const next = nextStep({ ...action, ...this.times }, now);
    switch (next.kind) {
      case 'dispatch':
        return this.dispatch(device, action, now);
      case 'verify':
        return this.verify(device, action, next.last, now);
      case 'restore':
        return this.restore(device, action, now);
      case 'skip':
        return this.apply(device, action, { kind: 'skipped', code: next.code }, now);
      case 'resume':
      case 'cancel':
        throw new Error(`Nothing in a replay leads to ${next.kind}.`);
      case 'wait':
        action.dueAt = next.until;
        return;
      case 'done':
    }
  }

  private async dispatch(device: ReplayDevice, action: ReplayAction, now: Instant): Promise<void> {
    const { actionId, direction, purpose, startsAt, endsAt } = action;
    const question = { startsAt: Math.max(now, startsAt), exceptActionId: actionId };
    const { facts } = this.fleet.context(action.zoneId, now, question);
    const ownDay = localDayOf(question.startsAt, facts.timeZone) === action.cycleDay;
    const cyclesReserved = ownDay ? action.cyclesReserved : undefined;
    const asked = assess(facts, now, { direction, purpose, span: { startsAt, endsAt }, cyclesReserved });
    const limitC =
      purpose === 'disinfection'
        ? runHeating(facts, endsAt - question.startsAt)?.limitC
        : setpointFor({ direction, facts });
    if (!asked.canActivate || limitC === undefined) {
      const code = asked.canActivate ? 'NO_HEADROOM' : asked.code;
      if (passing.has(code) && now + askAgainMs < endsAt) putOff(action, now + askAgainMs);
      else this.apply(device, action, { kind: 'skipped', code }, now);
      return;
    }
    action.limitC = limitC;
    const snapshot = await this.steering.readState(refOf(device), 'steer');
    const decision = this.steering.commandFor(this.intentOf(device, action, true), snapshot, now);
    if (decision.kind === 'refuse')
      return this.apply(device, action, { kind: 'skipped', code: 'NO_HEADROOM' }, now);
    action.snapshot = snapshot;
    action.command = decision.command;
    this.apply(device, action, { kind: 'dispatch_started' }, now);
    await this.steering.send(refOf(device), decision.command, 'steer');
    action.sentAt = now;
    this.fleet.find(action.zoneId).zone.sentActions.push(now);
    this.counts.sent += 1;
    if (purpose === 'disinfection') this.counts.disinfections += 1;
    device.sent.push({
      zone: facts.zone,
      direction,
      startsAt,
      endsAt,
      cycles: {
        cost: action.cyclesReserved,
        observed: facts.cycles?.observedToday,
        kept: facts.cycles?.ownNeedsReserve,
      },
    });
    this.apply(device, action, { kind: 'command_sent' }, now);
  }

  private async verify(
    device: ReplayDevice,
    action: ReplayAction,
    last: boolean,
    now: Instant,
  ): Promise<void> {
    const state = await this.steering.readState(refOf(device), 'steer');
    const comparison = this.steering.compare(action.command!, action.snapshot!, state, now);
    if (comparison === 'applied') {
      this.apply(device, action, { kind: 'confirmed' }, now);
      action.activeAt = now;
      putOff(action, action.endsAt);
      this.counts.seenActive += 1;
    } else if (last && comparison !== 'pending') this.apply(device, action, { kind: 'not_applied' }, now);
    else putOff(action, now + askAgainMs);
  }

  private async restore(device: ReplayDevice, action: ReplayAction, now: Instant): Promise<void> {
    if (action.state !== 'RESTORING') this.apply(device, action, { kind: 'restore_started' }, now);
    const state = await this.steering.readState(refOf(device), 'restore');
    const intent = this.intentOf(device, action, false);
    const decision = this.steering.restoreFor(intent, action.command!, action.snapshot!, state, now);
    if (decision.kind === 'restored') {
      const sawOurs = action.activeAt !== undefined || action.restoreSentAt !== undefined;
      return this.apply(device, action, eventAfterRestore({ sawOurs, code: action.code }), now);
    }
    if (decision.kind === 'overridden') return this.apply(device, action, { kind: 'overridden' }, now);
    putOff(action, now + askAgainMs);
    if (action.restoreSentAt !== undefined && now < action.restoreSentAt + this.times.readBackUntilMs) return;
    await this.steering.send(refOf(device), decision.command, 'restore');
    action.restoreSentAt = now;
  }

  private apply(device: ReplayDevice, action: ReplayAction, event: ActionEvent, now: Instant): void {
    const moved = transition(action.state, event);
    if (!moved.ok) throw new Error(`${action.actionId}: ${moved.reason}`);
    action.state = moved.to;
    action.code = moved.code ?? action.code;
    action.nextTryAt = undefined;
    action.dueAt = now;
    if (isFinal(moved.to)) this.settle(device, action, now);
  }

  /** What the end of an action gives back, as in the service. */
  private settle(device: ReplayDevice, action: ReplayAction, now: Instant): void {
    device.actions.splice(device.actions.indexOf(action), 1);
    if (action.activeAt === undefined) this.fleet.giveBack(device, action.cycleDay, action.cyclesReserved);
    const { zone } = this.fleet.find(action.zoneId);
    if (action.sentAt !== undefined) zone.lastActionEndedAt = now;
    if (action.purpose === 'disinfection') {
      zone.tries.push({ startsAt: action.startsAt, sent: action.sentAt !== undefined });
      if (action.state !== 'RESTORED') zone.planned = undefined;
    }
    if (action.state === 'RESTORED') this.counts.restored += 1;
    else if (action.state === 'SKIPPED') {
      const code = action.code ?? 'UNKNOWN';
      this.counts.skipped[code] = (this.counts.skipped[code] ?? 0) + 1;
    } else this.counts.failed += 1;
  }

  private intentOf(device: ReplayDevice, action: ReplayAction, withOwn: boolean): SteeringIntent {
    const holds = (other: ReplayAction) =>
      other === action ? withOwn : ['DISPATCHING', 'SENT', 'ACTIVE'].includes(other.state);
    const zoneOf = (other: ReplayAction) => this.fleet.find(other.zoneId).zone.stored.kind;
    return {
      actionId: action.actionId,
      zone: zoneOf(action),
      direction: action.direction,
      span: { startsAt: action.startsAt, endsAt: action.endsAt },
      limitC: action.limitC ?? Number.NaN,
      deviceSpans: device.actions.filter(holds).map((other) => ({
        zone: zoneOf(other),
        direction: other.direction,
        span: { startsAt: other.startsAt, endsAt: other.endsAt },
      })),
      lastRestore: action.restoreSentAt === undefined ? undefined : 'sent',
    };
  }
}

function refOf({ deviceId }: ReplayDevice): DeviceRef {
  return { vendorDeviceId: deviceId, kind: 'heat_pump' };
}

function putOff(action: ReplayAction, until: Instant): void {
  action.nextTryAt = until;
  action.dueAt = until;
}
