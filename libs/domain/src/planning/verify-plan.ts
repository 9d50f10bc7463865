import type { Span } from '../fleet';
import type { Plan, PlannedAction, PlanRequest, PlanZone } from './plan-types';
import type { BrokenConstraint, Constraint } from './constraints';
import { brokenPace } from './verify-pace';
import { brokenSums, effectWMs, isClose, overlapMs, yieldAt } from './verify-sums';

/**
 * Checks a plan against what was asked and what the zones allow, from the spans in ms, sharing only types and the numbers
 * of the model with the planner. Empty: nothing is broken.
 */
export function verifyPlan(request: PlanRequest, zones: readonly PlanZone[], plan: Plan): BrokenConstraint[] {
  const byId = new Map(zones.map((zone) => [zone.zoneId, zone]));
  return [
    ...plan.actions.flatMap((action) => brokenByAction(request, byId.get(action.zoneId), action)),
    ...brokenByZone(plan),
    ...brokenCycles(zones, plan),
    ...brokenAccount(request, zones, plan),
    ...brokenHoldOut(request, byId, plan),
    ...brokenPace(request, byId, plan),
    ...brokenSums(request, byId, plan),
  ];
}

function brokenByAction(
  { window }: PlanRequest,
  zone: PlanZone | undefined,
  action: PlannedAction,
): BrokenConstraint[] {
  const { zoneId, deviceId, span } = action;
  const broken: BrokenConstraint[] = [];
  const check = (holds: boolean, constraint: Constraint, detail: string) => {
    if (!holds) broken.push({ constraint, where: zoneId, detail });
  };
  const inside =
    window.startsAt <= span.startsAt && span.startsAt < span.endsAt && span.endsAt <= window.endsAt;
  check(inside, 'INSIDE_WINDOW', `${shown(span)} is not inside ${shown(window)}`);
  if (!zone || zone.deviceId !== deviceId) {
    check(false, 'ACCOUNTED_FOR', `no zone of device ${deviceId} was offered`);
    return broken;
  }
  check(zone.code === 'READY', 'READY', `is ${zone.code}`);
  const lengthMs = span.endsAt - span.startsAt;
  check(lengthMs <= zone.maxSpanMs, 'LONGEST_SPAN', `${lengthMs} ms is longer than ${zone.maxSpanMs} ms`);
  for (const blocked of zone.blocked) {
    check(overlapMs(blocked, span) === 0, 'BLOCKED', `${shown(span)} meets the blocked ${shown(blocked)}`);
  }
  check(
    action.cycleCost === zone.cycleCost,
    'CYCLES',
    `is planned with ${action.cycleCost}, costs ${zone.cycleCost}`,
  );
  const effectW = effectWMs(window.startsAt, zone, span, yieldAt(zone)) / lengthMs;
  check(
    isClose(action.expectedYieldW, effectW),
    'SLOT_SUMS',
    `expects ${action.expectedYieldW} W, should be ${effectW}`,
  );
  return broken;
}

function brokenByZone({ actions }: Plan): BrokenConstraint[] {
  const broken: BrokenConstraint[] = [];
  const spans = new Map<string, Span[]>();
  for (const { zoneId, span } of actions) {
    const earlier = spans.get(zoneId) ?? [];
    if (earlier.length > 0)
      broken.push({ constraint: 'USED_ONCE', where: zoneId, detail: 'has more than one action' });
    for (const other of earlier.filter((one) => overlapMs(one, span) > 0)) {
      broken.push({
        constraint: 'NO_OVERLAP',
        where: zoneId,
        detail: `${shown(span)} overlaps ${shown(other)}`,
      });
    }
    spans.set(zoneId, [...earlier, span]);
  }
  return broken;
}

function brokenCycles(zones: readonly PlanZone[], { actions }: Plan): BrokenConstraint[] {
  const broken: BrokenConstraint[] = [];
  const costs = new Map<string, number>();
  for (const { deviceId, cycleCost } of actions) costs.set(deviceId, (costs.get(deviceId) ?? 0) + cycleCost);
  const reported = new Set<string>();
  for (const { deviceId, cyclesLeft } of zones) {
    const used = costs.get(deviceId) ?? 0;
    if (cyclesLeft === undefined || used <= Math.max(0, cyclesLeft) || reported.has(deviceId)) continue;
    reported.add(deviceId);
    broken.push({ constraint: 'CYCLES', where: deviceId, detail: `uses ${used} of ${cyclesLeft} cycles` });
  }
  return broken;
}

/** Every zone is named once: as a new action, a standing one, or left out. */
function brokenAccount(
  { running = [] }: PlanRequest,
  zones: readonly PlanZone[],
  plan: Plan,
): BrokenConstraint[] {
  const named = new Map<string, number>();
  for (const { zoneId } of [...plan.actions, ...plan.leftOut, ...running])
    named.set(zoneId, (named.get(zoneId) ?? 0) + 1);
  const standing = new Set(running.map(({ zoneId }) => zoneId));
  return zones
    .filter(({ zoneId }) => named.get(zoneId) !== 1)
    .map(({ zoneId }) => ({
      constraint: standing.has(zoneId) ? 'STANDING_KEPT' : 'ACCOUNTED_FOR',
      where: zoneId,
      detail: `is named ${named.get(zoneId) ?? 0} times instead of once`,
    }));
}

/** Who is held out is left alone with the whole device, and nobody is without a share. */
function brokenHoldOut(
  { holdOutShare }: PlanRequest,
  zones: ReadonlyMap<string, PlanZone>,
  { actions, leftOut }: Plan,
): BrokenConstraint[] {
  const held = leftOut.filter(({ code }) => code === 'HOLD_OUT');
  const acting = new Set(actions.map(({ deviceId }) => deviceId));
  return held.flatMap(({ zoneId }): BrokenConstraint[] => {
    if (holdOutShare > 0 && !acting.has(zones.get(zoneId)?.deviceId ?? '')) return [];
    const detail =
      holdOutShare > 0 ? 'is held out, and its device is steered' : 'is held out, and nobody should be';
    return [{ constraint: 'HOLD_OUT', where: zoneId, detail }];
  });
}

function shown({ startsAt, endsAt }: Span): string {
  return `${startsAt}..${endsAt}`;
}
