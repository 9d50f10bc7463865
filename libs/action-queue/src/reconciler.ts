import type { Clock } from '@warmshift/config';
import { metrics, type Logger } from '@warmshift/observability';
import type { ActionAdvancer } from './action-advancer';
import type { ActionsRepository } from './actions.repository';
import { Pass } from './reconciler-pass';

/** How many actions are looked up at once. */
const batch = 1_000;
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
    metrics.reconciled.inc(pass.taken);
    if (pass.taken > 0) this.options.logger.info({ taken: pass.taken }, 'reconciler.took-up');
    return pass.taken;
  }

  private async reconcileBatch(pass: Pass): Promise<number> {
    const { actions, clock } = this.options;
    const overdueSince = clock.now() - clock.virtualMs(graceRealMs);
    const due = await actions.due(overdueSince, batch, pass.awayConnections());
    await pass.run(due, async ({ actionId }) => {
      if (!this.stopped) return this.options.advancer.advance(actionId);
      return { skipped: 'stopping' };
    });
    return due.length;
  }
}
