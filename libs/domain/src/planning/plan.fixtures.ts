import { minuteMs, slotMs } from '../fleet';
import type { Plan, PlanRequest, PlanZone } from './plan-types';

/** 2026-01-14T17:00:00Z. */
export const fiveOClock = Date.UTC(2026, 0, 14, 17);

/** `targetW`: asked in every slot. */
export function aRequest(
  slots: number,
  facts: Partial<PlanRequest> & { targetW?: number } = {},
): PlanRequest {
  const { targetW, ...rest } = facts;
  const window = { startsAt: fiveOClock, endsAt: fiveOClock + slots * slotMs };
  const request = { direction: 'decrease' as const, window, seed: 1, staggerMs: 0, holdOutShare: 0, ...rest };
  return targetW === undefined ? request : asking(request, targetW);
}

/** The same with `targetW` asked in every slot. */
export function asking(request: PlanRequest, targetW: number): PlanRequest {
  const slots = Math.round((request.window.endsAt - request.window.startsAt) / slotMs);
  return { ...request, targetsW: Array.from({ length: Math.max(0, slots) }, () => targetW) };
}

/** 1 kW for certain, up to a whole day, without rebound, lag or cycle limit, alone on its device. */
export function aZone(zoneId: string, facts: Partial<PlanZone> = {}): PlanZone {
  return {
    zoneId,
    deviceId: `device of ${zoneId}`,
    kind: 'room',
    vendor: 'nox',
    code: 'READY',
    reason: 'Device is ready to receive an action.',
    expectedYieldW: 1000,
    yieldStdDevW: 0,
    maxSpanMs: 24 * 60 * minuteMs,
    cycleCost: 1,
    blocked: [],
    reboundShare: 0,
    cost: 1,
    lagMs: 0,
    ...facts,
  };
}

/** Blocked slots from a picture: `x` is blocked. */
export function blockedBy(picture: string): PlanZone['blocked'] {
  return [...picture].flatMap((mark, slot) => {
    const startsAt = fiveOClock + slot * slotMs;
    return mark === 'x' ? [{ startsAt, endsAt: startsAt + slotMs }] : [];
  });
}

/** One line per zone, in the order of their ids, `#` for a slot it is steered in: `'##.. ..##'`. */
export function drawn(plan: Plan, zoneIds: readonly string[]): string {
  const line = (zoneId: string) =>
    plan.slots
      .map(({ startsAt }) => {
        const acts = plan.actions.some(
          (action) =>
            action.zoneId === zoneId &&
            action.span.startsAt < startsAt + slotMs &&
            action.span.endsAt > startsAt,
        );
        return acts ? '#' : '.';
      })
      .join('');
  return zoneIds.map(line).join(' ');
}

export function totalShortfallW(plan: Plan): number {
  return plan.slots.reduce((sum, { shortfallW }) => sum + shortfallW, 0);
}
