import type { ThermostatPhase } from './thermostat';

/** How far a control may let a temperature go from its middle, K; anything else is no thermostat of a home. */
const halfBandK = { least: 0.05, most: 1 };
/** So many equally likely ones stand for what is possible. */
const possible = 5;
/** Whoever went further than all that were seen to turn goes so much further yet. */
const beyond = 1.25;

/** A half-band that was seen, or how far a zone went without turning. */
interface Seen {
  readonly halfK: number;
  readonly turned: boolean;
}

/**
 * How far from the middle zones of one kind turn: a survival function by Kaplan and Meier (Journal of the American Statistical Association 53, 1958, 457–481),
 * in which a zone that has not turned yet counts for as far as it has come. Without those, slow zones would be taken for quick ones.
 */
export class UsualBands {
  private readonly turns: readonly Seen[];

  constructor(phases: readonly ThermostatPhase[]) {
    this.turns = phases
      .map((phase) => {
        const halfK = halfBandOf(phase);
        return halfK === undefined ? { halfK: phase.reachedK, turned: false } : { halfK, turned: true };
      })
      .filter(({ halfK }) => halfK <= halfBandK.most)
      .sort((a, b) => a.halfK - b.halfK || Number(b.turned) - Number(a.turned));
  }

  /** Half-bands of a zone that has come so far without turning, K, equally likely ones, in order. Empty where no zone was seen to turn. */
  beyond(reachedK: number): number[] {
    const after = this.turns.filter(({ halfK }) => halfK > reachedK);
    if (!this.turns.some(({ turned }) => turned)) return [];
    const steps: { readonly halfK: number; readonly left: number }[] = [];
    let left = 1;
    after.forEach(({ halfK, turned }, index) => {
      if (!turned) return;
      left *= 1 - 1 / (after.length - index);
      steps.push({ halfK, left });
    });
    const furthestK = Math.max(reachedK, steps.at(-1)?.halfK ?? 0) * beyond;
    return Array.from({ length: possible }, (_, n) => {
      const share = 1 - (n + 0.5) / possible;
      return steps.find((step) => step.left <= share)?.halfK ?? furthestK;
    });
  }
}

/** Half of the distance between its two turns; from one of them to the middle where only that was seen. Absent: none was. */
export function halfBandOf({ middleC, offAboveC, onBelowC }: ThermostatPhase): number | undefined {
  const halfK =
    offAboveC !== undefined && onBelowC !== undefined
      ? (offAboveC - onBelowC) / 2
      : middleC === undefined
        ? undefined
        : offAboveC !== undefined
          ? offAboveC - middleC
          : onBelowC !== undefined
            ? middleC - onBelowC
            : undefined;
  return halfK !== undefined && halfK >= halfBandK.least && halfK <= halfBandK.most ? halfK : undefined;
}
