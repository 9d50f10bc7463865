import { slotMs } from '../fleet';
import type { Instant } from '../fleet';
import type { Plan, PlanConnection, PlanRequest, PlanZone } from './plan-types';
import type { BrokenConstraint } from './constraints';

/** A command that is sent to a connection. */
interface Command {
  readonly at: Instant;
  readonly spacingMs: number;
  /** The slot in whose time it falls: an end on a slot's boundary belongs to the slot before it. */
  readonly slotStartsAt: Instant;
  readonly isNew: boolean;
}

/** Checks the pace and quota of every connection, beside the standing actions. For `verifyPlan`. */
export function brokenPace(
  request: PlanRequest,
  zones: ReadonlyMap<string, PlanZone>,
  plan: Plan,
): BrokenConstraint[] {
  return (request.connections ?? []).flatMap((connection) => {
    const isOf = ({ zoneId }: { zoneId: string }) =>
      zones.get(zoneId)?.connectionId === connection.connectionId;
    const fresh = plan.actions.filter(isOf);
    const all = [
      ...fresh.map(({ span }) => ({ ...span, isNew: true })),
      ...(request.running ?? []).filter(isOf).map(({ span }) => ({ ...span, isNew: false })),
    ];
    const starts = all.map(({ startsAt, isNew }) => ({
      at: startsAt,
      spacingMs: connection.startSpacingMs,
      slotStartsAt: Math.floor(startsAt / slotMs) * slotMs,
      isNew,
    }));
    const ends = all.map(({ endsAt, isNew }) => ({
      at: endsAt,
      spacingMs: connection.endSpacingMs,
      slotStartsAt: (Math.ceil(endsAt / slotMs) - 1) * slotMs,
      isNew,
    }));
    return [
      ...tooClose(connection, 'starts', starts),
      ...tooClose(connection, 'ends', ends),
      ...tooMany(connection, [...starts, ...ends]),
      ...beyondQuota(connection, fresh.length),
    ];
  });
}

function tooClose(
  { connectionId }: PlanConnection,
  what: string,
  commands: readonly Command[],
): BrokenConstraint[] {
  const inOrder = [...commands].sort((a, b) => a.at - b.at);
  return inOrder.slice(1).flatMap((command, i): BrokenConstraint[] => {
    const before = inOrder[i]!;
    const apartMs = command.at - before.at;
    if (apartMs >= command.spacingMs || !(command.isNew || before.isNew)) return [];
    const detail = `two ${what} are ${apartMs} ms apart instead of ${command.spacingMs}`;
    return [{ constraint: 'VENDOR_PACE', where: connectionId, detail }];
  });
}

/** The commands of a slot, starts and ends together, take longer than the slot. */
function tooMany({ connectionId }: PlanConnection, commands: readonly Command[]): BrokenConstraint[] {
  const slots = new Map<Instant, { takesMs: number; isNew: boolean }>();
  for (const { slotStartsAt, spacingMs, isNew } of commands) {
    const slot = slots.get(slotStartsAt) ?? { takesMs: 0, isNew: false };
    slots.set(slotStartsAt, { takesMs: slot.takesMs + spacingMs, isNew: slot.isNew || isNew });
  }
  return [...slots]
    .filter(([, { takesMs, isNew }]) => isNew && takesMs > slotMs + 1e-6)
    .map(([startsAt, { takesMs }]) => ({
      constraint: 'VENDOR_PACE',
      where: connectionId,
      detail: `the commands of the slot at ${startsAt} take ${takesMs} ms`,
    }));
}

function beyondQuota({ connectionId, maxActions }: PlanConnection, actions: number): BrokenConstraint[] {
  if (maxActions === undefined || actions <= maxActions) return [];
  const detail = `${actions} actions, ${maxActions} are within quota`;
  return [{ constraint: 'VENDOR_QUOTA', where: connectionId, detail }];
}
