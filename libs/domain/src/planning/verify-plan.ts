import { slotMs } from '../fleet';
import type { Instant, Span } from '../fleet';
import { p90Factor, reboundProfile } from './model';
import type { Plan, PlannedAction, PlanRequest, PlanZone } from './plan-types';

export const constraints = [
  'INSIDE_WINDOW',
  'NO_OVERLAP',
  'USED_ONCE',
  'LONGEST_SPAN',
  'BLOCKED',
  'CYCLES',
  'READY',
  'ACCOUNTED_FOR',
  'SLOT_SUMS',
] as const;
export type Constraint = (typeof constraints)[number];

export interface BrokenConstraint {
  readonly constraint: Constraint;
  /** The zone, the device (`CYCLES`), or the slot's start (`SLOT_SUMS`). */
  readonly where: string;
  readonly detail: string;
}

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
    ...brokenAccount(zones, plan),
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
  const effectW = (zone.expectedYieldW * effectMs(zone, span, span)) / lengthMs;
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

function brokenAccount(zones: readonly PlanZone[], plan: Plan): BrokenConstraint[] {
  const named = new Map<string, number>();
  for (const { zoneId } of [...plan.actions, ...plan.leftOut])
    named.set(zoneId, (named.get(zoneId) ?? 0) + 1);
  return zones
    .filter(({ zoneId }) => named.get(zoneId) !== 1)
    .map(({ zoneId }) => ({
      constraint: 'ACCOUNTED_FOR',
      where: zoneId,
      detail: `is named ${named.get(zoneId) ?? 0} times instead of once`,
    }));
}

function brokenSums(
  request: PlanRequest,
  zones: ReadonlyMap<string, PlanZone>,
  plan: Plan,
): BrokenConstraint[] {
  const broken: BrokenConstraint[] = [];
  const count = Math.round((request.window.endsAt - request.window.startsAt) / slotMs);
  if (plan.slots.length !== count) {
    const detail = `there are ${plan.slots.length} slots instead of ${count}`;
    broken.push({ constraint: 'SLOT_SUMS', where: String(request.window.startsAt), detail });
  }
  for (const slot of plan.slots) {
    const { expectedW, varianceW2 } = sumsAt(slot.startsAt, zones, plan.actions);
    const promisedW = Math.min(expectedW, Math.max(0, expectedW - p90Factor * Math.sqrt(varianceW2)));
    const reachedW = request.confidence === 'P90' ? promisedW : expectedW;
    const askedW = request.targetsW?.[Math.round((slot.startsAt - request.window.startsAt) / slotMs)];
    const shortfallW = askedW === undefined ? 0 : Math.max(0, askedW - reachedW);
    const check = (name: string, said: number, is: number) => {
      if (isClose(said, is)) return;
      broken.push({
        constraint: 'SLOT_SUMS',
        where: String(slot.startsAt),
        detail: `${name} is ${is}, said ${said}`,
      });
    };
    check('expectedW', slot.expectedW, expectedW);
    check('promisedW', slot.promisedW, promisedW);
    check('shortfallW', slot.shortfallW, shortfallW);
  }
  return broken;
}

function sumsAt(startsAt: Instant, zones: ReadonlyMap<string, PlanZone>, actions: readonly PlannedAction[]) {
  const slot: Span = { startsAt, endsAt: startsAt + slotMs };
  let expectedW = 0;
  let varianceW2 = 0;
  for (const { zoneId, span } of actions) {
    const zone = zones.get(zoneId);
    if (!zone) continue;
    const share = effectMs(zone, span, slot) / slotMs;
    expectedW += zone.expectedYieldW * share;
    varianceW2 += (zone.yieldStdDevW * share) ** 2;
    if (span.endsAt > startsAt) continue;
    const shiftedWSlots = (zone.expectedYieldW * effectMs(zone, span, span)) / slotMs;
    // An end up to one slot ago lies in the slot before this one: the first share of the rebound comes now.
    const slotsSinceEnd = Math.floor((startsAt - span.endsAt) / slotMs);
    expectedW -= shiftedWSlots * zone.reboundShare * (reboundProfile[slotsSinceEnd] ?? 0);
  }
  return { expectedW, varianceW2 };
}

/** How long the zone has an effect inside `part`: from the lag after its start until its end. */
function effectMs(zone: PlanZone, span: Span, part: Span): number {
  return overlapMs({ startsAt: span.startsAt + zone.lagMs, endsAt: span.endsAt }, part);
}

function overlapMs(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.endsAt, b.endsAt) - Math.max(a.startsAt, b.startsAt));
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
}

function shown({ startsAt, endsAt }: Span): string {
  return `${startsAt}..${endsAt}`;
}
