import type { Instant, ZoneKind } from '@warmshift/domain';
import { minuteMs, slotMs, zoneKinds } from '@warmshift/domain';
import type {
  CommandDecision,
  Comparison,
  RestoreDecision,
  SteeringIntent,
} from '@warmshift/vendors/contract';
import { z } from 'zod';
import { covers, quarterAtOrAfter, slotsPerSchedule, steeredSpans, steeredSpanSchema } from './schedule';
import type { WireSteerableStatus, WireZoneStatus } from './wire';

const zoneStateSchema = z.object({
  canActivate: z.boolean(),
  inActiveAction: z.boolean(),
  reason: z.string().optional(),
});

/** NOX has no read-back of a schedule: whether a zone is in an action is all that can be seen of it. */
export const stateSchema = z.object({
  /** When the schedule starts that we sent last. Until then NOX may show the old one or none. */
  scheduleStartsAt: z.number().optional(),
  steeringEnabled: z.boolean().optional(),
  steerable: z.boolean().optional(),
  DHW: zoneStateSchema.optional(),
  room: zoneStateSchema.optional(),
});
export type NoxState = z.output<typeof stateSchema>;

/** The whole schedule of a device, in absolute time: which quarters it covers when it is sent follows from then. */
export const commandSchema = z.object({
  spans: z.array(steeredSpanSchema),
  /** The part that is this action's; absent in a restore. */
  own: z.object({ zone: z.enum(zoneKinds), startsAt: z.number(), endsAt: z.number() }).optional(),
});
export type NoxCommand = z.output<typeof commandSchema>;

/** So long after its start a schedule may not show yet. */
const settleMs = minuteMs;

/** Said where the unpublished schedule body may not be used. */
export const notAllowed =
  'NOX has not published the body of its schedule call; switch on allowUnpublishedSchedule for this connection to steer with a proposal of it.';

/** Said where a command can no longer do anything. */
export const tooLate =
  'No whole quarter hour of the window can be steered any more: NOX starts and ends on quarter hours, at most a day ahead.';

export function stateOf(status: WireSteerableStatus, scheduleStartsAt: Instant | undefined): NoxState {
  return {
    scheduleStartsAt,
    steeringEnabled: status.steering_enabled,
    steerable: status.steerable,
    DHW: zoneStateOf(status.DHW?.status),
    room: zoneStateOf(status.room?.status),
  };
}

function zoneStateOf(status: WireZoneStatus | undefined): z.output<typeof zoneStateSchema> | undefined {
  if (status === undefined) return undefined;
  return {
    canActivate: status.can_activate_action,
    inActiveAction: status.in_active_action,
    reason: status.reason,
  };
}

/** The schedule of all spans of the device, when at least one quarter of this action's can still be steered. */
export function commandFor(
  intent: SteeringIntent,
  state: NoxState,
  now: Instant,
  reachMs: number,
): CommandDecision {
  const objection = objectionTo(intent, state, now);
  if (objection !== undefined) return { kind: 'refuse', reason: objection };
  const { zone, direction, span } = intent;
  const others = intent.deviceSpans.filter((other) => !isOwn(intent, other));
  const spans = steeredSpans([...others, { zone, direction, span }]);
  const first = quarterAtOrAfter(Math.max(span.startsAt, now + reachMs));
  const last = quarterAtOrAfter(now + reachMs) + slotsPerSchedule * slotMs;
  const own = spans.find(
    (steered) => steered.zone === zone && steered.startsAt < span.endsAt && steered.endsAt > first,
  );
  const startsAt = Math.max(first, own?.startsAt ?? first);
  const endsAt = Math.min(span.endsAt, own?.endsAt ?? first, last);
  if (endsAt - startsAt < slotMs) {
    return { kind: 'refuse', reason: tooLate };
  }
  const wholeEndsAt = startsAt + Math.floor((endsAt - startsAt) / slotMs) * slotMs;
  return { kind: 'command', command: { spans, own: { zone, startsAt, endsAt: wholeEndsAt } } };
}

/**
 * Before its first quarter and after its last an action cannot be seen at NOX, nor for sure between the sending of
 * another schedule (of an action on the other zone) and the quarter in which that starts.
 */
export function compare(command: NoxCommand, state: NoxState, now: Instant): Comparison {
  const { own, spans } = command;
  if (own === undefined) {
    const strange = zoneKinds.some((zone) => isActive(state, zone) && !steeredNow(spans, zone, now));
    return strange ? 'pending' : 'applied';
  }
  if (!covers(own, now)) return 'pending';
  const since = Math.max(own.startsAt, state.scheduleStartsAt ?? own.startsAt);
  if (isActive(state, own.zone)) return 'applied';
  return now < since + settleMs ? 'pending' : 'not_applied';
}

/**
 * At least one schedule without the action is always written, also when its quarters are over: as long as the old
 * one exists, the failsafe heats the tank only below about 42 °C. After that it is restored once the zone shows
 * no action that the other spans do not explain. Whether one in doubt arrived can be seen only during the quarters that
 * the old schedule would steer; without that it is written once more.
 */
export function restoreFor(
  intent: SteeringIntent,
  command: NoxCommand,
  state: NoxState,
  now: Instant,
): RestoreDecision {
  const spans = steeredSpans(intent.deviceSpans.filter((other) => !isOwn(intent, other)));
  const still = isActive(state, intent.zone) && !steeredNow(spans, intent.zone, now);
  const arrived =
    intent.lastRestore === 'sent' || (intent.lastRestore === 'in_doubt' && showsItsEnd(command, state, now));
  return arrived && !still ? { kind: 'restored' } : { kind: 'write', command: { spans } };
}

/** The zone is in no action although the schedule of the command, if it were still there, would put it into one now. */
function showsItsEnd({ own }: NoxCommand, state: NoxState, now: Instant): boolean {
  if (own === undefined || !covers(own, now) || now < own.startsAt + settleMs) return false;
  if (state.steeringEnabled === false || state.steerable === false) return false;
  return state[own.zone]?.inActiveAction === false;
}

function objectionTo(intent: SteeringIntent, state: NoxState, now: Instant): string | undefined {
  const { zone } = intent;
  if (state.steeringEnabled === false) return 'NOX says that steering is not enabled for this device.';
  if (state.steerable === false) return 'NOX says that this device cannot be steered now.';
  const zoneState = state[zone];
  if (zoneState === undefined) return `NOX states nothing about the ${zone} zone of this device.`;
  const known = [intent, ...intent.deviceSpans].some(
    (other) => other.zone === zone && covers(other.span, now),
  );
  if (zoneState.inActiveAction)
    return known ? undefined : `NOX says that the ${zone} zone is in an action that is not ours.`;
  return zoneState.canActivate
    ? undefined
    : (zoneState.reason ?? `NOX takes no action for the ${zone} zone now.`);
}

function isOwn(intent: SteeringIntent, other: SteeringIntent['deviceSpans'][number]): boolean {
  return (
    other.zone === intent.zone &&
    other.direction === intent.direction &&
    other.span.startsAt === intent.span.startsAt &&
    other.span.endsAt === intent.span.endsAt
  );
}

function isActive(state: NoxState, zone: ZoneKind): boolean {
  return state[zone]?.inActiveAction === true;
}

function steeredNow(spans: NoxCommand['spans'], zone: ZoneKind, now: Instant): boolean {
  return spans.some((span) => span.zone === zone && covers(span, now));
}
