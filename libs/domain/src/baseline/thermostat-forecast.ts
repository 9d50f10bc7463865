import { hourMs, minuteMs, slotMs } from '../fleet';
import type { Instant, Span } from '../fleet';
import { halfBandOf, type UsualBands } from './control-bands';
import type { HeatedStretch } from './on-off-runs';
import type { ThermostatPhase } from './thermostat';

/** Steps in which a zone is followed. */
const stepMs = 5 * minuteMs;
/** Whatever is less likely is left out. */
const leastWeight = 0.01;
/** A tank of which so much of the last stretch was heated is being heated. */
const runningShare = 0.5;

/** What else the compressor has to do. */
export interface HotWater {
  /** When the tank was heated, as far as that was seen; in order. Goes on where readings of the zone itself end, as in an action. */
  readonly seen: readonly HeatedStretch[];
  /** Probability (0..1) that a run begins in each slot from where it was last seen on; nothing behind the last one. */
  readonly starts: ArrayLike<number>;
  /** Mean length of a run. */
  readonly runMs: number;
}

/**
 * What is foreseen fades so: of 3,600 simulated rooms that were seen for four hours, of 100 that were foreseen to stand still 6 heated half an hour
 * ahead, 18 two hours and a half ahead.
 */
const forgottenMs = 6.5 * hourMs;

interface Band {
  readonly onBelowC: number;
  readonly offAboveC: number;
}

/**
 * The share (0..1) of every slot of `window` in which a zone is heated, by its own control: from its last reading on its temperature rises by
 * `gain − cooling` to where it turns, and falls by `cooling` to where it turns again. Where nobody has seen it turn, it may have each of the bands
 * that zones like it have which have come as far. Now and then hot water has the compressor, and the zone is heated later.
 *
 * @returns undefined where nothing is known of such bands.
 */
export function sharesByThermostat(
  phase: ThermostatPhase,
  usual: UsualBands,
  hotWater: HotWater | undefined,
  window: Span,
): Float64Array | undefined {
  const bands = bandsOf(phase, usual);
  if (bands.length === 0) return undefined;
  const shares = new Float64Array(Math.round((window.endsAt - window.startsAt) / slotMs));
  const ways = waysOf(phase.asOf, hotWater, window.endsAt);
  for (const band of bands) {
    for (const { span, weight } of ways)
      follow(shares, phase, band, { span, weight: weight / bands.length }, hotWater?.seen ?? [], window);
  }
  return faded(shares, phase, window);
}

/** Whatever else may happen in a home makes it forget: then it heats for the share of the time that makes up for what it loses. */
function faded(
  shares: Float64Array,
  { asOf, coolingKPerH, gainKPerH }: ThermostatPhase,
  window: Span,
): Float64Array {
  const duty = Math.min(1, coolingKPerH / gainKPerH);
  return shares.map((share, slot) => {
    const aheadMs = Math.max(0, window.startsAt + (slot + 0.5) * slotMs - asOf);
    return duty + (share - duty) * Math.exp(-aheadMs / forgottenMs);
  });
}

function bandsOf(phase: ThermostatPhase, usual: UsualBands): Band[] {
  const { middleC, offAboveC, onBelowC, reachedK } = phase;
  const halfK = halfBandOf(phase);
  if (halfK !== undefined) {
    const centreC = onBelowC !== undefined ? onBelowC + halfK : offAboveC! - halfK;
    return [{ onBelowC: centreC - halfK, offAboveC: centreC + halfK }];
  }
  if (middleC === undefined) return [];
  return usual.beyond(reachedK).map((half) => ({ onBelowC: middleC - half, offAboveC: middleC + half }));
}

/** A way in which things may go: hot water has the compressor for `span`, or does not come at all. */
interface Way {
  readonly span?: Span | undefined;
  readonly weight: number;
}

/** From where it was last seen on: a run that goes on, or one that begins in any slot, or none. */
function waysOf(asOf: Instant, hotWater: HotWater | undefined, until: Instant): Way[] {
  if (hotWater === undefined) return [{ weight: 1 }];
  const { runMs, seen, starts } = hotWater;
  const from = Math.max(asOf, seen.at(-1)?.endsAt ?? asOf);
  const leftMs = leftOfRun(seen, runMs);
  if (leftMs > 0) return [{ span: { startsAt: from, endsAt: from + leftMs }, weight: 1 }];
  const ways: Way[] = [];
  let left = 1;
  for (let slot = 0; slot < starts.length && from + slot * slotMs < until; slot++) {
    const startsAt = from + (slot + 0.5) * slotMs;
    const weight = Math.min(left, starts[slot]!);
    if (weight > leastWeight) ways.push({ span: { startsAt, endsAt: startsAt + runMs }, weight });
    left -= weight;
  }
  return left > 0 ? [...ways, { weight: left }] : ways;
}

/** The share (0..1) of every slot of `window` in which the tank itself is heated. */
export function sharesOfHotWater(asOf: Instant, hotWater: HotWater, window: Span): Float64Array {
  const shares = new Float64Array(Math.round((window.endsAt - window.startsAt) / slotMs));
  for (const { span, weight } of waysOf(asOf, hotWater, window.endsAt)) {
    if (!span) continue;
    for (let slot = 0; slot < shares.length; slot++) {
      const startsAt = window.startsAt + slot * slotMs;
      const overlapMs = Math.min(span.endsAt, startsAt + slotMs) - Math.max(span.startsAt, startsAt);
      if (overlapMs > 0) shares[slot]! += (weight * overlapMs) / slotMs;
    }
  }
  return shares;
}

/** Of a run that is seen at the end: what is left of its usual length, a quarter of it at least; 0 where there is none. */
function leftOfRun(seen: readonly HeatedStretch[], runMs: number): number {
  const last = seen.at(-1);
  if (!last || last.onShare < runningShare) return 0;
  let lastedMs = 0;
  for (let i = seen.length - 1; i >= 0 && seen[i]!.onShare >= runningShare; i--)
    lastedMs += seen[i]!.onShare * (seen[i]!.endsAt - seen[i]!.startsAt);
  return Math.max(runMs - lastedMs, runMs / 4);
}

function follow(
  shares: Float64Array,
  { asOf, coolingKPerH, gainKPerH, on: onThen, temperatureC: thenC }: ThermostatPhase,
  { offAboveC, onBelowC }: Band,
  { span, weight }: Way,
  seen: readonly HeatedStretch[],
  window: Span,
): void {
  let temperatureC = thenC;
  let on = onThen;
  let next = 0;
  for (let at = asOf; at < window.endsAt; at += stepMs) {
    if (temperatureC >= offAboveC) on = false;
    else if (temperatureC < onBelowC) on = true;
    while (next < seen.length && seen[next]!.endsAt <= at) next++;
    const stretch = seen[next];
    const taken =
      stretch && stretch.startsAt <= at
        ? stretch.onShare
        : span && at >= span.startsAt && at < span.endsAt
          ? 1
          : 0;
    const heated = on ? 1 - taken : 0;
    temperatureC += ((heated * gainKPerH - coolingKPerH) * stepMs) / hourMs;
    const slot = Math.floor((at - window.startsAt) / slotMs);
    if (slot >= 0 && slot < shares.length) shares[slot]! += (heated * weight * stepMs) / slotMs;
  }
}
