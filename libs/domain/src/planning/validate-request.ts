import { InvalidInput } from '../errors';
import type { FieldProblem } from '../errors';
import { directions, slotMs } from '../fleet';
import { maxWindowMs } from './model';
import type { Confidence, PlanRequest, PlanZone } from './plan-types';

/** The request or a zone cannot be planned with; `problems` names each field and the reason. */
export class InvalidPlanRequest extends InvalidInput {}

/** @throws InvalidPlanRequest with everything that is wrong, the fields of the request first. */
export function validatePlanRequest(request: PlanRequest, zones: readonly PlanZone[]): void {
  const problems = [
    ...requestProblems(request),
    ...runningProblems(request, zones),
    ...zoneProblems(zones, slotsOf(request)),
  ];
  if (problems.length > 0) throw new InvalidPlanRequest(problems);
}

function requestProblems(request: PlanRequest): FieldProblem[] {
  const { window, targetsW, staggerMs, holdOutShare, seed, direction, confidence, releaseCapW } = request;
  const problems: FieldProblem[] = [];
  const check = (holds: boolean, field: string, reason: string) => {
    if (!holds) problems.push({ field, reason });
  };
  check(directions.includes(direction), 'direction', `must be one of ${directions.join(', ')}`);
  check(isOnGrid(window.startsAt), 'window.startsAt', 'must lie on the grid of 15 minutes');
  check(isOnGrid(window.endsAt), 'window.endsAt', 'must lie on the grid of 15 minutes');
  const lengthMs = window.endsAt - window.startsAt;
  check(lengthMs > 0, 'window.endsAt', 'must be after window.startsAt');
  if (lengthMs > 0) check(lengthMs >= slotMs, 'window', 'must be at least one slot of 15 minutes long');
  check(!(lengthMs > maxWindowMs), 'window', 'must be at most 24 hours long');
  check(targetsW === undefined || targetsW.every(isAmount), 'targetsW', `each ${amount}`);
  const fits = targetsW === undefined || !(lengthMs > 0) || targetsW.length === lengthMs / slotMs;
  check(fits, 'targetsW', 'must have one number for each slot of the window');
  check(confidence === undefined || confidences.includes(confidence), 'confidence', 'must be P50 or P90');
  check(releaseCapW === undefined || isAmount(releaseCapW), 'releaseCapW', amount);
  check(holdOutShare >= 0 && holdOutShare < 1, 'holdOutShare', 'must be at least 0 and below 1');
  check(staggerMs >= 0 && staggerMs < slotMs, 'staggerMs', 'must be at least 0 and shorter than a slot');
  check(Number.isSafeInteger(seed), 'seed', 'must be a whole number');
  return [...problems, ...connectionProblems(request)];
}

const confidences: readonly Confidence[] = ['P50', 'P90'];

function connectionProblems({ connections = [] }: PlanRequest): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  for (const { connectionId, startSpacingMs, endSpacingMs, maxActions = 0 } of connections) {
    const field = `connections[${connectionId}]`;
    for (const [name, spacingMs] of Object.entries({ startSpacingMs, endSpacingMs })) {
      if (!(spacingMs >= 0 && spacingMs <= slotMs))
        problems.push({ field: `${field}.${name}`, reason: 'must be at least 0 and at most a slot' });
    }
    if (!(maxActions >= 0)) problems.push({ field: `${field}.maxActions`, reason: 'must be at least 0' });
    if (seen.has(connectionId)) problems.push({ field: `${field}.connectionId`, reason: 'is given twice' });
    seen.add(connectionId);
  }
  return problems;
}

function runningProblems(request: PlanRequest, zones: readonly PlanZone[]): FieldProblem[] {
  const { running = [] } = request;
  if (running.length === 0) return [];
  const known = new Set(zones.map(({ zoneId }) => zoneId));
  const problems: FieldProblem[] = [];
  for (const { zoneId, span, expectedYieldW, slotYieldsW } of running) {
    const check = (holds: boolean, field: string, reason: string) => {
      if (!holds) problems.push({ field: `running[${zoneId}].${field}`, reason });
    };
    check(known.delete(zoneId), 'zoneId', 'must be one of the zones, and be given once');
    check(span.endsAt > span.startsAt, 'span', 'must end after it starts');
    check(Number.isFinite(expectedYieldW), 'expectedYieldW', 'must be a finite number');
    const fits = slotYieldsW === undefined || isPerSlot(slotYieldsW, slotsOf(request), Number.isFinite);
    check(fits, 'slotYieldsW', perSlot);
  }
  return problems;
}

function zoneProblems(zones: readonly PlanZone[], slots: number): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  for (const zone of zones) {
    const wrong = firstWrongField(zone, slots) ?? (seen.has(zone.zoneId) ? twice : undefined);
    if (wrong) problems.push({ field: `zones[${zone.zoneId}].${wrong.field}`, reason: wrong.reason });
    seen.add(zone.zoneId);
  }
  return problems;
}

const twice: FieldProblem = { field: 'zoneId', reason: 'is given twice' };
const perSlot = 'must have one finite number for each slot of the window, of a zone at least 0';
const amount = 'must be a finite number of at least 0';

function firstWrongField(zone: PlanZone, slots: number): FieldProblem | undefined {
  if (!Number.isFinite(zone.expectedYieldW))
    return { field: 'expectedYieldW', reason: 'must be a finite number' };
  if (!isAmount(zone.yieldStdDevW)) return { field: 'yieldStdDevW', reason: amount };
  if (zone.slotYieldsW && !isPerSlot(zone.slotYieldsW, slots, isAmount))
    return { field: 'slotYieldsW', reason: perSlot };
  if (zone.slotStdDevsW && !isPerSlot(zone.slotStdDevsW, slots, isAmount))
    return { field: 'slotStdDevsW', reason: perSlot };
  if (!(zone.maxSpanMs >= 0)) return { field: 'maxSpanMs', reason: 'must be a number of at least 0' };
  if (!isAmount(zone.cycleCost)) return { field: 'cycleCost', reason: amount };
  if (Number.isNaN(zone.cyclesLeft)) return { field: 'cyclesLeft', reason: 'must be a number' };
  if (!(zone.reboundShare >= 0 && zone.reboundShare <= 1))
    return { field: 'reboundShare', reason: 'must lie in 0..1' };
  if (!isAmount(zone.cost)) return { field: 'cost', reason: amount };
  if (!isAmount(zone.lagMs)) return { field: 'lagMs', reason: amount };
  if (zone.blocked.some((span) => !(span.endsAt >= span.startsAt))) {
    return { field: 'blocked', reason: 'has a span that ends before it starts' };
  }
  return undefined;
}

function isOnGrid(instant: number): boolean {
  return Number.isSafeInteger(instant) && instant % slotMs === 0;
}

function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function slotsOf({ window }: PlanRequest): number {
  return (window.endsAt - window.startsAt) / slotMs;
}

function isPerSlot(values: ArrayLike<number>, slots: number, holds: (value: number) => boolean): boolean {
  return values.length === slots && Array.from(values).every(holds);
}
