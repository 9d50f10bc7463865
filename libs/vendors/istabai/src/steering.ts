import type { Instant } from '@warmshift/domain';
import type {
  CommandDecision,
  Comparison,
  RestoreDecision,
  SteeringIntent,
} from '@warmshift/vendors/contract';
import { z } from 'zod';
import { stepC, writableMode, writableModes } from './mapping';
import type { WritableMode } from './mapping';
import type { WireHome, WireRoom } from './wire';

/** Two setpoints closer than this are the same one (K). */
const toleranceK = 0.1;
const rounding = 1e-6;

/** What a room and its home hold, as far as steering needs it. */
export const stateSchema = z.object({
  /** The vendor's word for the mode that is active. */
  mode: z.string().optional(),
  nextMode: z.object({ mode: z.string(), startsAt: z.number(), enabled: z.boolean() }).optional(),
  setpointsC: z.object({ DAY: z.number(), NIGHT: z.number(), ECO: z.number() }),
  minC: z.number().optional(),
  maxC: z.number().optional(),
  readOnly: z.boolean().optional(),
  faulty: z.boolean().optional(),
  water: z.boolean(),
});
export type IstabaiState = z.output<typeof stateSchema>;

/** One `rooms.set_temperature` call per entry. */
export const commandSchema = z.object({
  writes: z.array(z.object({ mode: z.enum(writableModes), temperatureC: z.number() })).min(1),
});
export type IstabaiCommand = z.output<typeof commandSchema>;

/** The state of a room; `undefined` when one of the three setpoints is missing, because then there is no way back. */
export function stateOf(room: WireRoom, home: WireHome): IstabaiState | undefined {
  const { day, night, eco } = room.set_temperature ?? {};
  if (day === undefined || night === undefined || eco === undefined) return undefined;
  const next = home.next_mode;
  return {
    mode: room.mode ?? home.mode,
    nextMode: next && { mode: next.mode, startsAt: next.starts * 1000, enabled: next.enabled },
    setpointsC: { DAY: day, NIGHT: night, ECO: eco },
    minC: room.min_temperature,
    maxC: room.max_temperature,
    readOnly: room.read_only,
    faulty: room.device?.faulty,
    water: room.is_water,
  };
}

/**
 * New setpoints for every mode that can be active in the span. A decrease never raises a setpoint and never goes
 * below the rules' limit or the vendor's minimum; an increase is its mirror. A mode that is already there is left alone.
 */
export function commandFor(intent: SteeringIntent, state: IstabaiState, now: Instant): CommandDecision {
  const objection = objectionTo(state);
  if (objection !== undefined) return { kind: 'refuse', reason: objection };
  const modes = modesDuring(intent, state, now);
  if (modes === undefined) {
    const reason = `The room is in mode ${state.mode ?? 'unknown'}, whose setpoint cannot be written and given back.`;
    return { kind: 'refuse', reason };
  }
  const targetC = targetOf(intent, state);
  const lower = intent.direction === 'decrease';
  const writes = modes
    .filter((mode) => {
      const presentC = state.setpointsC[mode];
      return (lower ? presentC - targetC : targetC - presentC) >= stepC - rounding;
    })
    .map((mode) => ({ mode, temperatureC: targetC }));
  if (writes.length === 0) {
    const side = lower ? 'at or below' : 'at or above';
    const reason = `The setpoints of ${modes.join(' and ')} are already ${side} ${targetC} °C or less than ${stepC} K from it.`;
    return { kind: 'refuse', reason };
  }
  return { kind: 'command', command: { writes } };
}

/**
 * `applied` as soon as one of our setpoints is there: the device holds something of ours, so it has to be given
 * back, also when the write of another mode got lost or was replaced by the customer.
 */
export function compare(command: IstabaiCommand, snapshot: IstabaiState, state: IstabaiState): Comparison {
  const owners = command.writes.map((write) => ownerOf(write, snapshot, state));
  if (owners.includes('ours')) return 'applied';
  return owners.includes('customer') ? 'changed' : 'not_applied';
}

/** Gives back, mode by mode, what still shows our value. A mode that shows something else is the customer's. */
export function restoreFor(
  command: IstabaiCommand,
  snapshot: IstabaiState,
  state: IstabaiState,
): RestoreDecision {
  const writes = command.writes
    .filter((write) => ownerOf(write, snapshot, state) === 'ours')
    .map(({ mode }) => ({ mode, temperatureC: snapshot.setpointsC[mode] }));
  if (writes.length > 0) return { kind: 'write', command: { writes } };
  if (!command.writes.every((write) => ownerOf(write, snapshot, state) === 'customer'))
    return { kind: 'restored' };
  const what = command.writes
    .map(({ mode, temperatureC }) => `${mode} is ${state.setpointsC[mode]} °C, not our ${temperatureC} °C`)
    .join('; ');
  return { kind: 'overridden', what };
}

type Write = IstabaiCommand['writes'][number];

/** Whose value a mode shows: what was there before, what we wrote, or one of somebody else. */
function ownerOf(
  { mode, temperatureC }: Write,
  snapshot: IstabaiState,
  state: IstabaiState,
): 'before' | 'ours' | 'customer' {
  const shownC = state.setpointsC[mode];
  const near = (otherC: number): boolean => Math.abs(shownC - otherC) <= toleranceK + rounding;
  if (near(snapshot.setpointsC[mode])) return 'before';
  return near(temperatureC) ? 'ours' : 'customer';
}

function objectionTo(state: IstabaiState): string | undefined {
  if (state.water) return 'The zone heats water; lowering it may let legionella grow.';
  if (state.readOnly === true) return 'The room is read-only for this user.';
  if (state.faulty === true) return 'The sensor of the room is faulty.';
  return undefined;
}

/** The modes that can be active in the span; `undefined` when the one at its start cannot be written. */
function modesDuring(
  intent: SteeringIntent,
  { mode, nextMode }: IstabaiState,
  now: Instant,
): WritableMode[] | undefined {
  const startsAt = Math.max(now, intent.span.startsAt);
  const comes = nextMode?.enabled === true && nextMode.startsAt < intent.span.endsAt ? nextMode : undefined;
  const present = writableMode(mode);
  const next = writableMode(comes?.mode);
  const first = comes !== undefined && comes.startsAt <= startsAt ? next : present;
  if (first === undefined || present === undefined) return undefined;
  return [...new Set([present, ...(next === undefined ? [] : [next])])];
}

/** The setpoint to write, on the grid of half degrees, on the safe side of the limit. */
function targetOf({ direction, limitC }: SteeringIntent, { minC, maxC }: IstabaiState): number {
  if (direction === 'decrease') {
    const lowestC = Math.max(limitC, minC ?? limitC);
    return Math.ceil(lowestC / stepC - rounding) * stepC;
  }
  const highestC = Math.min(limitC, maxC ?? limitC);
  return Math.floor(highestC / stepC + rounding) * stepC;
}
