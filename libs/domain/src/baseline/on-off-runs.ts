import { hourMs, minuteMs } from '../fleet';
import type { Instant, Span } from '../fleet';

/** A stretch of time and the share (0..1) of it in which the zone was heated. */
export interface HeatedStretch extends Span {
  readonly onShare: number;
}

/** What was seen of a zone that heats or does not: how long in all, and how often it stopped and began. */
export interface OnOffRuns {
  /** State at `asOf`, and since when: never before the first thing that was seen. */
  readonly on: boolean;
  readonly since: Instant;
  /** It was seen to begin; else it may have lasted for longer. */
  readonly sinceKnown: boolean;
  readonly asOf: Instant;
  readonly onMs: number;
  readonly offMs: number;
  /** Times that it went off after heating, and on after standing still. */
  readonly onEnds: number;
  readonly offEnds: number;
}

/** Mean lengths of the runs of one zone. */
export interface RunLengths {
  readonly onMs: number;
  readonly offMs: number;
}

/** Real heat pumps: 9.9 h a day in 6.4 starts (medians of heatpumpmonitor.org, July 2026). Where nobody has seen a run end. */
export const usualRunLengths: RunLengths = { onMs: 93 * minuteMs, offMs: 132 * minuteMs };
/** Two stretches further apart than this do not belong together. */
const longestGapMs = hourMs / 2;
const shortestRunMs = 5 * minuteMs;

/**
 * Runs in stretches in any order; what lies before a gap of half an hour is forgotten. Absent without a stretch. A stretch of which half or
 * more was heated counts as on, and what was heated of it tells when inside it the zone switched.
 */
export function onOffRuns(stretches: readonly HeatedStretch[]): OnOffRuns | undefined {
  const usable = unbroken(
    [...stretches]
      .filter(({ startsAt, endsAt, onShare }) => endsAt > startsAt && Number.isFinite(onShare))
      .sort((a, b) => a.startsAt - b.startsAt),
  );
  const [first] = usable;
  if (!first) return undefined;
  const seen = { on: first.onShare >= 0.5, since: first.startsAt, onMs: 0, offMs: 0, onEnds: 0, offEnds: 0 };
  for (const { startsAt, endsAt, onShare } of usable) {
    const lastedMs = endsAt - startsAt;
    const on = onShare >= 0.5;
    if (on !== seen.on) {
      seen.since = startsAt + (on ? 1 - onShare : onShare) * lastedMs;
      if (on) seen.offEnds++;
      else seen.onEnds++;
      seen.on = on;
    }
    seen.onMs += onShare * lastedMs;
    seen.offMs += (1 - onShare) * lastedMs;
  }
  return { ...seen, sinceKnown: seen.onEnds + seen.offEnds > 0, asOf: usable.at(-1)!.endsAt };
}

function unbroken(stretches: readonly HeatedStretch[]): readonly HeatedStretch[] {
  for (let i = stretches.length - 1; i > 0; i--) {
    if (stretches[i]!.startsAt - stretches[i - 1]!.endsAt > longestGapMs) return stretches.slice(i);
  }
  return stretches;
}

/** Mean run lengths of many zones together: all time on over all ends of it, so that runs that are not over count rightly. */
export function pooledLengths(zones: readonly OnOffRuns[]): RunLengths {
  const sum = (of: (runs: OnOffRuns) => number) => zones.reduce((total, runs) => total + of(runs), 0);
  const onEnds = sum(({ onEnds: ends }) => ends);
  const offEnds = sum(({ offEnds: ends }) => ends);
  if (onEnds === 0 || offEnds === 0) return usualRunLengths;
  return { onMs: sum(({ onMs }) => onMs) / onEnds, offMs: sum(({ offMs }) => offMs) / offEnds };
}

/**
 * Mean run lengths of one zone: what was seen of it together with `peerRuns` runs as its peers have them, so that a zone of which
 * little was seen is taken for one like the others. Without it the highest of many noisy means would be chosen, and disappoint.
 */
export function runLengths(runs: OnOffRuns | undefined, peers: RunLengths, peerRuns: number): RunLengths {
  const { onMs = 0, offMs = 0, onEnds = 0, offEnds = 0 } = runs ?? {};
  return {
    onMs: Math.max(shortestRunMs, (onMs + peerRuns * peers.onMs) / (onEnds + peerRuns)),
    offMs: Math.max(shortestRunMs, (offMs + peerRuns * peers.offMs) / (offEnds + peerRuns)),
  };
}

/** Runs of one zone differ from each other by so much, and the means of zones of one kind: standard deviations of the logarithm. */
const ownSpread = 0.2;
const spreadOfPeers = 0.55;

/** How far a run may be from the mean that `runLengths` says (standard deviation of the logarithm). */
export function spreadOf(runs: OnOffRuns, peerRuns: number): number {
  const ends = Math.min(runs.onEnds, runs.offEnds);
  return Math.sqrt(ownSpread ** 2 + (spreadOfPeers ** 2 * peerRuns) / (ends + peerRuns));
}
