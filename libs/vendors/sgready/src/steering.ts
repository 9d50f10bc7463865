import type { Instant } from '@warmshift/domain';
import { defaultComfortLimits, defaultCoolingKPerH, dhwFloorMarginK, hourMs } from '@warmshift/domain';
import type {
  CommandDecision,
  Comparison,
  RestoreDecision,
  SteeringIntent,
} from '@warmshift/vendors/contract';
import { z } from 'zod';
import { maxSpanMs } from './manifest';
import { localReason } from './mapping';
import type { WireDevice, WireState } from './wire';

const mode = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
const override = z.object({ mode, until: z.number() });

/** What the device holds, as far as steering needs it. Saved as the action's snapshot. */
export const savedStateSchema = z.object({
  steeringAllowed: z.boolean().optional(),
  localMode: mode.optional(),
  override: override.optional(),
  /** Somebody changed something at the device then. */
  userChangedAt: z.number().optional(),
  roomC: z.number().optional(),
  raisedSetpointC: z.number().optional(),
  tankC: z.number().optional(),
  disinfecting: z.boolean().optional(),
});
export type SgReadyState = z.output<typeof savedStateSchema>;

/** `override` absent: end it. */
export const commandSchema = z.object({ override: override.optional() });
export type SgReadyCommand = z.output<typeof commandSchema>;

/** The state of a device; `undefined` when it does not say whether there is an override: nothing could be compared. */
export function stateOf(
  device: Pick<WireDevice, 'steering_allowed'>,
  wire: WireState,
): SgReadyState | undefined {
  if (wire.override === undefined) return undefined;
  return {
    steeringAllowed: device.steering_allowed,
    localMode: wire.local_sg_ready,
    override: wire.override ?? undefined,
    userChangedAt: wire.user_changed_at,
    roomC: wire.room_temperature,
    raisedSetpointC: wire.raised_room_setpoint,
    tankC: wire.tank_temperature,
    disinfecting: wire.disinfecting,
  };
}

/**
 * State 1 to decrease, 3 to increase, until the end of the action; then the device ends it by itself. Refused for a span
 * above two hours, over another override, and where the home would get colder or warmer than the rules allow.
 */
export function commandFor(intent: SteeringIntent, state: SgReadyState, now: Instant): CommandDecision {
  const { endsAt } = intent.span;
  const durationMs = endsAt - now;
  const reason =
    spanReason(intent, durationMs) ??
    ownReason(state) ??
    (intent.direction === 'decrease' ? coldReason(intent, state, durationMs) : warmReason(intent, state));
  if (reason !== undefined) return { kind: 'refuse', reason };
  return {
    kind: 'command',
    command: { override: { mode: intent.direction === 'decrease' ? 1 : 3, until: endsAt } },
  };
}

/** A change by hand ends an override at once, so a gone one is told from one that never came by who was there. */
export function compare(command: SgReadyCommand, snapshot: SgReadyState, state: SgReadyState): Comparison {
  if (sameOverride(command, state)) return 'applied';
  return state.override !== undefined || changedByHand(snapshot, state) ? 'changed' : 'not_applied';
}

/** Ends the override that is ours. Nothing to do when it has ended by itself. */
export function restoreFor(
  command: SgReadyCommand,
  snapshot: SgReadyState,
  state: SgReadyState,
): RestoreDecision {
  if (sameOverride(command, state)) return { kind: 'write', command: {} };
  if (state.override !== undefined) {
    const until = new Date(state.override.until).toISOString();
    return {
      kind: 'overridden',
      what: `another override holds SG-Ready state ${state.override.mode} until ${until}`,
    };
  }
  if (changedByHand(snapshot, state))
    return { kind: 'overridden', what: 'somebody changed the device by hand' };
  return { kind: 'restored' };
}

function sameOverride({ override: ours }: SgReadyCommand, { override: shown }: SgReadyState): boolean {
  if (ours === undefined) return shown === undefined;
  // A controller may keep whole seconds only.
  return shown?.mode === ours.mode && Math.abs(shown.until - ours.until) < 1000;
}

function changedByHand(before: SgReadyState, now: SgReadyState): boolean {
  return now.userChangedAt !== undefined && now.userChangedAt !== before.userChangedAt;
}

/** What the device or its owner has against it, whatever the action. */
function ownReason(state: SgReadyState): string | undefined {
  if (state.steeringAllowed === false) return 'The owner of the device allows no steering.';
  if (state.override !== undefined)
    return 'Another override is in force; it could not be given back as it was.';
  return localReason({ local_sg_ready: state.localMode, disinfecting: state.disinfecting });
}

function spanReason({ span }: SteeringIntent, durationMs: number): string | undefined {
  if (durationMs <= 0) return 'The action is over already.';
  if (span.endsAt - span.startsAt <= maxSpanMs && durationMs <= maxSpanMs) return undefined;
  return 'SG-Ready allows two hours at most.';
}

/** A locked heat pump holds no temperature: room and tank must stay warm enough by what they have stored. */
function coldReason({ limitC }: SteeringIntent, state: SgReadyState, durationMs: number): string | undefined {
  const hours = durationMs / hourMs;
  const neededRoomC = limitC + defaultCoolingKPerH.room * hours;
  if (state.roomC === undefined)
    return 'The temperature of the room is not reported, so it cannot be locked safely.';
  if (state.roomC < neededRoomC)
    return `The room is at ${state.roomC} °C; so long a lock needs ${rounded(neededRoomC)} °C, so as to stay above ${limitC} °C.`;
  const neededTankC = defaultComfortLimits.dhwFloorC + dhwFloorMarginK + defaultCoolingKPerH.DHW * hours;
  if (state.tankC !== undefined && state.tankC < neededTankC)
    return `The tank is at ${state.tankC} °C; so long a lock needs ${rounded(neededTankC)} °C.`;
  return undefined;
}

/** How far state 3 heats is the installer's choice: it must be known, and within what the rules allow. */
function warmReason({ limitC }: SteeringIntent, { raisedSetpointC }: SgReadyState): string | undefined {
  if (raisedSetpointC === undefined) return 'The device does not say to what temperature state 3 would heat.';
  if (raisedSetpointC <= limitC) return undefined;
  return `State 3 would heat the room to ${raisedSetpointC} °C; ${limitC} °C is allowed.`;
}

function rounded(celsius: number): number {
  return Math.round(celsius * 10) / 10;
}
