import { slotMs } from '../fleet';
import type { Instant, Span } from '../fleet';
import { afterSlotCount, p90Factor, reboundProfile } from './model';
import type { Plan, PlannedAction, PlanRequest, PlanZone } from './plan-types';
import type { BrokenConstraint } from './constraints';

/** A span that has an effect, and what it yields meanwhile. */
interface Effect {
  readonly zone: PlanZone;
  readonly span: Span;
  readonly yieldAt: (slot: number) => number;
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
      ? [{ zone, span: action.span, isNew, yieldAt: isNew ? yieldAt(zone) : standingAt(zone, action) }]
      : [];
  };
  return [...actions.flatMap(effectOf(true)), ...running.flatMap(effectOf(false))];
}

/** W in a slot of the window. */
export function yieldAt({ expectedYieldW, slotYieldsW }: PlanZone): (slot: number) => number {
  return (slot) => slotYieldsW?.[slot] ?? expectedYieldW;
}

/** What a standing action states slot by slot, else its energy over the time that it has an effect. */
function standingAt(zone: PlanZone, { span, expectedYieldW, slotYieldsW }: PlannedAction) {
  const activeMs = effectMs(zone, span, span);
  const evenW = activeMs > 0 ? (expectedYieldW * (span.endsAt - span.startsAt)) / activeMs : 0;
  return (slot: number) => slotYieldsW?.[slot] ?? evenW;
}

/** W × ms that a span yields with its effect, slot by slot on the grid of the window; slots may lie outside of it. */
export function effectWMs(
  windowStartsAt: Instant,
  zone: PlanZone,
  span: Span,
  yieldOfSlot: (slot: number) => number,
): number {
  let sum = 0;
  for (let slot = Math.floor((span.startsAt - windowStartsAt) / slotMs); ; slot++) {
    const startsAt = windowStartsAt + slot * slotMs;
    if (startsAt >= span.endsAt) return sum;
    sum += yieldOfSlot(slot) * effectMs(zone, span, { startsAt, endsAt: startsAt + slotMs });
  }
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
    const { expectedW, varianceW2, reboundW } = sumsAt(request, slot.startsAt, effects);
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
  request: PlanRequest,
  effects: readonly Effect[],
  { afterSlots, reboundWh }: Plan,
): BrokenConstraint[] {
  const { window } = request;
  const hours = slotMs / 3_600_000;
  const saidWh = afterSlots.reduce((sum, { reboundW }) => sum + reboundW * hours, 0);
  return [
    ...afterSlots.flatMap(({ startsAt, reboundW }, i) => [
      ...wrongNumber(startsAt, 'startsAt', startsAt, window.endsAt + i * slotMs),
      ...wrongNumber(startsAt, 'reboundW', reboundW, sumsAt(request, startsAt, effects).reboundW),
    ]),
    ...wrongNumber(window.endsAt, 'reboundWh', reboundWh, saidWh),
  ];
}

/** In no slot do new actions bring back anything that lifts the rebound above the cap. */
function brokenCap(request: PlanRequest, effects: readonly Effect[]): BrokenConstraint[] {
  const { releaseCapW, window } = request;
  if (releaseCapW === undefined) return [];
  const broken: BrokenConstraint[] = [];
  const fresh = effects.filter(({ isNew }) => isNew);
  const until = window.endsAt + afterSlotCount * slotMs;
  for (let startsAt = window.startsAt; startsAt < until; startsAt += slotMs) {
    const { reboundW } = sumsAt(request, startsAt, effects);
    if (reboundW <= releaseCapW + 1e-6 * Math.max(1, releaseCapW)) continue;
    if (sumsAt(request, startsAt, fresh).reboundW <= 1e-6) continue;
    const detail = `${reboundW} W come back, ${releaseCapW} W are allowed`;
    broken.push({ constraint: 'RELEASE_CAP', where: String(startsAt), detail });
  }
  return broken;
}

function sumsAt({ window }: PlanRequest, startsAt: Instant, effects: readonly Effect[]) {
  const slot: Span = { startsAt, endsAt: startsAt + slotMs };
  const nth = Math.round((startsAt - window.startsAt) / slotMs);
  let yieldW = 0;
  let varianceW2 = 0;
  let reboundW = 0;
  for (const { zone, span, yieldAt: yieldOfSlot } of effects) {
    const share = effectMs(zone, span, slot) / slotMs;
    if (share > 0) {
      yieldW += yieldOfSlot(nth) * share;
      varianceW2 += ((zone.slotStdDevsW?.[nth] ?? zone.yieldStdDevW) * share) ** 2;
    }
    if (span.endsAt > startsAt) continue;
    const shiftedWSlots = effectWMs(window.startsAt, zone, span, yieldOfSlot) / slotMs;
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
