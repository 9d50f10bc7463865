import {
  assess,
  dueAt,
  hourMs,
  longestRunHeatingMs,
  minuteMs,
  planRun,
  type Instant,
  type PlannedRun,
  type Span,
  type StatusCode,
  type TankToPlan,
} from '@warmshift/domain';
import { runHorizonMs, type RunObstacle, type ZoneContext } from '@warmshift/steerable-status';

/** A run that the rules allow, as far as is known now. */
export interface PlacedRun extends PlannedRun {
  /** The part of the run in which we heat: afterwards the tank holds its heat and the device is back with its owner. */
  readonly heating: Span;
  readonly context: ZoneContext;
}

export type Placement = { readonly run: PlacedRun } | { readonly obstacle: RunObstacle } | undefined;

/** Tells what the rules would be asked of a tank for an action that starts at `startsAt`. */
export type ContextAt = (startsAt: Instant) => ZoneContext | undefined | Promise<ZoneContext | undefined>;

/** Reasons that say something of now, and nothing of a start that is more than an hour away. */
const ofNow: ReadonlySet<StatusCode> = new Set([
  'OFFLINE',
  'STALE_DATA',
  'IN_ACTIVE_ACTION',
  'MIN_RUN_TIME',
  'VENDOR_NOT_STEERABLE',
  'ABOVE_ACTIVATION_LIMIT',
]);
const soonMs = hourMs;
/** Places that are tried for one tank; each one refused moves the search past what refused it. */
const maxPlaces = 12;
/** Time for the plan to be written, taken up and sent. Vendors that keep the time themselves get their own lead besides. */
const handlingMs = 2 * minuteMs;

/**
 * Looks for a time for the next run of a tank: `planRun` proposes, `assess()` is asked about the heating at that time, and what it refuses is passed
 * over. A tank that is overdue, or whose last try came to nothing, is not promised an hour in which nobody knows how warm it will be: it gets
 * the next quarter in which it can be heated.
 * @param vendorLeadMs how long before its start the vendor takes a command.
 * @returns nothing when no run is wanted.
 */
export async function placeRun(
  tank: TankToPlan,
  contextAt: ContextAt,
  vendorLeadMs: number,
  now: Instant,
): Promise<Placement> {
  const blocked: Span[] = [...tank.blocked];
  let obstacle: RunObstacle | undefined;
  for (let place = 0; place < maxPlaces; place += 1) {
    const options = { horizonMs: runHorizonMs, leadMs: vendorLeadMs + handlingMs };
    const run = planRun({ ...tank, blocked }, now, options);
    if (!run) return obstacle && { obstacle };
    const context = await contextAt(run.span.startsAt);
    if (!context) return undefined;
    const heatingMs = longestRunHeatingMs(context.facts);
    const heating = { startsAt: run.span.startsAt, endsAt: run.span.startsAt + heatingMs };
    const asked = assess(context.facts, now, {
      direction: 'increase',
      purpose: 'disinfection',
      span: heating,
    });
    const mayPass = ofNow.has(asked.code) && heating.startsAt > now + soonMs;
    if (asked.canActivate || mayPass) return { run: { ...run, heating, context } };
    obstacle ??= { code: asked.code, reason: asked.reason };
    if (asked.nextEligibleAt === undefined || asked.nextEligibleAt <= heating.startsAt) {
      // What nobody knows the end of, or is looked at again with the next reading: nothing is promised.
      if (!ofNow.has(asked.code) || tank.soon === true || dueAt(tank.facts) <= now) return { obstacle };
      blocked.push({ startsAt: now, endsAt: now + soonMs });
    } else blocked.push({ startsAt: heating.startsAt, endsAt: asked.nextEligibleAt });
  }
  return obstacle && { obstacle };
}
