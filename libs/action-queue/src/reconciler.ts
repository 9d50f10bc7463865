import type { Clock } from '@warmshift/config';
import { metrics, type Logger } from '@warmshift/observability';
import type { ActionAdvancer } from './action-advancer';
import type { ActionsRepository } from './actions.repository';

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
 * Looks every second on every replica; device leases keep two replicas from doing the same.
 */
export class Reconciler {
  private readonly turns = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly options: ReconcilerOptions) {}

  /** Takes up every connection that waits. Does not wait for them: a slow vendor must not keep the others from being seen. */
  async tick(): Promise<void> {
    const { actions, clock } = this.options;
    const overdueSince = clock.now() - clock.virtualMs(graceRealMs);
    for (const connectionId of await actions.connectionsWithDue(overdueSince)) {
      if (this.stopped) return;
      const turn = this.takeUp(connectionId).finally(() => this.turns.delete(turn));
      this.turns.add(turn);
    }
  }

  /** Resolves when what was taken up so far is done. */
  async settled(): Promise<void> {
    await Promise.all(this.turns);
  }

  stop(): Promise<void> {
    this.stopped = true;
    return this.settled();
  }

  private async takeUp(connectionId: string): Promise<void> {
    const { advancer, logger } = this.options;
    try {
      const { taken } = (await advancer.advance(connectionId)) ?? { taken: 0 };
      metrics.reconciled.inc(taken);
      if (taken > 0) logger.info({ connectionId, taken }, 'reconciler.took-up');
    } catch (err) {
      logger.error({ err, connectionId }, 'reconciler.turn-failed');
    }
  }
}
