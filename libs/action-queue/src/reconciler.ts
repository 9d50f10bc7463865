import type { Clock } from '@warmshift/config';
import type { Logger } from '@warmshift/observability';
import type { ActionAdvancer } from './action-advancer';
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

  private async reconcile(): Promise<number> {
    const { actions, advancer, clock, logger } = this.options;
    const overdueSince = clock.now() - clock.virtualMs(graceRealMs);
    const ids = await actions.due(overdueSince, batch);
    let taken = 0;
    const next = ids.values();
    const worker = async (): Promise<void> => {
      for (const id of next) {
        if (this.stopped) return;
        const outcome = await advancer.advance(id);
        if (outcome === 'done') taken += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    if (taken > 0) logger.info({ taken, due: ids.length }, 'reconciler.took-up');
    return taken;
  }
}
