import type { Clock } from '@warmshift/config';
import type { Logger } from '@warmshift/observability';
import type { ActionAdvancer, Advanced } from './action-advancer';
import type { ActionsRepository } from './actions.repository';

/** How much one tick of one process takes on. */
const batch = 200;
const concurrency = 24;
/** Jobs get this long (real ms) to do what is due before the reconciler does it itself. */
const graceRealMs = 1_500;

export interface ReconcilerOptions {
  readonly actions: ActionsRepository;
  readonly advancer: ActionAdvancer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Does whatever Postgres says is due and nobody did, because a job was lost, a queue was flushed or a worker died.
 * Runs every second on every replica; device leases keep two replicas from doing the same.
 */
export class Reconciler {
  private running: Promise<number> | undefined;
  private stopped = false;

  constructor(private readonly options: ReconcilerOptions) {}

  /** @returns how many actions were taken up. A tick that finds the previous one still at work joins it. */
  tick(): Promise<number> {
    if (this.stopped) return Promise.resolve(0);
    this.running ??= this.reconcile().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Goes on until nothing is due that could be done: after a restart all actions of a fleet may be due at once. */
  private async reconcile(): Promise<number> {
    const pass = new Pass();
    let found: number;
    let takenBefore: number;
    do {
      takenBefore = pass.taken;
      found = await this.reconcileBatch(pass);
    } while (found === batch && pass.taken > takenBefore && !this.stopped);
    if (pass.taken > 0) this.options.logger.info({ taken: pass.taken }, 'reconciler.took-up');
    return pass.taken;
  }

  private async reconcileBatch(pass: Pass): Promise<number> {
    const { actions, advancer, clock } = this.options;
    const overdueSince = clock.now() - clock.virtualMs(graceRealMs);
    const due = await actions.due(overdueSince, batch, pass.awayConnections());
    const next = due.values();
    const worker = async (): Promise<void> => {
      for (const { actionId, connectionId } of next) {
        if (this.stopped) return;
        if (pass.isAway(connectionId)) continue;
        pass.note(connectionId, await advancer.advance(actionId));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return due.length;
  }
}

/** After so many steps of a connection that nobody answered, its others wait for the next pass. */
const awayAfter = 3;

/** What one pass found out. A vendor that does not answer costs a time-out per try, which others should not wait for. */
class Pass {
  taken = 0;
  private readonly unanswered = new Map<string, number>();

  note(connectionId: string, outcome: Advanced): void {
    if (outcome === 'done') this.taken += 1;
    else if (outcome.vendorAway)
      this.unanswered.set(connectionId, (this.unanswered.get(connectionId) ?? 0) + 1);
  }

  isAway(connectionId: string): boolean {
    return (this.unanswered.get(connectionId) ?? 0) >= awayAfter;
  }

  awayConnections(): string[] {
    return [...this.unanswered.keys()].filter((connectionId) => this.isAway(connectionId));
  }
}
