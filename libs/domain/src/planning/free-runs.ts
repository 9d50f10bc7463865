import { slotMs } from '../fleet';
import type { Span } from '../fleet';

/**
 * The unbroken runs of slots of `window` that no `blocked` span touches, as `[from, to, from, to, …]` in slot
 * numbers, `to` excluded.
 *
 * ```
 *  blocked        ┌──┐
 *  slots     0   1│  2│  3   4
 *  runs     ───┤         ├───────    → [0, 1, 3, 5]
 * ```
 */
export function freeRuns(window: Span, blocked: readonly Span[]): readonly number[] {
  let runs = [0, (window.endsAt - window.startsAt) / slotMs];
  for (const span of blocked) {
    if (span.endsAt <= span.startsAt) continue;
    const from = Math.floor((span.startsAt - window.startsAt) / slotMs);
    const to = Math.ceil((span.endsAt - window.startsAt) / slotMs);
    runs = without(runs, from, to);
  }
  return runs;
}

function without(runs: readonly number[], from: number, to: number): number[] {
  const left: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const [start, end] = [runs[i]!, runs[i + 1]!];
    if (start < Math.min(end, from)) left.push(start, Math.min(end, from));
    if (Math.max(start, to) < end) left.push(Math.max(start, to), end);
  }
  return left;
}

/** Slots of the longest run. */
export function longestRun(runs: readonly number[]): number {
  let longest = 0;
  for (let i = 0; i < runs.length; i += 2) longest = Math.max(longest, runs[i + 1]! - runs[i]!);
  return longest;
}
