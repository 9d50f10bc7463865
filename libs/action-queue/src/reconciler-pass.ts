import type { Advanced } from './action-advancer';
import type { DueAction } from './actions.repository';

/** After so many steps of a connection that nobody answered, its others wait for the next pass. */
const awayAfter = 3;
/** Steps of one connection at once before it has answered; each step that was done allows one more. */
const firstLanes = 8;
/** Steps at once in all. A connection always has one, so that none waits for the others. */
const mostLanes = 256;

/**
 * What one pass found out. A vendor that does not answer costs a time-out per try, which others should not wait for; one that
 * does is asked by many at once.
 */
export class Pass {
  taken = 0;
  private lanes = 0;
  private readonly unanswered = new Map<string, number>();

  /** Takes the steps in their order, each connection at its own pace. */
  async run(due: readonly DueAction[], step: (action: DueAction) => Promise<Advanced>): Promise<void> {
    const byConnection = new Map<string, DueAction[]>();
    for (const action of due) {
      const ofConnection = byConnection.get(action.connectionId);
      if (ofConnection) ofConnection.push(action);
      else byConnection.set(action.connectionId, [action]);
    }
    await Promise.all(
      [...byConnection].map(([connectionId, actions]) => this.runConnection(connectionId, actions, step)),
    );
  }

  awayConnections(): string[] {
    return [...this.unanswered.keys()].filter((connectionId) => this.isAway(connectionId));
  }

  private async runConnection(
    connectionId: string,
    actions: readonly DueAction[],
    step: (action: DueAction) => Promise<Advanced>,
  ): Promise<void> {
    const left = actions.values();
    const lanes: Promise<void>[] = [];
    let broken: { readonly error: unknown } | undefined;
    const open = (): void => {
      if (lanes.length > 0 && this.lanes >= mostLanes) return;
      this.lanes += 1;
      // A lane that broke ends the pass, but only once no other one is at work.
      lanes.push(
        lane()
          .catch((error: unknown) => void (broken ??= { error }))
          .finally(() => (this.lanes -= 1)),
      );
    };
    const lane = async (): Promise<void> => {
      for (const action of left) {
        if (this.isAway(connectionId) || broken) return;
        const outcome = await step(action);
        this.note(connectionId, outcome);
        if (outcome === 'done' && lanes.length < actions.length) open();
      }
    };
    for (let count = 0; count < Math.min(firstLanes, actions.length); count += 1) open();
    // Lanes open more lanes while they are waited for.
    for (let index = 0; index < lanes.length; index += 1) await lanes[index];
    if (broken) throw (broken as { readonly error: unknown }).error;
  }

  private note(connectionId: string, outcome: Advanced): void {
    if (outcome === 'done') this.taken += 1;
    else if (outcome.vendorAway)
      this.unanswered.set(connectionId, (this.unanswered.get(connectionId) ?? 0) + 1);
  }

  private isAway(connectionId: string): boolean {
    return (this.unanswered.get(connectionId) ?? 0) >= awayAfter;
  }
}
