import { slotMs } from '../fleet';
import type { Instant, Span } from '../fleet';
import { afterSlotCount, p90Factor, reboundProfile } from './model';
import type { Plan, PlannedAction, PlanRequest, PlanZone } from './plan-types';
import type { BrokenConstraint } from './constraints';

/** What a span yields while it has an effect, W. */
interface Effect {
  readonly zone: PlanZone;
  readonly span: Span;
  readonly yieldW: number;
  readonly isNew: boolean;
}

/** Checks what a plan says of its slots, and the cap on what comes back. For `verifyPlan`. */
export function brokenSums(
  request: PlanRequest,
  zones: ReadonlyMap<string, PlanZone>,
  plan: Plan,
): BrokenConstraint[] {
  const effects = effectsOf(request, zones, plan);
  return [
    ...brokenCount(request, plan),
    ...brokenSlots(request, effects, plan),
    ...brokenAfter(request, effects, plan),
    ...brokenCap(request, effects),
  ];
}

function effectsOf(
  { running = [] }: PlanRequest,
  zones: ReadonlyMap<string, PlanZone>,
  { actions }: Plan,
): Effect[] {
  const effectOf = (isNew: boolean) => (action: PlannedAction) => {
    const zone = zones.get(action.zoneId);
    return zone
      ? [{ zone, span: action.span, yieldW: isNew ? zone.expectedYieldW : standingW(zone, action), isNew }]
      : [];
  };
  return [...actions.flatMap(effectOf(true)), ...running.flatMap(effectOf(false))];
}

/** The energy that a standing action states, over the time that it has an effect. */
function standingW(zone: PlanZone, { span, expectedYieldW }: PlannedAction): number {
  const activeMs = effectMs(zone, span, span);
  return activeMs > 0 ? (expectedYieldW * (span.endsAt - span.startsAt)) / activeMs : 0;
}

function brokenCount({ window }: PlanRequest, { slots, afterSlots }: Plan): BrokenConstraint[] {
  const count = Math.round((window.endsAt - window.startsAt) / slotMs);
  const where = String(window.startsAt);
  const broken: BrokenConstraint[] = [];
  const check = (name: string, is: number, wanted: number) => {
    if (is !== wanted)
      broken.push({ constraint: 'SLOT_SUMS', where, detail: `there are ${is} ${name} instead of ${wanted}` });
  };
  check('slots', slots.length, count);
  check('slots after the window', afterSlots.length, afterSlotCount);
  return broken;
}

function brokenSlots(request: PlanRequest, effects: readonly Effect[], { slots }: Plan): BrokenConstraint[] {
  return slots.flatMap((slot) => {
    const { expectedW, varianceW2, reboundW } = sumsAt(slot.startsAt, effects);
    const promisedW = Math.min(expectedW, Math.max(0, expectedW - p90Factor * Math.sqrt(varianceW2)));
    const reachedW = request.confidence === 'P90' ? promisedW : expectedW;
    const askedW = request.targetsW?.[Math.round((slot.startsAt - request.window.startsAt) / slotMs)];
    return [
      ...wrongNumber(slot.startsAt, 'targetW', slot.targetW ?? 0, askedW ?? 0),
      ...wrongNumber(slot.startsAt, 'expectedW', slot.expectedW, expectedW),
      ...wrongNumber(slot.startsAt, 'promisedW', slot.promisedW, promisedW),
      ...wrongNumber(slot.startsAt, 'reboundW', slot.reboundW, reboundW),
      ...wrongNumber(
        slot.startsAt,
        'shortfallW',
        slot.shortfallW,
        askedW === undefined ? 0 : Math.max(0, askedW - reachedW),
      ),
    ];
  });
}

function brokenAfter(
  { window }: PlanRequest,
  effects: readonly Effect[],
  { afterSlots, reboundWh }: Plan,
): BrokenConstraint[] {
  const hours = slotMs / 3_600_000;
  const saidWh = afterSlots.reduce((sum, { reboundW }) => sum + reboundW * hours, 0);
  return [
    ...afterSlots.flatMap(({ startsAt, reboundW }, i) => [
      ...wrongNumber(startsAt, 'startsAt', startsAt, window.endsAt + i * slotMs),
      ...wrongNumber(startsAt, 'reboundW', reboundW, sumsAt(startsAt, effects).reboundW),
    ]),
    ...wrongNumber(window.endsAt, 'reboundWh', reboundWh, saidWh),
  ];
}

/** In no slot do new actions bring back anything that lifts the rebound above the cap. */
function brokenCap({ releaseCapW, window }: PlanRequest, effects: readonly Effect[]): BrokenConstraint[] {
  if (releaseCapW === undefined) return [];
  const broken: BrokenConstraint[] = [];
  const fresh = effects.filter(({ isNew }) => isNew);
  const until = window.endsAt + afterSlotCount * slotMs;
  for (let startsAt = window.startsAt; startsAt < until; startsAt += slotMs) {
    const { reboundW } = sumsAt(startsAt, effects);
    if (reboundW <= releaseCapW + 1e-6 * Math.max(1, releaseCapW)) continue;
    if (sumsAt(startsAt, fresh).reboundW <= 1e-6) continue;
    const detail = `${reboundW} W come back, ${releaseCapW} W are allowed`;
    broken.push({ constraint: 'RELEASE_CAP', where: String(startsAt), detail });
  }
  return broken;
}

function sumsAt(startsAt: Instant, effects: readonly Effect[]) {
  const slot: Span = { startsAt, endsAt: startsAt + slotMs };
  let yieldW = 0;
  let varianceW2 = 0;
  let reboundW = 0;
  for (const { zone, span, yieldW: whileActiveW } of effects) {
    const share = effectMs(zone, span, slot) / slotMs;
    yieldW += whileActiveW * share;
    varianceW2 += (zone.yieldStdDevW * share) ** 2;
    if (span.endsAt > startsAt) continue;
    const shiftedWSlots = (whileActiveW * effectMs(zone, span, span)) / slotMs;
    // An end up to one slot ago lies in the slot before this one: the first share of the rebound comes now.
    const slotsSinceEnd = Math.floor((startsAt - span.endsAt) / slotMs);
    reboundW += shiftedWSlots * zone.reboundShare * (reboundProfile[slotsSinceEnd] ?? 0);
  }
  return { expectedW: yieldW - reboundW, varianceW2, reboundW };
}

function wrongNumber(where: Instant, name: string, said: number, is: number): BrokenConstraint[] {
  if (isClose(said, is)) return [];
  return [{ constraint: 'SLOT_SUMS', where: String(where), detail: `${name} is ${is}, said ${said}` }];
}

/** How long the zone has an effect inside `part`: from the lag after its start until its end. */
export function effectMs(zone: PlanZone, span: Span, part: Span): number {
  return overlapMs({ startsAt: span.startsAt + zone.lagMs, endsAt: span.endsAt }, part);
}

export function overlapMs(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.endsAt, b.endsAt) - Math.max(a.startsAt, b.startsAt));
}

export function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
}
