import { slotMs } from '../fleet';
import type { Instant, Span } from '../fleet';
import type { OnOffRuns, RunLengths } from './on-off-runs';

/** Middles of nine equally likely parts of a normal distribution. */
const ninths = [-1.593, -0.967, -0.589, -0.282, 0, 0.282, 0.589, 0.967, 1.593];
/** A run that has outlasted all of them goes on for this share of its mean. */
const overdueShare = 0.25;
/** Where the beginning of a run was not seen. */
const sixths = [1 / 6, 1 / 2, 5 / 6];

/**
 * The share (0..1) of every slot of `window` in which a zone is expected to heat. From its present state on it is followed through runs of
 * the given mean lengths: of a run that has lasted for a while only lengths beyond that are possible. What is known of
 * its phase fades with one cycle (`e^(-t / cycle)`); then it heats for the share of the time that it does in general.
 *
 * @param spread standard deviation of the logarithm of a run's length against its mean: how differently one zone's runs turn out, and how
 * little is known of their mean.
 *
 * Without `runs` (nobody has seen its state) it is that share throughout.
 */
export function heatedShares(
  runs: OnOffRuns | undefined,
  lengths: RunLengths,
  window: Span,
  spread: number,
): Float64Array {
  const slots = Math.round((window.endsAt - window.startsAt) / slotMs);
  const cycleMs = lengths.onMs + lengths.offMs;
  const duty = cycleMs > 0 ? lengths.onMs / cycleMs : 0;
  const shares = new Float64Array(slots);
  if (!runs || duty <= 0 || duty >= 1) return shares.fill(duty);
  const meanMs = runs.on ? lengths.onMs : lengths.offMs;
  for (const course of coursesOf(runs, meanMs, spread))
    follow(shares, runs, course, lengths, window.startsAt);
  return shares.map((share, slot) => {
    const aheadMs = Math.max(0, window.startsAt + (slot + 0.5) * slotMs - runs.asOf);
    return duty + (share - duty) * Math.exp(-aheadMs / cycleMs);
  });
}

interface Course {
  readonly leftMs: number;
  readonly factor: number;
  readonly weight: number;
}

/** How the present run may go on. Where its beginning was not seen, it may have lasted for any time longer. */
function coursesOf({ asOf, since, sinceKnown }: OnOffRuns, meanMs: number, spread: number): Course[] {
  const courses: Course[] = [];
  const seenMs = asOf - since;
  for (const factor of withMeanOne(ninths.map((z) => Math.exp(spread * z)))) {
    const leftMs = factor * meanMs - seenMs;
    if (leftMs <= 0) continue;
    if (sinceKnown) courses.push({ leftMs, factor, weight: 1 });
    else for (const share of sixths) courses.push({ leftMs: share * leftMs, factor, weight: leftMs });
  }
  if (courses.length === 0) return [{ leftMs: overdueShare * meanMs, factor: 1, weight: 1 }];
  const total = courses.reduce((sum, { weight }) => sum + weight, 0);
  return courses.map((course) => ({ ...course, weight: course.weight / total }));
}

function follow(
  shares: Float64Array,
  { asOf, on }: OnOffRuns,
  { factor, leftMs, weight }: Course,
  { offMs, onMs }: RunLengths,
  windowStartsAt: Instant,
): void {
  const until = windowStartsAt + shares.length * slotMs;
  let isOn = on;
  let from = asOf;
  let to = asOf + leftMs;
  while (from < until) {
    if (isOn) addOn(shares, from - windowStartsAt, Math.min(to, until) - windowStartsAt, weight);
    isOn = !isOn;
    from = to;
    to = from + factor * (isOn ? onMs : offMs);
  }
}

function addOn(shares: Float64Array, fromMs: number, toMs: number, weight: number): void {
  for (let slot = Math.max(0, Math.floor(fromMs / slotMs)); slot * slotMs < toMs; slot++) {
    const overlapMs = Math.min(toMs, (slot + 1) * slotMs) - Math.max(fromMs, slot * slotMs);
    shares[slot]! += (weight * overlapMs) / slotMs;
  }
}

function withMeanOne(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}
