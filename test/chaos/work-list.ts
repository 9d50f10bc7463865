import type { Attack } from './attacks';
import { fleetSeedOf } from './read-fleet';

export interface Task {
  readonly attack: Attack;
  readonly seed: number;
}

/** What is still to be run, handed out to lanes so that each of them has few fleets to make known. */
export class WorkList {
  private readonly left: Task[];
  /** Fleet of each lane. */
  private readonly fleets = new Map<number, number>();

  constructor(tasks: readonly Task[]) {
    this.left = [...tasks];
  }

  /** @returns undefined when nothing is left. */
  next(lane: number): Task | undefined {
    const fleet = this.fleetFor(lane);
    const index = this.left.findIndex(({ seed }) => fleetSeedOf(seed) === fleet);
    const [task] = index < 0 ? [] : this.left.splice(index, 1);
    if (fleet !== undefined) this.fleets.set(lane, fleet);
    return task;
  }

  /** The one that the lane has; else one that no other lane has; else the one with most to do. */
  private fleetFor(lane: number): number | undefined {
    const counts = new Map<number, number>();
    for (const { seed } of this.left) counts.set(fleetSeedOf(seed), (counts.get(fleetSeedOf(seed)) ?? 0) + 1);
    const own = this.fleets.get(lane);
    if (own !== undefined && counts.has(own)) return own;
    const taken = new Set(this.fleets.values());
    const free = [...counts.keys()].find((fleet) => !taken.has(fleet));
    return free ?? [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
  }
}
