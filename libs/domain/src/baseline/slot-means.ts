import { slotMs } from '../fleet';
import type { Instant, Quality, Span } from '../fleet';

export interface PowerSample {
  readonly at: Instant;
  readonly powerW: number;
  /** `stale` and `missing` samples are not counted: what they would cover is a gap. */
  readonly quality: Quality;
}

export interface SlotMean {
  readonly startsAt: Instant;
  /** Absent with quality `missing`. */
  readonly meanW?: number | undefined;
  readonly quality: Extract<Quality, 'reported' | 'estimated' | 'missing'>;
  /** Share (0..1) of the slot that samples cover. */
  readonly coveredShare: number;
}

export interface SlotMeanOptions {
  /** `step`: a sample holds until the next (on/off devices, the default). `trapezoid`: a straight line between them. */
  readonly method?: 'step' | 'trapezoid' | undefined;
  /** Usual time between two samples, ms; absent: the median of these. */
  readonly usualIntervalMs?: number | undefined;
}

/** A slot of which less is covered is `missing`. */
export const minCoveredShare = 0.5;
/** Two samples further apart than so many usual intervals have a gap between them that nobody fills. */
export const gapIntervals = 2;

/** Mean W per slot of `window`, which lies on the grid, from samples in any order, some before and after it. */
export function slotMeans(
  samples: readonly PowerSample[],
  window: Span,
  options: SlotMeanOptions = {},
): SlotMean[] {
  const usable = samples
    .filter(
      ({ quality, powerW }) => (quality === 'reported' || quality === 'estimated') && Number.isFinite(powerW),
    )
    .sort((a, b) => a.at - b.at);
  const pieces = piecesOf(usable, options);
  const means: SlotMean[] = [];
  let next = 0;
  for (let startsAt = window.startsAt; startsAt < window.endsAt; startsAt += slotMs) {
    while (next < pieces.length && pieces[next]!.endsAt <= startsAt) next++;
    means.push(meanOver({ startsAt, endsAt: startsAt + slotMs }, pieces, next));
  }
  return means;
}

/** A stretch over which the power goes from `fromW` to `toW` in a straight line. */
interface Piece extends Span {
  readonly fromW: number;
  readonly toW: number;
  readonly estimated: boolean;
}

function piecesOf(
  samples: readonly PowerSample[],
  { method = 'step', usualIntervalMs }: SlotMeanOptions,
): Piece[] {
  const usualMs = usualIntervalMs ?? medianInterval(samples);
  const pieces: Piece[] = [];
  samples.forEach((sample, i) => {
    const next = samples[i + 1];
    const endsAt = next ? next.at : sample.at + (method === 'step' ? usualMs : 0);
    if (endsAt <= sample.at || endsAt - sample.at > gapIntervals * usualMs) return;
    const line = method === 'trapezoid' && next !== undefined;
    pieces.push({
      startsAt: sample.at,
      endsAt,
      fromW: sample.powerW,
      toW: line ? next.powerW : sample.powerW,
      estimated: sample.quality === 'estimated' || (line && next.quality === 'estimated'),
    });
  });
  return pieces;
}

/** Median time between two samples; 0 when there are fewer than two. */
function medianInterval(samples: readonly PowerSample[]): number {
  const intervals = samples.slice(1).map((sample, i) => sample.at - samples[i]!.at);
  return intervals.sort((a, b) => a - b)[Math.floor((intervals.length - 1) / 2)] ?? 0;
}

function meanOver(slot: Span, pieces: readonly Piece[], first: number): SlotMean {
  let coveredMs = 0;
  let energy = 0;
  let estimated = false;
  for (let i = first; i < pieces.length && pieces[i]!.startsAt < slot.endsAt; i++) {
    const piece = pieces[i]!;
    const from = Math.max(piece.startsAt, slot.startsAt);
    const to = Math.min(piece.endsAt, slot.endsAt);
    coveredMs += to - from;
    energy += (to - from) * powerAt(piece, (from + to) / 2);
    estimated ||= piece.estimated;
  }
  const coveredShare = coveredMs / slotMs;
  if (coveredShare < minCoveredShare) return { startsAt: slot.startsAt, quality: 'missing', coveredShare };
  const quality = estimated ? 'estimated' : 'reported';
  return { startsAt: slot.startsAt, meanW: energy / coveredMs, quality, coveredShare };
}

function powerAt({ startsAt, endsAt, fromW, toW }: Piece, at: Instant): number {
  return fromW + ((toW - fromW) * (at - startsAt)) / (endsAt - startsAt);
}
